#pragma once

#include <chrono>
#include <string>

#include "cli/options.h"
#include "protocol/truth.h"
#include "simulator/meter.h"
#include "simulator/profile.h"

namespace p1rig {

/// The options that say which meter `simulate` and `render` mean, and what it lives through.
struct MeterOptions {
  Profile profile;
  Scenario scenario;
};

/// Loads the profile named by the first word. Returns the exit code where something is wrong,
/// after saying what.
int load_meter(const Options& options, MeterOptions& meter);

/// The telegram that the meter sends at `t`.
std::string telegram_at(const MeterOptions& meter, std::chrono::sys_seconds t,
                        Truth* truth = nullptr);

}  // namespace p1rig
