#pragma once

#include <vector>

#include "conformance/judge/line_contents.h"
#include "conformance/judge/telegram_damage.h"

namespace p1rig {

/// What is wrong with telegrams and frames, and what is lost between them: one Damage for each kind,
/// the frequent ones first. Not empty unless all is well.
std::vector<Damage> explain_telegrams(const LineContents& contents);

}  // namespace p1rig
