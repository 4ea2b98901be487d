#pragma once

#include <chrono>
#include <cstdint>

#include "simulator/state.h"

namespace p1rig {

/// What a device of the medium is used in the minute that begins at `minute`, in its state unit:
/// gas and heat follow the season and the hour, water is drawn now and then, cold flows in summer.
/// Pure; `stream` tells devices apart.
std::int64_t use_in_minute(Medium medium, std::uint64_t seed, std::uint64_t stream,
                           std::chrono::sys_seconds minute);

/// The sum of all minutes that begin from `from` to before `until`, both on whole minutes.
std::int64_t use_between(Medium medium, std::uint64_t seed, std::uint64_t stream,
                         std::chrono::sys_seconds from, std::chrono::sys_seconds until);

}  // namespace p1rig
