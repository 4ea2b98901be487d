#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "simulator/scenario/load.h"

namespace p1rig {

/// Where loads together may be more than kMostOnPhase.
struct Overload {
  std::size_t load = 0;    ///< the one that makes it too much
  std::size_t phase = 0;   ///< from 0
  bool reactive = false;   ///< mvar, else mW
  std::int64_t power = 0;  ///< the most that may flow, in the direction in which it is too much
  std::chrono::sys_seconds from;
};

/// The first overload of a meter with so many phases; nothing if there is none. Loads that vary by
/// chance count with the most that they may draw, and sun does not make up for what is drawn: clouds
/// come. In O(n log n) of the loads and the rows of their tables.
std::optional<Overload> find_overload(const std::vector<Load>& loads, int phases);

}  // namespace p1rig
