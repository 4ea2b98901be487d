#pragma once

#include <vector>

#include "conformance/judge/line_contents.h"
#include "conformance/judge/line_mistakes.h"

namespace p1rig {

/// What the telegrams of some minutes show about gas, water and heat meters: whether there is one, and
/// why its readings are missing or old. The line may still be healthy.
///
/// One for each M-Bus channel that the telegrams have, or one that there is none if the dialect
/// knows such devices. Nothing if no telegram is correct.
std::vector<LineNote> note_devices(const LineContents& contents);

}  // namespace p1rig
