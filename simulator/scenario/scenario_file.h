#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
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

/// The most that a device of a meter of that profile may use in each capture period, so that what it
/// reads never grows too large in a century.
std::int64_t most_use(const Profile& profile);

/// A table that connects a device.
ScenarioDevice read_scenario_device(TableReader& table, const Profile& profile);

/// A table of quantities that a scenario may give to a meter that prints as the profile.
Assignments read_assignments(const std::string& name, const Node& node, const Profile& profile,
                             Complaints& complaints);

/// mV; 0 after a complaint.
std::int64_t read_voltage(TableReader& table, std::string_view key);

/// OBIS codes, none of which is not in `objects`, those of the profile.
std::vector<Obis> read_objects(TableReader& table, std::string_view key, const Profile& profile,
                               const std::vector<Obis>& objects);

/// Complains of a readout that leaves out what the port must show, or everything, or is too long.
void check_readout(TableReader& table, std::string_view key, const Readout& readout,
                   const std::vector<Obis>& objects);

/// Lives through the comings and goings on the M-Bus once: four channels, no device that is not
/// there. `device_places` are those of the scenario's own devices in its file.
void check_channels(const Scenario& scenario, const std::vector<Place>& device_places,
                    const Profile& profile, Complaints& complaints);

}  // namespace p1rig
