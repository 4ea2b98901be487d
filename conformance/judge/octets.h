#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace p1rig {

inline unsigned octet_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}
inline std::uint16_t big_endian_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(octet_at(bytes, at) << 8 | octet_at(bytes, at + 1));
}
inline std::uint16_t little_endian_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>(octet_at(bytes, at + 1) << 8 | octet_at(bytes, at));
}

}  // namespace p1rig
