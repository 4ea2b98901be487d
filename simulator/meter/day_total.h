#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "simulator/electric.h"
#include "simulator/meter/ledger.h"
#include "simulator/scenario/day_powers.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// A tariff from one minute of a local day on, until before another.
struct TariffRun {
  std::int64_t from = 0, until = kMinutesPerDay;
  int tariff = 0;
  bool operator==(const TariffRun&) const = default;
};

/// Those of a day of the calendar's period; without one, no tariff all day.
std::vector<TariffRun> tariff_runs(const Calendar::Period* period, std::size_t weekday);

/// What the minutes of a day add up to.
struct DayTotal {
  static constexpr std::size_t kTariffs = 6;  ///< none, and one to five

  std::array<Flow, kTariffs> energies{};  ///< mW s and so on, in each tariff
  Ledger::Demands max{};                  ///< the highest averages of its quarter-hours
  std::array<std::int64_t, 2> import_max{}, export_max{};  ///< likewise, of those in tariff 1 and 2
  std::int64_t peak_minute = 0;  ///< the minute of the day with which max[0] was first complete
};

/// What flows in the minutes of a day, ready to be added to what flows in the slots of days of the same
/// pattern: the sum, the least and the most of each slot.
class SlotSums {
 public:
  explicit SlotSums(PhasesOfDay<MinutesOfDay> minutes);

  struct Sum {
    std::int64_t sum = 0, least = INT64_MAX, most = INT64_MIN;
  };
  struct Slot {
    Sum active, reactive;
  };

  const std::vector<MinutesOfDay>& minutes() const { return minutes_.all(); }
  const Slot& slot(std::size_t phase, std::size_t slot) const { return slots_[phase][slot]; }

 private:
  PhasesOfDay<MinutesOfDay> minutes_;
  std::vector<std::array<Slot, kSlotsPerDay>> slots_;
};

/// Of the minutes from `from` to before `until`, both at quarter-hours. `apparent`: the averages of
/// apparent power, too, which take more time than all the rest.
DayTotal total_of(const SlotSums& minutes, const PhasesOfDay<SlotsOfDay>& slots,
                  const std::vector<TariffRun>& tariffs, std::int64_t from, std::int64_t until,
                  bool apparent);

}  // namespace p1rig
