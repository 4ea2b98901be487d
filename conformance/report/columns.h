#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace p1rig {

using TableRow = std::vector<std::string>;

/// A line for each row, its cells in columns: each as wide as its widest cell, and two blanks apart,
/// so that no cell runs into the next. The first characters of `alignment` are for the first
/// columns: '>' aligns one to the right, as numbers are; without one it is to the left.
std::string in_columns(const std::vector<TableRow>& rows, std::string_view alignment = {});

}  // namespace p1rig
