#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "simulator/files/document.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/load.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// A [[load]] table of a scenario, of which the start is known, in `folder`. Whatever is wrong with it, or
/// with its CSV file, or more than the profile can measure, is complained about at its position.
Load read_load(const Node& node, const std::filesystem::path& folder, const Profile& profile,
               const Scenario& scenario, std::uint64_t stream, Complaints& complaints);

/// Lives through the comings and goings on the M-Bus once: four channels, no device that is not
/// there. `device_places` are those of the scenario's own devices in its file.
void check_channels(const Scenario& scenario, const std::vector<Place>& device_places,
                    const Profile& profile, Complaints& complaints);

}  // namespace p1rig
