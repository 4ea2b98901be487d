#pragma once

#include <string>

#include "protocol/truth.h"
#include "simulator/files/output_guard.h"
#include "simulator/zone.h"

namespace p1rig {

/// The files of --truth.
extern const OutputKind kTruthKind;

/// {"telegram": {…}} as in the reader contract, from what the renderer wrote, without line end.
std::string truth_json_line(const Truth& truth, const Zone& zone);

}  // namespace p1rig
