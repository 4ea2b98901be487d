#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "simulator/day_kind.h"
#include "simulator/scenario/load.h"

namespace p1rig {

// What flows on a local day is the sum of two: what changes from minute to minute and is alike in all
// seasons, and what follows the season and changes only with slots of five minutes. The first is of
// few kinds and the second is short, so that both together are quickly added up.

inline constexpr std::int64_t kSlotMinutes = 5;
inline constexpr std::int64_t kSlotsPerDay = kMinutesPerDay / kSlotMinutes;

/// Of one phase, or of all together, where a meter registers their sum.
template <std::size_t kCount>
struct PowersOfDay {
  std::array<std::int64_t, kCount> active{}, reactive{};  ///< mW, mvar

  /// From the minute or slot `from` on, until before another.
  void add(std::int64_t from, std::int64_t until, Power power) {
    for (auto at = static_cast<std::size_t>(from); at < static_cast<std::size_t>(until); ++at) {
      active[at] += power.active;
      reactive[at] += power.reactive;
    }
  }
};
using MinutesOfDay = PowersOfDay<kMinutesPerDay>;
using SlotsOfDay = PowersOfDay<kSlotsPerDay>;

/// One for each phase, or one that is for all.
template <class Powers>
class PhasesOfDay {
 public:
  explicit PhasesOfDay(std::size_t count) : powers_(count) {}
  Powers& of(std::size_t phase) { return powers_[powers_.size() == 1 ? 0 : phase]; }
  const std::vector<Powers>& all() const { return powers_; }

 private:
  std::vector<Powers> powers_;
};

/// Adds what the load draws on a day of that kind in any season, if it does at `t`, and if nothing
/// happens on that day but what makes it of that kind.
void add_minutes(const Load& load, std::uint64_t seed, const DayKind& day,
                 std::chrono::sys_seconds t, PhasesOfDay<MinutesOfDay>& powers);

/// Likewise what follows the season. `summer`: the zone's clock is an hour ahead of the sun.
void add_slots(const Load& load, std::uint64_t seed, const DayKind& day, bool summer,
               std::chrono::sys_seconds t, PhasesOfDay<SlotsOfDay>& powers);

}  // namespace p1rig
