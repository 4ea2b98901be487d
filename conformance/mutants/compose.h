#pragma once

#include <span>

#include "conformance/mutants/mutant.h"

namespace p1rig {

/// A reader with all of these defects. Filters work one after the other; where two judge
/// a telegram otherwise than the reference does, the later one decides. `parts` must outlive it.
Mutant compose(std::span<const Mutant* const> parts);

}  // namespace p1rig
