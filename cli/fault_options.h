#pragma once

#include <chrono>
#include <vector>

#include "cli/meter_options.h"
#include "cli/options.h"
#include "simulator/faults/fault.h"

namespace p1rig {

/// Parses --fault and tries each on the telegram of `start`, so that one that cannot apply is rejected
/// before anything is sent. Returns the exit code if something is wrong, after saying what.
int choose_faults(const Options& options, ChosenMeter& chosen, std::chrono::sys_seconds start,
                  bool sealed, std::vector<FaultRequest>& requests);

}  // namespace p1rig
