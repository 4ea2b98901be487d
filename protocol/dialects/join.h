#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

namespace p1rig {

/// The rows of all parts, one after another.
template <class Row, std::size_t... kSizes>
constexpr auto join(const std::array<Row, kSizes>&... parts) {
  std::array<Row, (kSizes + ...)> rows{};
  Row* at = rows.data();
  ((at = std::copy(parts.begin(), parts.end(), at)), ...);
  return rows;
}

}  // namespace p1rig
