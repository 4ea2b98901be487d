#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// The devices of "gas=2,water=1", on channels 1 to 4 in that order; "none" for none. The first of a
/// medium is the profile's own, if it has one; the others have identifiers of the same form. All
/// differ for each `id_seed`. An error for a medium that the meter does not know, and for a fifth.
Result<std::vector<ScenarioDevice>> read_device_list(std::string_view list, const Profile& profile,
                                                     std::uint64_t id_seed);

/// True if a line of the medium's block has a code without channel: two devices would have the same.
bool lacks_channel(Medium medium, const Profile& profile);

/// What to say of the second device of such a medium.
std::string room_for_one(Medium medium, const Profile& profile);

/// Replaces what is on the M-Bus from the start. An error if the scenario says that itself, if
/// devices come and go in it, or if a firmware of it does not know one of them
/// or has no room for a second of its medium.
Result<void> set_devices(std::vector<ScenarioDevice> devices, Scenario& scenario);

}  // namespace p1rig
