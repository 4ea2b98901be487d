#include "simulator/meter.h"

#include <algorithm>

namespace p1rig {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::int64_t kQuarter = 900;

Quantity nth(Quantity first, std::int64_t n) {
  return static_cast<Quantity>(static_cast<std::int64_t>(first) + n);
}

/// The energies after `elapsed` seconds of `flow`, from those in `state`.
void integrate(const Flow& flow, std::int64_t tariff, std::int64_t elapsed, MeterState& state) {
  const auto add = [&](Quantity quantity, std::int64_t power) {
    state[quantity] += power * elapsed;
  };
  add(Quantity::kEnergyImport, flow.import);
  add(Quantity::kEnergyExport, flow.export_);
  add(Quantity::kEnergyAbsolute, flow.import + flow.export_);
  add(Quantity::kReactiveImport, flow.reactive_import);
  add(Quantity::kReactiveExport, flow.reactive_export);
  for (std::int64_t q = 0; q < 4; ++q) {
    add(nth(Quantity::kReactiveQ1, q), flow.quadrant[static_cast<std::size_t>(q)]);
  }
  if (tariff < 1 || tariff > 4) return;
  add(nth(Quantity::kEnergyImportT1, tariff - 1), flow.import);
  add(nth(Quantity::kEnergyExportT1, tariff - 1), flow.export_);
  add(nth(Quantity::kReactiveImportT1, tariff - 1), flow.reactive_import);
  add(nth(Quantity::kReactiveExportT1, tariff - 1), flow.reactive_export);
}

/// Demand of the running quarter-hour: its energy so far over the full 900 s (measured on Belgian
/// meters); a constant load makes every whole quarter the same.
void set_demands(const Flow& flow, sys_seconds t, sys_seconds start, MeterState& state) {
  const std::int64_t into = t.time_since_epoch().count() % kQuarter;
  const std::int64_t apparent =
      apparent_power(flow.import - flow.export_, flow.reactive_import - flow.reactive_export);
  const struct {
    Quantity now, last, max;
    std::int64_t power;
  } demands[] = {
      {Quantity::kDemandImport, Quantity::kDemandLastImport, Quantity::kDemandMaxImport,
       flow.import},
      {Quantity::kDemandExport, Quantity::kDemandLastExport, Quantity::kDemandMaxExport,
       flow.export_},
      {Quantity::kDemandReactiveImport, Quantity::kDemandLastReactiveImport,
       Quantity::kDemandMaxReactiveImport, flow.reactive_import},
      {Quantity::kDemandReactiveExport, Quantity::kDemandLastReactiveExport,
       Quantity::kDemandMaxReactiveExport, flow.reactive_export},
      {Quantity::kDemandApparentImport, Quantity::kDemandLastApparentImport,
       Quantity::kDemandMaxApparentImport, flow.import > 0 ? apparent : 0},
      {Quantity::kDemandApparentExport, Quantity::kDemandLastApparentExport,
       Quantity::kDemandMaxApparentExport, flow.import > 0 ? 0 : apparent},
  };
  const bool a_quarter_ended = t - start >= seconds{kQuarter};
  for (const auto& demand : demands) {
    state[demand.now] = demand.power * into / kQuarter;
    state[demand.last] = a_quarter_ended ? demand.power : 0;
    state[demand.max] = a_quarter_ended ? demand.power : 0;
  }
  state[Quantity::kDemandPeriod] = kQuarter;
  state[Quantity::kPeakPower] = a_quarter_ended ? flow.import : 0;
  // Every quarter is as high as the next: the first whole one after the start stands.
  const auto first = start.time_since_epoch().count() / kQuarter * kQuarter + kQuarter;
  state[Quantity::kPeakTime] = a_quarter_ended ? first : start.time_since_epoch().count();
}

void set_averages(MeterState& state) {
  for (std::int64_t phase = 0; phase < 3; ++phase) {
    state[nth(Quantity::kAverageVoltageL1, phase)] = state[nth(Quantity::kVoltageL1, phase)];
  }
  state[Quantity::kAveragePowerImport] = state[Quantity::kPowerImport];
  state[Quantity::kAveragePowerNet] = state[Quantity::kPowerNet];
  state[Quantity::kAveragePowerAbsolute] = state[Quantity::kPowerAbsolute];
  state[Quantity::kFactorMin] = state[Quantity::kFactor];
}

/// The last capture that the port shows at `t`.
sys_seconds capture_before(const CaptureSettings& capture, sys_seconds t) {
  const auto since = t.time_since_epoch() - capture.offset - capture.delay;
  return sys_seconds{since - since % capture.period + capture.offset};
}

void set_devices(const Profile& profile, const Scenario& scenario, sys_seconds t,
                 MeterState& state) {
  const sys_seconds captured = capture_before(profile.capture, t);
  const std::int64_t elapsed = std::max<std::int64_t>(0, (captured - scenario.start).count());
  for (MbusDevice& device : state.devices) {
    device.time = captured;
    device.reading += scenario.gas_flow * elapsed;
  }
  fill_free_channels(profile.capture, state);
}

}  // namespace

Scenario constant_load(const Profile& profile) {
  Scenario scenario;
  scenario.start = sys_seconds{seconds{1'767'225'600}};  // 2026-01-01T00:00:00Z
  scenario.phases = {
      {{325'000, 48'000, 231'400}, {120'000, 21'000, 230'900}, {80'000, 9'000, 232'100}}};
  if (profile.phases == 1) scenario.phases[1] = scenario.phases[2] = {};
  return scenario;
}

MeterState state_at(const Profile& profile, const Scenario& scenario, sys_seconds t) {
  MeterState state = profile.start;
  state[Quantity::kTime] = t.time_since_epoch().count();
  state[Quantity::kTariff] = scenario.tariff;
  state[Quantity::kFrequency] = scenario.frequency;

  sys_seconds registered = t;
  if (profile.register_update > seconds{0}) {
    registered -= registered.time_since_epoch() % profile.register_update;
  }
  const std::int64_t elapsed = std::max<std::int64_t>(0, (registered - scenario.start).count());
  const Flow flow = flow_of(scenario.phases, profile.phases_each);
  integrate(flow, scenario.tariff, elapsed, state);
  set_instantaneous(scenario.phases, scenario.phases, profile.phases_each, state);
  set_demands(flow, t, scenario.start, state);
  set_averages(state);
  if (profile.layout.uses_month) state.month = state.values;
  set_devices(profile, scenario, t, state);
  return state;
}

}  // namespace p1rig
