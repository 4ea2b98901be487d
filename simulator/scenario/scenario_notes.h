#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// What of a scenario has no effect on a meter that is looked at from `from` on, which may be meant:
/// loads and events outside the scenario's window, curves that begin late or have ended, tariffs of a
/// country that has no calendar. A line each, "file:line:column: …".
std::vector<std::string> notes_on(const Scenario& scenario, const Profile& profile,
                                  std::chrono::sys_seconds from);

}  // namespace p1rig
