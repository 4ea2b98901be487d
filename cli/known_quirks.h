#pragma once

#include <vector>

#include "conformance/judge/lint.h"
#include "simulator/profile/profile.h"

namespace p1rig {

/// The quirks of a profile, for the judge, which cannot see profiles itself.
std::vector<KnownQuirk> quirks_of(const Profile& profile);

/// The quirks of all meters that identify themselves as this telegram does, in this dialect.
std::vector<KnownQuirk> quirks_of(const Telegram& telegram, const Dialect& dialect);

}  // namespace p1rig
