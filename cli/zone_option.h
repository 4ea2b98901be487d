#pragma once

#include <chrono>
#include <optional>

#include "cli/options.h"
#include "simulator/zone.h"

namespace p1rig {

/// The offset of the zone's standard time to UTC.
std::chrono::minutes normal_offset_of(const Zone& zone);

/// Declares --zone.
void add_zone_option(Options& options);

/// The offset to UTC of the zone's standard time, nothing if the option was not given. Returns the
/// exit code if it is not a zone, after saying so.
int choose_zone(const Options& options, std::optional<std::chrono::minutes>& normal_offset);

}  // namespace p1rig
