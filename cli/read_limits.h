#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/options.h"
#include "simulator/line/clock.h"

namespace p1rig {

/// How long a live line is listened to.
struct ReadLimits {
  std::uint64_t count = 0;  ///< telegrams; 0 for no limit
  SteadyTime until = SteadyTime::max();
};

/// Declares --duration and --count.
void add_limit_options(Options& options);

/// Returns the exit code if an option is wrong, after saying what.
int choose_limits(const Options& options, ReadLimits& limits);

/// A number above 0; nothing if it is none.
std::optional<double> parse_positive(const std::string& text);

}  // namespace p1rig
