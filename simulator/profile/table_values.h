#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/result.h"
#include "simulator/files/document.h"
#include "simulator/profile/profile.h"
#include "simulator/quantity.h"
#include "simulator/state.h"
#include "simulator/zone.h"

namespace p1rig {

// What profiles and scenarios write alike. Whatever is wrong is complained about at its position.

/// Of a quantity that follows_from_loads().
inline constexpr std::string_view kFollowsFromLoads =
    "is determined by loads, clock and calendar: it cannot be set here";

/// The time under the key, by the zone's clock; nothing if there is none or it is wrong.
std::optional<std::chrono::sys_seconds> read_instant(TableReader& table, std::string_view key,
                                                     const Zone& zone);

/// The state's integer for the text under the key, such as "230 V"; 0 if there is none.
std::int64_t read_value(TableReader& table, std::string_view key, Dimension dimension,
                        QuantityKind kind, std::string_view unit);

/// Whole seconds within the limits, such as "10s" or "5min"; `otherwise` if there are none.
std::chrono::seconds read_seconds(TableReader& table, std::string_view key,
                                  std::chrono::seconds otherwise, std::chrono::seconds least,
                                  std::chrono::seconds most);

/// What a device on the M-Bus has counted, such as "2012.432 m3", in its state unit.
std::int64_t read_reading(TableReader& table, std::string_view key, Medium medium);

/// A table of quantities and their values, handed over one by one; `name` is for messages.
void read_quantities(
    const std::string& name, const Node& node, Complaints& complaints,
    const std::function<Result<void>(const QuantityRow&, const std::string&)>& take);

/// The medium, reading, valve and EAN of a device that `profile` can show; neither id nor channel.
MbusDevice read_device(TableReader& table, const Profile& profile);

}  // namespace p1rig
