#include "simulator/meter/meter.h"

#include <algorithm>
#include <utility>

#include "simulator/meter/mbus_use.h"
#include "simulator/meter/meter_impl.h"
#include "simulator/profile/identity.h"
#include "simulator/random.h"

namespace p1rig {

using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

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
  // Loads on phases that the meter does not have are on its only phase.
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

Ledger::Demands demands_of(const Flow& flow, bool apparent_too) {
  const std::int64_t net = flow.import - flow.export_;
  const std::int64_t apparent =
      apparent_too ? apparent_power(net, flow.reactive_import - flow.reactive_export) : 0;
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
  const Ledger::Demands now = demands_of(flow, profile->layout.uses_apparent_demand);
  for (std::size_t i = 0; i < now.size(); ++i) ledger.quarter[i] += now[i] * elapsed;
  Ledger::TenMinutes& sums = ledger.ten_minutes;
  if (!ledger.dark()) sums.measured += elapsed;
  sums.import += flow.import * elapsed;
  sums.export_ += flow.export_ * elapsed;
  for (std::size_t phase = 0; phase < 3; ++phase) {
    const bool shown = phase != 1 || ledger.neutral;
    if (shown) sums.voltage[phase] += loads[phase].voltage * elapsed;
  }
}

void Meter::Impl::restart() {
  ledger = Ledger{};
  ledger.now = scenario->start;
  ledger.booted = scenario->start;
  ledger.state = profile->start;
  identify(ledger.state, id_seed);
  for (const auto& [quantity, text] : scenario->values) assign(quantity, text);
  complete_totals();
  if (ledger.state[Quantity::kPeakTime] == 0) {
    ledger.state[Quantity::kPeakTime] = scenario->start.time_since_epoch().count();
  }
  ledger.state[Quantity::kDemandPeriod] = kQuarter;
  if (scenario->devices) {
    for (const ScenarioDevice& device : *scenario->devices) connect(device);
  } else {
    for (const MbusDevice& device : ledger.state.devices) connect({device, std::nullopt});
  }
  ledger.state.devices.clear();
  if (profile->layout.uses_month) ledger.state.month = ledger.state.values;
  if (ledger.state.month) {
    (*ledger.state.month)[kTimeIndex] = month_start(scenario->start).time_since_epoch().count();
  }
  ledger.registers_shown = ledger.state.values;
  // What was captured last is known at the start already, or on its way.
  const sys_seconds last = last_capture(scenario->start);
  for (LedgerDevice& device : ledger.devices) {
    device.captured = true;
    device.shown.time = last_shown_capture(scenario->start);
    device.shown.reading = device.counted;
    if (last > *device.shown.time) device.pending = {last, device.counted};
  }
  begin_intervals();
  happen();
  begin_averages();
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
  if (t - ledger.now >= std::chrono::days{1}) {
    if (profile->layout.uses_month) {
      // What was at the month's end is shown until the next.
      const sys_seconds month = month_start(t);
      leap_towards(month);
      step_to(month);
    }
    leap_towards(t);
  }
  step_to(t);
}

void Meter::Impl::step_to(sys_seconds t) {
  while (ledger.now < t) {
    ++effort;
    const sys_seconds next = std::min(t, next_boundary());
    const PhaseLoads loads = loads_at(ledger, ledger.now);
    integrate(loads, tariff_now(), (next - ledger.now).count());
    ledger.now = next;
    happen();
  }
}

sys_seconds Meter::Impl::next_boundary() const {
  sys_seconds next = next_multiple(ledger.now, kMinute);
  // The meter's own minutes, in which intervals and tariffs begin.
  next = std::min(next, next_multiple(clock_time(), kMinute) - ledger.deviation);
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
  if (now > scenario->start && is_multiple(now, kMinute)) minute_ends();
  end_intervals();
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

sys_seconds Meter::Impl::clock_time() const { return ledger.now + ledger.deviation; }

std::int64_t Meter::Impl::clock_now() const {
  return ledger.clock_unset ? kUnsetTime : clock_time().time_since_epoch().count();
}

std::optional<sys_seconds> Meter::Impl::known_time_now() const {
  return ledger.clock_unset ? std::nullopt : std::optional(clock_time());
}

int Meter::Impl::tariff_now() const {
  return scenario->calendar.tariff_at(profile->zone, clock_time());
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
  state[Quantity::kTariff] = tariff_now();
  const auto minute = static_cast<std::uint64_t>(t.time_since_epoch().count() / kMinute);
  state[Quantity::kFrequency] =
      ledger.dark() ? 0 : 50'000 + random_below(random_at(seed, 0x46726571, minute), 41) - 20;
  const PhaseLoads totals = loads_at(ledger, t);
  const PhaseLoads phases =
      profile->phase_skew > seconds{0} ? loads_at(ledger, t - profile->phase_skew) : totals;
  set_instantaneous(phases, totals, profile->phases_each, state);
  if (!ledger.neutral) state[Quantity::kVoltageL2] = 0;
  for (std::size_t i = 0; i < kDemands.size(); ++i) {
    // Over the full interval, not a running mean (measured on Belgian meters).
    state[kDemands[i].now] = ledger.quarter[i] / kQuarter;
  }
  state[Quantity::kFactorMin] = state[Quantity::kFactor];
  for (const LedgerDevice& device : ledger.devices) {
    // How a meter without a stamp for "never" shows a device that it has no value of is not known.
    const bool showable = device.captured || !profile->layout.unset_time.empty();
    if (showable) state.devices.push_back(device.shown);
  }
  fill_free_channels(profile->capture, state);
  return state;
}

Meter::Meter(std::shared_ptr<const Profile> profile, std::shared_ptr<const Scenario> scenario,
             std::uint64_t seed, std::optional<std::uint64_t> id_seed)
    : impl_(std::make_unique<Impl>(Impl{
          std::move(profile), std::move(scenario), seed, id_seed.value_or(seed), {}, {}, {}, 0})) {
  impl_->restart();
}

Meter::~Meter() = default;
Meter::Meter(Meter&&) noexcept = default;
Meter& Meter::operator=(Meter&&) noexcept = default;

void Meter::follow(std::shared_ptr<const Scenario> scenario) {
  impl_->scenario = std::move(scenario);
  impl_->printing.until = impl_->printing.now;
  impl_->sending.until = impl_->sending.from;
}

std::size_t Meter::effort() const { return impl_->effort; }

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
