#pragma once

#include <chrono>
#include <string_view>

#include "simulator/electric.h"
#include "simulator/profile.h"

namespace p1rig {

/// What a meter lives through: so far one constant load from a start on, at which the registers
/// are those of the profile.
struct Scenario {
  std::chrono::sys_seconds start;
  PhaseLoads phases;
  std::int64_t frequency = 50'000;  ///< mHz
  std::int64_t tariff = 2;
  std::int64_t gas_flow = 60;  ///< cm3 a second; the other media likewise in their units
};

/// A house that never sleeps: L1 325 W, L2 120 W, L3 80 W since 1 January 2026, 00:00 UTC.
Scenario constant_load(const Profile& profile);

/// What the meter shows at `t`, a pure function: asking for an hour ahead and stepping there give
/// the same. Before the scenario's start the registers stand still.
MeterState state_at(const Profile& profile, const Scenario& scenario, std::chrono::sys_seconds t);

}  // namespace p1rig
