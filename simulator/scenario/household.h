#pragma once

#include <cstdint>

#include "simulator/day_kind.h"
#include "simulator/scenario/day_powers.h"
#include "simulator/scenario/load.h"

namespace p1rig {

/// A day of a household. Appliances run at times of the day that are drawn for each kind of day; at
/// most once each, and not over midnight.
class HouseholdDay {
 public:
  HouseholdDay(const HouseholdLoad& home, std::uint64_t seed, const DayKind& day);

  /// What it draws in that minute of the local day.
  PhasePowers at(std::int64_t minute) const;

  /// Add the same for all minutes, in two parts.
  void add_to(PhasesOfDay<MinutesOfDay>& powers) const;
  void add_to(PhasesOfDay<SlotsOfDay>& powers) const;

 private:
  Power base(std::int64_t quarter) const;
  std::uint64_t unrest(std::int64_t quarter) const;
  template <class Each>
  void each_run(Each&& each) const;

  const HouseholdLoad& home_;
  std::uint64_t seed_;
  DayKind day_;
  std::int64_t fridge_shift_;
};

/// What it cannot draw more than: all its appliances at once.
PhasePowers most_household_power(const HouseholdLoad& home);

}  // namespace p1rig
