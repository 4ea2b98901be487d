#include "protocol/crc16.h"

#include <array>

namespace p1rig {
namespace {

constexpr std::uint16_t kPolynomial = 0xA001;  // x16+x15+x2+1, least significant bit first

// What one byte in the low half of the remainder becomes after eight steps.
constexpr std::array<std::uint16_t, 256> kTable = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned remainder = byte;
    for (int bit = 0; bit < 8; ++bit) {
      remainder = (remainder >> 1) ^ ((remainder & 1U) != 0 ? kPolynomial : 0U);
    }
    table[byte] = static_cast<std::uint16_t>(remainder);
  }
  return table;
}();

}  // namespace

std::uint16_t crc16(std::string_view bytes, std::uint16_t seed) {
  unsigned remainder = seed;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    remainder = (remainder >> 8) ^ kTable[(remainder ^ byte) & 0xFFU];
  }
  return static_cast<std::uint16_t>(remainder);
}

std::string to_hex(std::uint16_t crc) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[(crc >> shift) & 0xF];
  return text;
}

}  // namespace p1rig
