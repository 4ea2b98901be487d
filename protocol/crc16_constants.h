#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace p1rig::crc {

// Polynomials over GF(2), bit i standing for x^i, and what follows from them for CRC-16/ARC. Call these
// for constexpr variables only: a compiler that put it off until the program runs would spend more on
// it than a telegram's CRC costs (Clang 14 does). consteval would say so, but Clang 14 does not accept it as a
// constant inside templates.

inline constexpr std::uint32_t kPolynomial = 0x18005;  // x16+x15+x2+1

/// x^n modulo the polynomial.
constexpr std::uint32_t power(unsigned n) {
  std::uint32_t rest = 1;
  for (; n > 0; --n) {
    rest <<= 1;
    if ((rest & 0x10000U) != 0) rest ^= kPolynomial;
  }
  return rest;
}

constexpr std::uint64_t reflect(std::uint64_t value, unsigned bits) {
  std::uint64_t result = 0;
  for (unsigned i = 0; i < bits; ++i) result |= (value >> i & 1U) << (bits - 1 - i);
  return result;
}

/// The factor that moves 64 reflected bits by n places. The product of reflected numbers is one place
/// short, hence n - 1.
constexpr std::uint64_t shift_by(unsigned n) { return reflect(power(n - 1), 64); }

/// x^80 divided by the polynomial, reflected, without its lowest term: for the reduction of 64 bits
/// with sixteen zeros after them (Barrett).
constexpr std::uint64_t reciprocal() {
  std::uint64_t quotient = 0;
  std::uint32_t rest = 0;
  for (int n = 80; n >= 0; --n) {
    rest = rest << 1 | (n == 80 ? 1U : 0U);
    const bool goes = (rest & 0x10000U) != 0;
    if (goes) rest ^= kPolynomial;
    // Bit n of the quotient, whose x^64 comes first.
    if (n > 0 && n <= 64 && goes) quotient |= std::uint64_t{1} << (64 - n);
  }
  return quotient;
}

inline constexpr std::uint64_t kReciprocal = reciprocal();
inline constexpr std::uint64_t kReflectedPolynomial = reflect(kPolynomial, 17);
static_assert(kReflectedPolynomial == 0x14003);
static_assert((kReciprocal & 1U) == 1);

/// kTables[n][b]: what the byte b becomes with n more bytes behind it.
inline constexpr std::size_t kSlices = 16;
inline constexpr auto kTables = [] {
  std::array<std::array<std::uint16_t, 256>, kSlices> tables{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    unsigned rest = byte;
    for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1U) != 0 ? 0xA001U : 0U);
    tables[0][byte] = static_cast<std::uint16_t>(rest);
  }
  for (std::size_t n = 1; n < kSlices; ++n) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const unsigned before = tables[n - 1][byte];
      tables[n][byte] = static_cast<std::uint16_t>(before >> 8 ^ tables[0][before & 0xFFU]);
    }
  }
  return tables;
}();

}  // namespace p1rig::crc
