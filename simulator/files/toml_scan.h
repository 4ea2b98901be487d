#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/files/document.h"

namespace p1rig {

/// Tables, arrays and the parts of a dotted key may nest so deep, each.
inline constexpr std::size_t kDeepestToml = 32;

/// A file has at most that many tables and dots of keys: toml++ looks for some of them one by one.
inline constexpr std::size_t kMostTomlTables = 20'000;

struct TomlFlaw {
  Place place;
  std::string what;
};

/// The first thing in these bytes that TOML 1.0 does not allow and that toml++ 3.3 should not be given;
/// takes any bytes, in one pass. Invalid UTF-8, control characters, others than those of ASCII
/// outside of strings and comments, brackets that are closed by the other kind, "[" without a name: by
/// some of it toml++ reaches undefined behaviour. Nesting beyond kDeepestToml: it recurses. More than
/// kMostTomlTables.
std::optional<TomlFlaw> find_toml_flaw(std::string_view text);

}  // namespace p1rig
