#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace p1rig {

/// A CRC of 16 bits by the parameters that are in general use for them (Williams' model): the
/// polynomial without its x16, the register at the start, whether bits go in and come out the least
/// significant first, and what is XORed at the end.
struct CrcAlgorithm {
  std::string_view name;   ///< in options and profiles: "x-25"
  std::string_view title;  ///< to people: "CRC-16/X-25"
  std::uint16_t polynomial = 0;
  std::uint16_t start = 0;
  bool reflected = false;
  std::uint16_t final_xor = 0;
};

/// The usual ones. The first is CRC-16/ARC, that of P1 (DSMR-P1 5.0.2 §6.2).
std::span<const CrcAlgorithm> crc_algorithms();

/// The one with this name; nullptr if there is none.
const CrcAlgorithm* find_crc_algorithm(std::string_view name);

/// `algorithm` is one of crc_algorithms(); the first is computed by crc16(), much faster.
std::uint16_t crc_of(const CrcAlgorithm& algorithm, std::string_view bytes);

}  // namespace p1rig
