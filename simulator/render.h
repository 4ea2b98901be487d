#pragma once

#include <string>

#include "protocol/truth.h"
#include "simulator/layout.h"
#include "simulator/state.h"
#include "simulator/zone.h"

namespace p1rig {

/// Appends the telegram that a meter with this state sends, '/' to the line end after the CRC.
/// Where `truth` is given, it becomes what the telegram says.
void render(const Layout& layout, const MeterState& state, const Zone& zone, std::string& telegram,
            Truth* truth = nullptr);

}  // namespace p1rig
