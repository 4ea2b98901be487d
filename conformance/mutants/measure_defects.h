#pragma once

#include <span>

#include "conformance/mutants/mutant_trial.h"
#include "conformance/run/known_defects.h"

namespace p1rig {

/// Puts every case of every ground to each mutant: what conformance/known-defects.json holds.
KnownDefects measure_defects(std::span<const TrialGround> grounds);

/// The same of one.
DefectTrial trial_of(const Mutant& mutant, std::span<const TrialGround> grounds);

}  // namespace p1rig
