#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace p1rig {

using TableRow = std::vector<std::string>;

/// One line per row, its cells in columns: each as wide as its widest cell, and two blanks apart,
/// so that no cell runs into the next. Each character of `alignment` is for one column, the first
/// for the first: '>' aligns it to the right, as for numbers; without one it is aligned left.
std::string in_columns(const std::vector<TableRow>& rows, std::string_view alignment = {});

}  // namespace p1rig
