#include "simulator/meter.h"

#include <algorithm>
#include <utility>

#include "simulator/mbus_use.h"
#include "simulator/meter_impl.h"
#include "simulator/random.h"

namespace p1rig {

using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

constexpr std::size_t kKeptPeaks = 13;

bool is_multiple(sys_seconds t, std::int64_t period) {
  return t.time_since_epoch().count() % period == 0;
}

}  // namespace

PhaseLoads Meter::Impl::loads_at(const Ledger& at, sys_seconds t) const {
  PhaseLoads loads{};
  const bool connected = !at.dark() && at.state[Quantity::kBreaker] == 1;
  for (const Load& load : scenario->loads) {
    if (!connected) break;
    const PhasePowers powers = power_at(load, profile->zone, seed, t);
    for (std::size_t phase = 0; phase < 3; ++phase) {
      loads[phase].active += powers[phase].active;
      loads[phase].reactive += powers[phase].reactive;
    }
  }
  const std::size_t phases = profile->phases == 1 ? 1 : 3;
  for (std::size_t phase = 0; phase < phases; ++phase) {
    loads[phase].voltage = voltage(at, loads[phase].active, phase, t);
  }
  // What hangs on phases that the meter has not is on its one phase.
  for (std::size_t phase = phases; phase < 3; ++phase) {
    loads[0].active += std::exchange(loads[phase].active, 0);
    loads[0].reactive += std::exchange(loads[phase].reactive, 0);
  }
  return loads;
}

std::int64_t Meter::Impl::voltage(const Ledger& at, std::int64_t active, std::size_t phase,
                                  sys_seconds t) const {
  if (at.dark()) return 0;
  if (at.disturbances[phase]) return at.disturbances[phase]->voltage;
  const auto minute = static_cast<std::uint64_t>(t.time_since_epoch().count() / kMinute);
  const std::int64_t wobble = random_below(random_at(seed, 0x566F6C74, phase, minute), 3001) - 1500;
  return std::max<std::int64_t>(scenario->voltage + wobble - active / 3000, 1000);
}

Ledger::Demands demands_of(const Flow& flow) {
  const std::int64_t net = flow.import - flow.export_;
  const std::int64_t apparent = apparent_power(net, flow.reactive_import - flow.reactive_export);
  return {flow.import,
          flow.export_,
          flow.reactive_import,
          flow.reactive_export,
          net >= 0 ? apparent : 0,
          net >= 0 ? 0 : apparent};
}

void Meter::Impl::integrate(const PhaseLoads& loads, int tariff, std::int64_t elapsed) {
  const Flow flow = flow_of(loads, profile->phases_each);
  each_counted(flow, tariff, [&](Quantity quantity, std::int64_t power) {
    ledger.state[quantity] += power * elapsed;
  });
  const Ledger::Demands now = demands_of(flow);
  for (std::size_t i = 0; i < now.size(); ++i) ledger.quarter[i] += now[i] * elapsed;
  ledger.ten_minutes[0] += flow.import * elapsed;
  ledger.ten_minutes[1] += flow.export_ * elapsed;
  for (std::size_t phase = 0; phase < 3; ++phase) {
    ledger.ten_minutes_voltage[phase] += loads[phase].voltage * elapsed;
  }
}

void Meter::Impl::restart() {
  ledger = Ledger{};
  ledger.now = scenario->start;
  ledger.booted = scenario->start;
  ledger.state = profile->start;
  for (const auto& [quantity, text] : scenario->values) assign(quantity, text);
  complete_totals();
  if (ledger.state[Quantity::kPeakTime] == 0) {
    ledger.state[Quantity::kPeakTime] = scenario->start.time_since_epoch().count();
  }
  ledger.state[Quantity::kDemandPeriod] = kQuarter;
  if (scenario->devices) {
    for (const ScenarioDevice& device : *scenario->devices) connect(device);
  } else {
    for (const MbusDevice& device : profile->start.devices) connect({device, std::nullopt});
  }
  ledger.state.devices.clear();
  if (profile->layout.uses_month) ledger.state.month = ledger.state.values;
  if (ledger.state.month) {
    (*ledger.state.month)[kTimeIndex] = month_start(scenario->start).time_since_epoch().count();
  }
  ledger.registers_shown = ledger.state.values;
  // What was captured last is known at the start already.
  for (LedgerDevice& device : ledger.devices) {
    device.shown.time = last_shown_capture(scenario->start);
  }
  happen();
}

void Meter::Impl::complete_totals() {
  MeterState& state = ledger.state;
  const auto sum = [&](Quantity total, Quantity first, std::size_t tariffs) {
    if (state[total] != 0) return;
    for (std::size_t i = 0; i < tariffs; ++i) state[total] += state[nth(first, i)];
  };
  sum(Quantity::kEnergyImport, Quantity::kEnergyImportT1, 5);
  sum(Quantity::kEnergyExport, Quantity::kEnergyExportT1, 5);
  sum(Quantity::kReactiveImport, Quantity::kReactiveImportT1, 4);
  sum(Quantity::kReactiveExport, Quantity::kReactiveExportT1, 4);
  if (state[Quantity::kEnergyAbsolute] == 0) {
    state[Quantity::kEnergyAbsolute] =
        state[Quantity::kEnergyImport] + state[Quantity::kEnergyExport];
  }
}

void Meter::Impl::assign(Quantity quantity, const std::string& text) {
  // The scenario's loader has shown that the value can be read.
  static_cast<void>(set_quantity(row_of(quantity), text, profile->zone, ledger.state));
}

void Meter::Impl::advance(sys_seconds t) {
  if (t < ledger.now) restart();
  while (ledger.now < t) {
    const sys_seconds next = std::min(t, next_boundary());
    const PhaseLoads loads = loads_at(ledger, ledger.now);
    const int tariff = scenario->calendar.tariff_at(profile->zone, ledger.now);
    integrate(loads, tariff, (next - ledger.now).count());
    ledger.now = next;
    happen();
  }
}

sys_seconds Meter::Impl::next_boundary() const {
  sys_seconds next = next_multiple(ledger.now, kMinute);
  const auto consider = [&](sys_seconds t) {
    if (t > ledger.now) next = std::min(next, t);
  };
  for (const Load& load : scenario->loads) consider(next_change(load, ledger.now));
  if (ledger.next_event < scenario->events.size()) consider(scenario->events[ledger.next_event].at);
  const seconds step = profile->register_update;
  if (step > seconds{0}) consider(next_multiple(ledger.now, step.count()));
  if (ledger.dark()) consider(ledger.dark_until);
  for (const auto& disturbance : ledger.disturbances) {
    if (disturbance) consider(disturbance->until);
  }
  if (!ledger.devices.empty()) {
    consider(next_capture(ledger.now));
    consider(next_capture(ledger.now - profile->capture.delay) + profile->capture.delay);
  }
  return next;
}

void Meter::Impl::happen() {
  const sys_seconds now = ledger.now;
  if (now > scenario->start) {
    if (is_multiple(now, kMinute)) minute_ends();
    if (is_multiple(now, kTenMinutes)) ten_minutes_end();
    if (is_multiple(now, kQuarter)) quarter_ends();
    if (is_multiple(now, kQuarter) && month_start(now) == now) month_ends();
  }
  if (ledger.dark() && now >= ledger.dark_until) power_returns();
  for (std::size_t phase = 0; phase < 3; ++phase) end_disturbance(phase);
  while (ledger.next_event < scenario->events.size() &&
         scenario->events[ledger.next_event].at <= now) {
    const Event& event = scenario->events[ledger.next_event++];
    std::visit([this](const auto& what) { this->take(what); }, event.what);
  }
  capture(now);
  const seconds step = profile->register_update;
  if (step > seconds{0} && is_multiple(now, step.count())) {
    ledger.registers_shown = ledger.state.values;
  }
}

void Meter::Impl::minute_ends() {
  for (LedgerDevice& device : ledger.devices) {
    if (device.use || device.shown.valve == 0) continue;
    device.counted +=
        use_in_minute(device.shown.medium, seed, device.stream, ledger.now - seconds{kMinute});
  }
}

void Meter::Impl::ten_minutes_end() {
  MeterState& state = ledger.state;
  const auto& sums = ledger.ten_minutes;
  state[Quantity::kAveragePowerImport] = sums[0] / kTenMinutes;
  state[Quantity::kAveragePowerNet] = (sums[0] - sums[1]) / kTenMinutes;
  state[Quantity::kAveragePowerAbsolute] = (sums[0] + sums[1]) / kTenMinutes;
  for (std::size_t phase = 0; phase < 3; ++phase) {
    state[nth(Quantity::kAverageVoltageL1, phase)] =
        ledger.ten_minutes_voltage[phase] / kTenMinutes;
  }
  ledger.ten_minutes = {};
  ledger.ten_minutes_voltage = {};
}

void Meter::Impl::quarter_ends() {
  MeterState& state = ledger.state;
  for (std::size_t i = 0; i < kDemands.size(); ++i) {
    const std::int64_t average = ledger.quarter[i] / kQuarter;
    state[kDemands[i].last] = average;
    state[kDemands[i].max] = std::max(state[kDemands[i].max], average);
  }
  const std::int64_t import = ledger.quarter[0] / kQuarter;
  const int tariff = scenario->calendar.tariff_at(profile->zone, ledger.now - seconds{1});
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
  peak.month_end = ledger.now;
  const std::int64_t time = state[Quantity::kPeakTime];
  if (time != kUnsetTime) peak.time = sys_seconds{seconds{time}};
  peak.power = state[Quantity::kPeakPower];
  state.peaks.insert(state.peaks.begin(), peak);
  if (state.peaks.size() > kKeptPeaks) state.peaks.pop_back();
  state[Quantity::kPeakPower] = 0;
  state[Quantity::kPeakTime] = clock_now();
  if (profile->layout.uses_month) {
    state.month.reset();
    state.month = state.values;
    (*state.month)[kTimeIndex] = ledger.now.time_since_epoch().count();
  }
  for (const DemandRow& demand : kDemands) state[demand.max] = 0;
  for (std::size_t i = 0; i < 4; ++i) state[nth(Quantity::kDemandMaxImportT1, i)] = 0;
}

std::int64_t Meter::Impl::clock_now() const {
  return ledger.clock_unset ? kUnsetTime
                            : (ledger.now + ledger.deviation).time_since_epoch().count();
}

std::optional<sys_seconds> Meter::Impl::known_time_now() const {
  return ledger.clock_unset ? std::nullopt : std::optional(ledger.now + ledger.deviation);
}

sys_seconds Meter::Impl::month_start(sys_seconds t) const {
  Timestamp first = profile->zone.local(t);
  const auto into = std::chrono::days{first.day - 1} + std::chrono::hours{first.hour} +
                    std::chrono::minutes{first.minute} + seconds{first.second};
  first.day = 1;
  first.hour = first.minute = first.second = 0;
  first.season = '\0';
  return profile->zone.instant(first).value_or(t - into);
}

MeterState Meter::Impl::shown() const {
  MeterState state = ledger.state;
  const sys_seconds t = ledger.now;
  if (profile->register_update > seconds{0}) {
    for (const QuantityRow& row : quantities()) {
      if (row.kind != QuantityKind::kRegister) continue;
      state[row.id] = ledger.registers_shown[static_cast<std::size_t>(row.id)];
    }
  }
  state[Quantity::kTime] = clock_now();
  state[Quantity::kTariff] = scenario->calendar.tariff_at(profile->zone, t);
  const auto minute = static_cast<std::uint64_t>(t.time_since_epoch().count() / kMinute);
  state[Quantity::kFrequency] =
      ledger.dark() ? 0 : 50'000 + random_below(random_at(seed, 0x46726571, minute), 41) - 20;
  const PhaseLoads totals = loads_at(ledger, t);
  const PhaseLoads phases =
      profile->phase_skew > seconds{0} ? loads_at(ledger, t - profile->phase_skew) : totals;
  set_instantaneous(phases, totals, profile->phases_each, state);
  for (std::size_t i = 0; i < kDemands.size(); ++i) {
    // Over the full interval, not a running mean (measured on Belgian meters).
    state[kDemands[i].now] = ledger.quarter[i] / kQuarter;
  }
  state[Quantity::kFactorMin] = state[Quantity::kFactor];
  for (const LedgerDevice& device : ledger.devices) state.devices.push_back(device.shown);
  fill_free_channels(profile->capture, state);
  return state;
}

Meter::Meter(std::shared_ptr<const Profile> profile, std::shared_ptr<const Scenario> scenario,
             std::uint64_t seed)
    : impl_(
          std::make_unique<Impl>(Impl{std::move(profile), std::move(scenario), seed, {}, {}, {}})) {
  impl_->restart();
}

Meter::~Meter() = default;
Meter::Meter(Meter&&) noexcept = default;
Meter& Meter::operator=(Meter&&) noexcept = default;

MeterState Meter::at(std::chrono::sys_seconds t) {
  impl_->advance(std::max(t, impl_->scenario->start));
  return impl_->shown();
}

Scenario constant_load(const Profile& profile, std::chrono::sys_seconds start) {
  Scenario scenario;
  scenario.name = "constant";
  scenario.start = start;
  if (auto calendar = calendar_of_country(profile.country))
    scenario.calendar = std::move(*calendar);
  Load load;
  load.from = start;
  load.kind = FixedLoad{{{{325'000, 48'000}, {120'000, 21'000}, {80'000, 9'000}}}};
  scenario.loads.push_back(std::move(load));
  return scenario;
}

}  // namespace p1rig
