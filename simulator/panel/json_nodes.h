#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/files/document.h"

namespace p1rig {

/// JSON as a tree of nodes, as files of TOML are read into. A node's place is not a line but leads to the
/// JSON pointer of the value that it came from.
struct JsonNodes {
  Node root;
  std::vector<std::string> pointers;

  /// "/0/l1"; empty for the whole.
  std::string_view pointer_of(Place place) const;
};

/// Nothing, with the reason in `why`, if the text is not JSON, nests too deep, or has what TOML has not: null,
/// numbers that do not fit.
std::optional<JsonNodes> parse_json_nodes(std::string_view text, std::string& why);

/// A node as JSON text.
std::string json_of(const Node& node);

/// The complaints about such a tree: [{"pointer": "/0/l1", "detail": "…"}].
std::string json_of(const std::vector<Complaint>& complaints, const JsonNodes& nodes);

}  // namespace p1rig
