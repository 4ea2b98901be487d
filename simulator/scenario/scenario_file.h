#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/files/document.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/load.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// What may stand as kind of a [[load]] and of an [[event]].
const std::vector<std::string_view>& load_kinds();
const std::vector<std::string_view>& event_kinds();

/// A [[load]] table of a scenario, of which the start is known, in `folder`. Whatever is wrong with it, or
/// with its CSV file, or more than the profile can measure, is complained about at its position. Its
/// random numbers are those of `stream`, if it does not say otherwise.
Load read_load(const Node& node, const std::filesystem::path& folder, const Profile& profile,
               const Scenario& scenario, std::uint64_t stream, Complaints& complaints);

/// An [[event]] table, likewise; nothing if it has no kind.
std::optional<Event> read_event(const Node& node, const Profile& profile, const Scenario& scenario,
                                Complaints& complaints);

/// A device on the M-Bus, and quantities with their values.
ScenarioDevice read_scenario_device(TableReader& table, const Profile& profile);
Assignments read_assignments(const std::string& name, const Node& node, const Profile& profile,
                             Complaints& complaints);

/// Complains of the load with which more flows than a meter can stand.
void check_powers(const Scenario& scenario, const Profile& profile, Complaints& complaints);

/// Lives through the comings and goings on the M-Bus once: four channels, no device that is not
/// there. `device_places` are those of the scenario's own devices in its file.
void check_channels(const Scenario& scenario, const std::vector<Place>& device_places,
                    const Profile& profile, Complaints& complaints);

}  // namespace p1rig
