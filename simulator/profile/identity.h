#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "simulator/profile/profile.h"
#include "simulator/state.h"

namespace p1rig {

// Identifiers: those of a profile belong to the meter with seed 1; every
// other seed gives another meter of the same kind. Letters, the digits of the kind and the length stay.

/// The identifier of the meter with that seed: the digits that its serial number ends in, at most
/// eight, count on. As many seeds as these digits have numbers make as many identifiers; one whose
/// serial number ends in no digit stays.
std::string identifier_of(std::string_view identifier, std::uint64_t seed);

/// Likewise for an EAN of 13 or 18 digits, the last of which checks the others (GS1);
/// other texts as identifier_of().
std::string ean_of(std::string_view ean, std::uint64_t seed);

/// The system title of the meter with that seed: eight bytes, of which the last four count on
/// (DLMS: three letters of the manufacturer, then its number for the meter).
std::string system_title_of(const Profile& profile, std::uint64_t seed);

/// Makes the identifiers in the state of a profile those of the meter with that seed.
void identify(MeterState& state, std::uint64_t seed);

}  // namespace p1rig
