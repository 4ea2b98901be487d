#pragma once

#include <optional>
#include <string>

#include "cli/options.h"
#include "conformance/judge/clock_rule.h"
#include "simulator/zone.h"

namespace p1rig {

/// What the clock of this zone shows, and when it has summer time, 2000 to 2099.
ClockRule clock_rule_of(const Zone& zone, std::string said_by);

/// Declares --zone.
void add_zone_option(Options& options);

/// The clock of --zone, unchanged if the option was not given. Returns the exit code if it is not a
/// zone, after saying so.
int choose_zone(const Options& options, std::optional<ClockRule>& clock);

}  // namespace p1rig
