#include "simulator/electric.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace p1rig {
namespace {

/// Adds one P and Q to a flow, each in its direction and quadrant.
void add(Flow& flow, std::int64_t active, std::int64_t reactive) {
  (active >= 0 ? flow.import : flow.export_) += std::abs(active);
  (reactive >= 0 ? flow.reactive_import : flow.reactive_export) += std::abs(reactive);
  const std::size_t quadrant = reactive >= 0 ? (active >= 0 ? 0 : 1) : (active >= 0 ? 3 : 2);
  flow.quadrant[quadrant] += std::abs(reactive);
}

/// P/S in thousandths with the sign of P; 1 where nothing flows.
std::int64_t power_factor(std::int64_t active, std::int64_t apparent) {
  if (apparent == 0) return 1000;
  return std::clamp<std::int64_t>(active * 1000 / apparent, -1000, 1000);
}

// Squares of powers that fit in 64 bits.
__extension__ using Wide = __int128;

/// The square root, cut, from a first guess that is not below it. Newton's method on integers.
Wide newton(Wide square, Wide root) {
  for (;;) {
    const Wide next = (root + square / root) / 2;
    if (next >= root) return root;
    root = next;
  }
}

Quantity of_phase(Quantity first, std::size_t phase) {
  return static_cast<Quantity>(static_cast<std::size_t>(first) + phase);
}

void set_phase(std::size_t phase, const PhaseLoad& load, MeterState& state) {
  const std::int64_t apparent = apparent_power(load.active, load.reactive);
  const bool import = load.active >= 0;
  state[of_phase(Quantity::kPowerImportL1, phase)] = std::max<std::int64_t>(load.active, 0);
  state[of_phase(Quantity::kPowerExportL1, phase)] = std::max<std::int64_t>(-load.active, 0);
  state[of_phase(Quantity::kReactivePowerImportL1, phase)] =
      std::max<std::int64_t>(load.reactive, 0);
  state[of_phase(Quantity::kReactivePowerExportL1, phase)] =
      std::max<std::int64_t>(-load.reactive, 0);
  state[of_phase(Quantity::kApparentPowerImportL1, phase)] = import ? apparent : 0;
  state[of_phase(Quantity::kApparentPowerExportL1, phase)] = import ? 0 : apparent;
  state[of_phase(Quantity::kVoltageL1, phase)] = load.voltage;
  state[of_phase(Quantity::kCurrentL1, phase)] =
      load.voltage > 0 ? (apparent * 1000 + load.voltage / 2) / load.voltage : 0;
  state[of_phase(Quantity::kFactorL1, phase)] = power_factor(load.active, apparent);
}

}  // namespace

std::int64_t integer_sqrt(std::int64_t square) {
  if (square <= 0) return 0;
  // A guess that is off by one at most; what is returned is exact, on every machine.
  const auto wanted = static_cast<std::uint64_t>(square);
  auto root = static_cast<std::uint64_t>(std::sqrt(static_cast<double>(square)));
  while (root * root > wanted) --root;
  while ((root + 1) * (root + 1) <= wanted) ++root;
  return static_cast<std::int64_t>(root);
}

std::int64_t apparent_power(std::int64_t active, std::int64_t reactive) {
  const Wide square = Wide{active} * active + Wide{reactive} * reactive;
  if (square <= INT64_MAX) return integer_sqrt(static_cast<std::int64_t>(square));
  constexpr Wide kAbove = Wide{1} << 64;  // the root of any such sum
  return static_cast<std::int64_t>(std::min<Wide>(newton(square, kAbove), INT64_MAX));
}

Flow flow_of(const PhaseLoads& phases, bool each) {
  Flow flow;
  if (each) {
    for (const PhaseLoad& phase : phases) {
      if (phase.voltage > 0) add(flow, phase.active, phase.reactive);
    }
    return flow;
  }
  std::int64_t active = 0, reactive = 0;
  for (const PhaseLoad& phase : phases) {
    active += phase.active;
    reactive += phase.reactive;
  }
  add(flow, active, reactive);
  return flow;
}

void set_instantaneous(const PhaseLoads& phases, const PhaseLoads& totals, bool each,
                       MeterState& state) {
  std::int64_t current_sum = 0, current_max = 0, voltage_max = 0;
  for (std::size_t phase = 0; phase < phases.size(); ++phase) {
    set_phase(phase, phases[phase], state);
    const std::int64_t current = state[of_phase(Quantity::kCurrentL1, phase)];
    current_sum += current;
    current_max = std::max(current_max, current);
    voltage_max = std::max(voltage_max, phases[phase].voltage);
  }
  state[Quantity::kCurrentSum] = current_sum;
  state[Quantity::kCurrentMax] = current_max;
  state[Quantity::kVoltageMax] = voltage_max;

  const Flow flow = flow_of(totals, each);
  const std::int64_t reactive_net = flow.reactive_import - flow.reactive_export;
  const std::int64_t net = flow.import - flow.export_;
  const std::int64_t apparent = apparent_power(net, reactive_net);
  state[Quantity::kPowerImport] = flow.import;
  state[Quantity::kPowerExport] = flow.export_;
  state[Quantity::kPowerAbsolute] = flow.import + flow.export_;
  state[Quantity::kPowerNet] = net;
  state[Quantity::kReactivePowerImport] = flow.reactive_import;
  state[Quantity::kReactivePowerExport] = flow.reactive_export;
  for (std::size_t q = 0; q < flow.quadrant.size(); ++q) {
    state[of_phase(Quantity::kReactivePowerQ1, q)] = flow.quadrant[q];
  }
  state[Quantity::kApparentPowerImport] = net >= 0 ? apparent : 0;
  state[Quantity::kApparentPowerExport] = net >= 0 ? 0 : apparent;
  state[Quantity::kFactor] = power_factor(net, apparent);
}

}  // namespace p1rig
