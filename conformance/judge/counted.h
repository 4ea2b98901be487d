#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace p1rig {

/// "1 byte", "2 bytes".
inline std::string counted(std::uint64_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace p1rig
