#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace p1rig {

/// CRC-16/ARC of the bytes: x16+x15+x2+1, least significant bit first, start 0, no final XOR
/// (DSMR-P1 5.0.2 §6.2). `seed` continues an earlier one. A telegram's CRC covers '/' through '!'.
std::uint16_t crc16(std::string_view bytes, std::uint16_t seed = 0);

/// Four upper-case hexadecimal digits, most significant first.
std::string to_hex(std::uint16_t crc);

}  // namespace p1rig
