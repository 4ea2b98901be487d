#pragma once

#include <span>
#include <string>

#include "conformance/mutants/mutant_trial.h"
#include "conformance/run/known_defects.h"
#include "protocol/result.h"

namespace p1rig {

/// What is measured again where something is known.
struct Remeasuring {
  KnownDefects known = {};
  std::string mutants = {}, cases = {};  ///< globs; none if empty
};

/// Puts every case to each mutant, at one meter of each dialect: what conformance/known-defects.json
/// holds. Takes all processors.
///
/// `again`: what is known is kept, except for these mutants and cases; mutants and cases that are
/// not known are measured in any case. A dialect, or a meter that a dialect is shown by, must not be
/// new.
Result<KnownDefects> measure_defects(std::span<const Case> cases,
                                     const Remeasuring* again = nullptr);

/// What is measured of one mutant.
DefectTrial trial_of(const Mutant& mutant, std::span<const TrialGround> grounds);
/// Likewise, where something is known.
DefectTrial trial_again(const Mutant& mutant, std::span<const TrialGround> grounds,
                        const Remeasuring& again);

}  // namespace p1rig
