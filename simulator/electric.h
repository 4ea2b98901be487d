#pragma once

#include <array>
#include <cstdint>

#include "simulator/state.h"

namespace p1rig {

/// The most that flows through one phase, in mW and in mvar: more than any connection has, and so
/// little that the squares of three phases' sums fit in 64 bits.
inline constexpr std::int64_t kMostOnPhase = 500'000'000;
static_assert(2 * (3 * kMostOnPhase) <= INT64_MAX / (3 * kMostOnPhase));

/// What flows through one phase at a moment; import is positive.
struct PhaseLoad {
  std::int64_t active = 0;    ///< mW
  std::int64_t reactive = 0;  ///< mvar, inductive positive
  std::int64_t voltage = 0;   ///< mV; 0 for a phase that the meter does not have
  bool operator==(const PhaseLoad&) const = default;
};
using PhaseLoads = std::array<PhaseLoad, 3>;

/// Active and reactive power of the whole connection as the meter registers it: of the algebraic
/// sum of the phases (measured for Dutch and Belgian meters), or, with `each`, phase by phase.
struct Flow {
  std::int64_t import = 0, export_ = 0;                   ///< mW
  std::int64_t reactive_import = 0, reactive_export = 0;  ///< mvar
  std::array<std::int64_t, 4> quadrant{};                 ///< mvar, Q I to Q IV
};
Flow flow_of(const PhaseLoads& phases, bool each);

/// The square root, cut to an integer.
std::int64_t integer_sqrt(std::int64_t square);

/// Apparent power in mVA: sqrt(P² + Q²), cut; INT64_MAX where it is more.
std::int64_t apparent_power(std::int64_t active, std::int64_t reactive);

/// Fills in all instantaneous electric quantities: those of the phases from `phases`, the totals
/// from `totals`, which some meters sample a moment later. Currents follow from U·I = S.
void set_instantaneous(const PhaseLoads& phases, const PhaseLoads& totals, bool each,
                       MeterState& state);

}  // namespace p1rig
