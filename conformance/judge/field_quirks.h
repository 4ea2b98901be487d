#pragma once

#include <vector>

#include "conformance/judge/lint.h"

namespace p1rig {

struct LintContext;

/// Makes quirks of what is known from the field of such meters (Dialect::quirks).
void apply_field_quirks(const LintContext& context, std::vector<Finding>& findings);

}  // namespace p1rig
