#pragma once

#include <string>

#include "protocol/truth.h"
#include "simulator/zone.h"

namespace p1rig {

/// What a field says, as the reader contract writes it: a number with its unit, a time as ISO 8601
/// with the zone's offset, text as it was sent. Empty where the meter says "no value".
std::string truth_text(const TruthField& field, const Zone& zone);

}  // namespace p1rig
