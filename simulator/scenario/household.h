#pragma once

#include <chrono>
#include <cstdint>

#include "simulator/scenario/load.h"

namespace p1rig {

/// What a household draws in the minute of `t`. Appliances run at times of the day that are drawn
/// for each day; at most once each, and not over midnight.
PhasePowers household_power(const HouseholdLoad& home, const Zone& zone, std::uint64_t seed,
                            std::chrono::sys_seconds t);

/// What it cannot draw more than: all its appliances at once.
PhasePowers most_household_power(const HouseholdLoad& home);

}  // namespace p1rig
