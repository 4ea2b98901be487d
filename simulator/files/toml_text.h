#pragma once

#include <string>
#include <string_view>

#include "simulator/files/document.h"

namespace p1rig {

/// A key and a value as TOML writes them, in one line but for texts of several lines.
std::string toml_key(std::string_view key);
std::string toml_value(const Node& node);

/// The lines "key = value" of a table.
std::string toml_lines(const Node::Table& table);

}  // namespace p1rig
