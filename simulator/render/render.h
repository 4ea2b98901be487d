#pragma once

#include <optional>
#include <string>

#include "protocol/truth.h"
#include "simulator/render/layout.h"
#include "simulator/state.h"
#include "simulator/zone.h"

namespace p1rig {

/// Appends the telegram that a meter with this state sends, '/' to the line end after the CRC.
/// Where `truth` is given, it becomes what the telegram says.
void render(const Layout& layout, const MeterState& state, const Zone& zone, std::string& telegram,
            Truth* truth = nullptr);

/// The largest value that a number's hole can print, such as "99.999 kW", where `value` is larger;
/// "0 kW" where it is negative and the format has no sign; nothing where it fits. That digits behind
/// the last are rounded is no reason.
std::optional<std::string> limit_passed(const Hole& hole, std::int64_t value);

}  // namespace p1rig
