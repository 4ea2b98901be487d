#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace p1rig::bench {

/// CRC-16/ARC with one table of 256 entries, as most programs have it.
inline std::uint16_t table_crc(std::string_view bytes) {
  static constexpr auto kTable = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned byte = 0; byte < 256; ++byte) {
      unsigned rest = byte;
      for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1U) != 0 ? 0xA001U : 0U);
      table[byte] = static_cast<std::uint16_t>(rest);
    }
    return table;
  }();
  unsigned crc = 0;
  for (const char c : bytes) crc = crc >> 8 ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  return static_cast<std::uint16_t>(crc);
}

}  // namespace p1rig::bench
