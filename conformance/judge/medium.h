#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/unit.h"

namespace p1rig {

/// What an M-Bus device measures, by the device type that the meter prints.
struct DeviceMedium {
  std::int64_t type;      ///< EN 13757-3
  std::string_view name;  ///< the word of the reader contract
  Dimension dimension;    ///< of its readings
  std::string_view unit;  ///< that the documents prescribe
};

/// nullptr for a type that no P1 document or meter is known to use.
const DeviceMedium* medium_of_type(std::int64_t type);

}  // namespace p1rig
