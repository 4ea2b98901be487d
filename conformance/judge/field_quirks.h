#pragma once

#include <vector>

#include "conformance/judge/lint.h"

namespace p1rig {

struct LintContext;

/// Turns known deviations of such meters into quirks (Dialect::quirks).
void apply_field_quirks(const LintContext& context, std::vector<Finding>& findings);

}  // namespace p1rig
