#pragma once

#include <span>
#include <string>

#include "conformance/suite/case.h"

namespace p1rig {

/// docs/coverage.md: each requirement with the cases that ask for it and the mutants that they fail,
/// or the reason why software cannot observe it.
std::string coverage_page(std::span<const Case> cases);

}  // namespace p1rig
