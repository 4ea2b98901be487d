#pragma once

#include <span>

#include "conformance/judge/lint.h"
#include "conformance/judge/stretch_judge.h"

namespace p1rig {

/// The rules about incomplete telegrams and frames; lint_rules() has them too.
std::span<const LintRule> loss_rules();

/// Warnings, since no document says what a line may do to a telegram, and since a Data Request that
/// is released cuts it (DSMR-P1 5.0.2 §5.7.1). The finding has telegram and line 0.
Finding finding_of(const Loss& loss);

/// For a stretch of kind kOversize: an error, since no telegram takes so long.
Finding finding_of_oversize(const Stretch& stretch);

}  // namespace p1rig
