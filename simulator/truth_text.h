#pragma once

#include <chrono>
#include <string>

#include "protocol/truth.h"
#include "simulator/zone.h"

namespace p1rig {

/// "2010-12-09T11:30:20+01:00": ISO 8601 with the zone's offset at that instant.
std::string iso_time(std::chrono::sys_seconds instant, const Zone& zone);

/// What a field says, as the reader contract writes it: a number with its unit, a time as ISO 8601
/// with the zone's offset, text as it was sent. Empty if the meter says "no value".
std::string truth_text(const TruthField& field, const Zone& zone);

}  // namespace p1rig
