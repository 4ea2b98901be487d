#pragma once

#include <string>

#include "protocol/truth.h"
#include "simulator/render/layout.h"
#include "simulator/state.h"
#include "simulator/zone.h"

namespace p1rig::test {

/// What render() must give, written plainly: it walks the segments, writes each value digit by digit,
/// and takes the CRC from the bytes.
void plain_render(const Layout& layout, const MeterState& state, const Zone& zone,
                  std::string& telegram, Truth* truth = nullptr);

}  // namespace p1rig::test
