#pragma once

#include <string>

#include "simulator/files/document.h"

namespace p1rig {

/// "{FF}" becomes that byte, "{FF*1024}" so many of it: TOML has no bytes but those of UTF-8.
void expand_bytes(Place place, std::string& text, Complaints& complaints);

}  // namespace p1rig
