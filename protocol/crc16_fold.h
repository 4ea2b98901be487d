#pragma once

#include <cstddef>
#include <cstdint>

// The ways of crc16_paths.h that need instructions of x86-64.
#if defined(__x86_64__) && defined(__GNUC__)
#define P1RIG_CRC_FOLDS 1
#endif

namespace p1rig {

/// For what is too short to be folded, and for all other machines.
std::uint16_t crc_portable(const unsigned char* bytes, std::size_t size, std::uint16_t seed);

#ifdef P1RIG_CRC_FOLDS
bool has_pclmul();
bool has_vpclmul();
std::uint16_t crc_pclmul(const unsigned char* bytes, std::size_t size, std::uint16_t seed);
std::uint16_t crc_vpclmul(const unsigned char* bytes, std::size_t size, std::uint16_t seed);
#endif

}  // namespace p1rig
