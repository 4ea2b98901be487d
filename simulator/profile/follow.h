#pragma once

#include <string>
#include <vector>

#include "simulator/profile/profile.h"
#include "simulator/state.h"

namespace p1rig {

/// Makes what follows from quantities that were `set` in a meter's state agree with them, unless it
/// was set, too: from the power of a phase its current and apparent power, by its voltage, and the
/// totals; from a total its phases, evenly; from the register of a tariff the total. `before` is the
/// state without what was set. Returns a sentence for each quantity that was set and does not agree
/// with what else is shown.
std::vector<std::string> follow(const Profile& profile, const MeterState& before,
                                const std::vector<Quantity>& set, MeterState& state);

}  // namespace p1rig
