#pragma once

#include <cstdint>
#include <string_view>

namespace p1rig::test {

/// CRC-16/ARC as the document describes it, bit by bit, and written for the tests alone
/// (DSMR-P1 5.0.2 §6.2).
inline std::uint16_t bitwise_crc(std::string_view bytes) {
  unsigned crc = 0;
  for (const char byte : bytes) {
    for (int bit = 0; bit < 8; ++bit) {
      const unsigned in = (static_cast<unsigned char>(byte) >> bit) & 1U;
      const bool out = ((crc ^ in) & 1U) != 0;
      crc = (crc >> 1) ^ (out ? 0xA001U : 0U);
    }
  }
  return static_cast<std::uint16_t>(crc);
}

}  // namespace p1rig::test
