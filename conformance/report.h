#pragma once

#include <string>

#include "conformance/conform.h"

namespace p1rig {

// The result of a run, in one form each. All take the same report and add nothing to it.

/// For the terminal: what counts against the reader first and in full, then a line for each other
/// outcome that is no pass, then the sums.
std::string console_report(const ConformReport& report);

}  // namespace p1rig
