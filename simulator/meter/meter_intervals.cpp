// The intervals of a meter: ten minutes, the quarter-hour of its demands, the month. They end by the
// meter's own clock (quarters are fixed on the clock: measured on Belgian meters), so that a clock
// that is put on cuts one short and one that is put back makes another one.

#include <algorithm>
#include <utility>

#include "simulator/meter/meter_impl.h"

namespace p1rig {

using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr std::size_t kKeptPeaks = 13;

}  // namespace

void Meter::Impl::begin_intervals() {
  const sys_seconds clock = clock_time();
  ledger.ten_minutes_number = interval_of(clock, kTenMinutes);
  ledger.quarter_number = interval_of(clock, kQuarter);
  ledger.month_begin = month_start(clock);
}

void Meter::Impl::end_intervals() {
  const sys_seconds clock = clock_time();
  const auto passes = [](auto& known, auto now) { return std::exchange(known, now) != now; };
  if (passes(ledger.ten_minutes_number, interval_of(clock, kTenMinutes))) ten_minutes_end();
  if (!passes(ledger.quarter_number, interval_of(clock, kQuarter))) return;
  quarter_ends();
  end_month();  // midnight is a quarter, too
}

void Meter::Impl::end_month() {
  // Without a clock there are no months; put back into one, it continues.
  if (ledger.clock_unset) return;
  const sys_seconds before = std::exchange(ledger.month_begin, month_start(clock_time()));
  if (ledger.month_begin > before) month_ends();
}

/// The mean of what was measured: without supply, or before the scenario, the meter
/// measures nothing. (Seven minutes into the interval the printed example of ESO-P1 has 234.6 V
/// beside 234.7 V: it is not a sum over the whole interval.)
void Meter::Impl::ten_minutes_end() {
  const Ledger::TenMinutes sums = std::exchange(ledger.ten_minutes, {});
  if (sums.measured == 0) return;
  ledger.averaged = true;
  MeterState& state = ledger.state;
  state[Quantity::kAveragePowerImport] = sums.import / sums.measured;
  state[Quantity::kAveragePowerNet] = (sums.import - sums.export_) / sums.measured;
  state[Quantity::kAveragePowerAbsolute] = (sums.import + sums.export_) / sums.measured;
  for (std::size_t phase = 0; phase < 3; ++phase) {
    state[nth(Quantity::kAverageVoltageL1, phase)] = sums.voltage[phase] / sums.measured;
  }
}

void Meter::Impl::begin_averages() {
  if (ledger.averaged) return;
  MeterState& state = ledger.state;
  const auto begin = [&](Quantity average, std::int64_t value) {
    if (state[average] == 0) state[average] = value;
  };
  const PhaseLoads loads = loads_at(ledger, ledger.now);
  const Flow flow = flow_of(loads, ledger.profile->phases_each);
  begin(Quantity::kAveragePowerImport, flow.import);
  begin(Quantity::kAveragePowerNet, flow.import - flow.export_);
  begin(Quantity::kAveragePowerAbsolute, flow.import + flow.export_);
  for (std::size_t phase = 0; phase < 3; ++phase) {
    if (phase == 1 && !ledger.neutral) continue;
    begin(nth(Quantity::kAverageVoltageL1, phase), loads[phase].voltage);
  }
}

/// Energy over the full quarter, however much of it the meter has seen: what its registers counted
/// in it is what it says, and a peak is not made by a failure or a clock that is put on.
void Meter::Impl::quarter_ends() {
  MeterState& state = ledger.state;
  for (std::size_t i = 0; i < kDemands.size(); ++i) {
    const std::int64_t average = ledger.quarter[i] / kQuarter;
    state[kDemands[i].last] = average;
    state[kDemands[i].max] = std::max(state[kDemands[i].max], average);
  }
  const std::int64_t import = ledger.quarter[0] / kQuarter;
  const int tariff = scenario->calendar.tariff_at(ledger.profile->zone, clock_time() - seconds{1});
  if (tariff == 1 || tariff == 2) {
    const auto index = static_cast<std::size_t>(tariff - 1);
    auto& import_max = state[nth(Quantity::kDemandMaxImportT1, index)];
    auto& export_max = state[nth(Quantity::kDemandMaxExportT1, index)];
    import_max = std::max(import_max, import);
    export_max = std::max(export_max, ledger.quarter[1] / kQuarter);
  }
  if (import > state[Quantity::kPeakPower]) {
    state[Quantity::kPeakPower] = import;
    state[Quantity::kPeakTime] = clock_now();
  }
  ledger.quarter = {};
}

void Meter::Impl::month_ends() {
  MeterState& state = ledger.state;
  MonthPeak peak;
  peak.month_end = ledger.month_begin;
  const std::int64_t time = state[Quantity::kPeakTime];
  if (time != kUnsetTime) peak.time = sys_seconds{seconds{time}};
  peak.power = state[Quantity::kPeakPower];
  state.peaks.insert(state.peaks.begin(), peak);
  if (state.peaks.size() > kKeptPeaks) state.peaks.pop_back();
  state[Quantity::kPeakPower] = 0;
  state[Quantity::kPeakTime] = clock_now();
  if (follows_month) {
    state.month.reset();
    state.month = state.values;
    (*state.month)[kTimeIndex] = ledger.month_begin.time_since_epoch().count();
  }
  for (const DemandRow& demand : kDemands) state[demand.max] = 0;
  for (std::size_t i = 0; i < 4; ++i) state[nth(Quantity::kDemandMaxImportT1, i)] = 0;
}

sys_seconds Meter::Impl::month_start(sys_seconds t) const {
  Timestamp first = ledger.profile->zone.local(t);
  const auto into = std::chrono::days{first.day - 1} + std::chrono::hours{first.hour} +
                    std::chrono::minutes{first.minute} + seconds{first.second};
  first.day = 1;
  first.hour = first.minute = first.second = 0;
  first.season = '\0';
  return ledger.profile->zone.instant(first).value_or(t - into);
}

}  // namespace p1rig
