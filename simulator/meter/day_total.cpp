#include "simulator/meter/day_total.h"

#include <algorithm>
#include <utility>

namespace p1rig {
namespace {

constexpr std::int64_t kQuarter = kDemandSeconds / 60;  // minutes

/// `value` where `other` is negative, else 0.
std::int64_t where_negative(std::int64_t value, std::int64_t other) {
  return value & (other >> 63);
}

/// Adds what flows in a minute, or in several alike: like flow_of(), without a branch.
void add_power(std::int64_t p, std::int64_t q, Flow& sum) {
  const std::int64_t out = where_negative(p, p), below = where_negative(q, q);
  sum.import += p - out;
  sum.export_ -= out;
  sum.reactive_import += q - below;
  sum.reactive_export -= below;
  const std::int64_t q2 = where_negative(q - below, p), q3 = -where_negative(below, p);
  sum.quadrant[0] += q - below - q2;
  sum.quadrant[1] += q2;
  sum.quadrant[2] += q3;
  sum.quadrant[3] -= below + q3;
}

/// A day's minutes and slots together.
class Day {
 public:
  Day(const SlotSums& minutes, const PhasesOfDay<SlotsOfDay>& slots)
      : minutes_(minutes), slots_(slots.all()) {}

  /// The sums over some minutes.
  Flow sum(std::int64_t from, std::int64_t until) const {
    Flow sum;
    for (std::size_t phase = 0; phase < slots_.size(); ++phase) {
      for (std::int64_t minute = from; minute < until;) {
        if (minute % kSlotMinutes == 0 && minute + kSlotMinutes <= until &&
            add_slot(phase, static_cast<std::size_t>(minute / kSlotMinutes), sum)) {
          minute += kSlotMinutes;
          continue;
        }
        const Power power = at(phase, static_cast<std::size_t>(minute++));
        add_power(power.active, power.reactive, sum);
      }
    }
    return sum;
  }

  /// In a minute, over all phases.
  Power at(std::size_t minute) const {
    Power sum;
    for (std::size_t phase = 0; phase < slots_.size(); ++phase) {
      const Power power = at(phase, minute);
      sum.active += power.active;
      sum.reactive += power.reactive;
    }
    return sum;
  }

 private:
  Power at(std::size_t phase, std::size_t minute) const {
    const MinutesOfDay& minutes = minutes_.minutes()[phase];
    const std::size_t slot = minute / kSlotMinutes;
    return {minutes.active[minute] + slots_[phase].active[slot],
            minutes.reactive[minute] + slots_[phase].reactive[slot]};
  }

  /// All its minutes at once, if nothing is exported in any of them, or something in all.
  bool add_slot(std::size_t phase, std::size_t at, Flow& sum) const {
    const SlotSums::Slot& slot = minutes_.slot(phase, at);
    const std::int64_t p = slots_[phase].active[at], q = slots_[phase].reactive[at];
    const bool imports = slot.active.least + p >= 0, exports = slot.active.most + p < 0;
    if ((!imports && !exports) || slot.reactive.least + q < 0) return false;
    const std::int64_t active = slot.active.sum + p * kSlotMinutes;
    const std::int64_t reactive = slot.reactive.sum + q * kSlotMinutes;
    (imports ? sum.import : sum.export_) += imports ? active : -active;
    sum.reactive_import += reactive;
    sum.quadrant[imports ? 0 : 1] += reactive;
    return true;
  }

  const SlotSums& minutes_;
  const std::vector<SlotsOfDay>& slots_;
};

void add(const Flow& more, std::int64_t times, Flow& sum) {
  sum.import += more.import * times;
  sum.export_ += more.export_ * times;
  sum.reactive_import += more.reactive_import * times;
  sum.reactive_export += more.reactive_export * times;
  for (std::size_t q = 0; q < 4; ++q) sum.quadrant[q] += more.quadrant[q] * times;
}

/// Of the quarter-hours of a day, as far as it is counted.
using Quarters = std::array<Flow, kMinutesPerDay / kQuarter>;

/// The highest sums over a quarter-hour of apparent import and export. |P| + |Q| is never less, and
/// tells which quarters can be the highest.
class ApparentMax {
 public:
  ApparentMax(const Day& day, const Quarters& quarters) : day_(day), quarters_(quarters) {}

  std::array<std::int64_t, 2> run() {
    std::size_t highest = 0;
    for (std::size_t quarter = 0; quarter < quarters_.size(); ++quarter) {
      if (quarters_[quarter].import > quarters_[highest].import) highest = quarter;
    }
    look(highest);
    for (std::size_t quarter = 0; quarter < quarters_.size(); ++quarter) look(quarter);
    return best_;
  }

 private:
  void look(std::size_t quarter) {
    const Flow& sum = quarters_[quarter];
    const std::int64_t reactive = sum.reactive_import + sum.reactive_export;
    const bool may_import = sum.import > 0 || sum.quadrant[0] + sum.quadrant[3] > 0;
    if ((!may_import || sum.import + reactive <= best_[0]) &&
        (sum.export_ == 0 || sum.export_ + reactive <= best_[1])) {
      return;
    }
    constexpr auto kLength = static_cast<std::size_t>(kQuarter);
    std::array<std::int64_t, 2> now{};
    for (std::size_t minute = quarter * kLength; minute < (quarter + 1) * kLength; ++minute) {
      const Power power = day_.at(minute);
      now[power.active >= 0 ? 0 : 1] += apparent_power(power.active, power.reactive);
    }
    for (std::size_t i = 0; i < 2; ++i) best_[i] = std::max(best_[i], now[i]);
  }

  const Day& day_;
  const Quarters& quarters_;
  std::array<std::int64_t, 2> best_{};
};

std::int64_t average(std::int64_t sum) { return sum * 60 / kDemandSeconds; }

void take_quarter(const Flow& quarter, std::int64_t end, int tariff, DayTotal& total) {
  const std::int64_t import = average(quarter.import), export_ = average(quarter.export_);
  if (import > total.max[0]) total.peak_minute = end;
  total.max[0] = std::max(total.max[0], import);
  total.max[1] = std::max(total.max[1], export_);
  total.max[2] = std::max(total.max[2], average(quarter.reactive_import));
  total.max[3] = std::max(total.max[3], average(quarter.reactive_export));
  if (tariff != 1 && tariff != 2) return;
  const auto index = static_cast<std::size_t>(tariff - 1);
  total.import_max[index] = std::max(total.import_max[index], import);
  total.export_max[index] = std::max(total.export_max[index], export_);
}

}  // namespace

std::vector<TariffRun> tariff_runs(const Calendar::Period* period, std::size_t weekday) {
  if (period == nullptr) return {TariffRun{}};
  std::vector<TariffRun> runs;
  for (std::int64_t minute = 0; minute < kMinutesPerDay; ++minute) {
    const int tariff = period->tariff_at(weekday, static_cast<int>(minute));
    if (runs.empty() || tariff != runs.back().tariff) runs.push_back({minute, minute, tariff});
    runs.back().until = minute + 1;
  }
  return runs;
}

SlotSums::SlotSums(PhasesOfDay<MinutesOfDay> minutes) : minutes_(std::move(minutes)) {
  const auto take = [](std::int64_t value, Sum& sum) {
    sum.sum += value;
    sum.least = std::min(sum.least, value);
    sum.most = std::max(sum.most, value);
  };
  for (const MinutesOfDay& phase : minutes_.all()) {
    auto& slots = slots_.emplace_back();
    for (std::size_t minute = 0; minute < kMinutesPerDay; ++minute) {
      Slot& slot = slots[minute / kSlotMinutes];
      take(phase.active[minute], slot.active);
      take(phase.reactive[minute], slot.reactive);
    }
  }
}

DayTotal total_of(const SlotSums& minutes, const PhasesOfDay<SlotsOfDay>& slots,
                  const std::vector<TariffRun>& tariffs, std::int64_t from, std::int64_t until,
                  bool apparent) {
  const Day day(minutes, slots);
  DayTotal total;
  Quarters quarters{};
  for (const TariffRun& run : tariffs) {
    Flow& energy = total.energies[static_cast<std::size_t>(run.tariff)];
    const std::int64_t end = std::min(run.until, until);
    for (std::int64_t minute = std::max(run.from, from); minute < end;) {
      Flow& quarter = quarters[static_cast<std::size_t>(minute / kQuarter)];
      const std::int64_t next = std::min(end, (minute / kQuarter + 1) * kQuarter);
      const Flow sum = day.sum(minute, next);
      add(sum, 60, energy);
      if (next - minute == kQuarter) {
        quarter = sum;
      } else {
        add(sum, 1, quarter);
      }
      minute = next;
      if (minute % kQuarter == 0) take_quarter(quarter, minute, run.tariff, total);
    }
  }
  if (apparent) {
    const auto max = ApparentMax(day, quarters).run();
    total.max[4] = average(max[0]);
    total.max[5] = average(max[1]);
  }
  return total;
}

}  // namespace p1rig
