#pragma once

#include <vector>

#include "conformance/judge/line_contents.h"
#include "conformance/judge/line_mistakes.h"

namespace p1rig {

/// What the telegrams of some minutes say of gas, water and heat meters: whether there is one, and
/// why its readings are missing or old. The line is well all the same.
///
/// One for each M-Bus channel that the telegrams have, or one that there is none where the dialect
/// knows such devices. Nothing where no telegram is right.
std::vector<LineNote> note_devices(const LineContents& contents);

}  // namespace p1rig
