#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace p1rig {

// The ways to compute a CRC-16/ARC, of which crc16() takes the fastest that this machine has. P1RIG_CPU
// in the environment names another: Valgrind, for one, does not support AVX-512. All give the same.

/// One way, the same for every machine that has its instructions.
struct CrcPath {
  std::string_view name;  ///< its name in P1RIG_CPU
  bool (*runs_here)();
  std::uint16_t (*crc)(const unsigned char* bytes, std::size_t size, std::uint16_t seed);
};

/// All ways that this build has, the fastest first; the last is "portable" and runs everywhere.
std::span<const CrcPath> crc_paths();

/// The first that runs here and has that name; the fastest if the name is empty; the portable one
/// if nothing here has that name.
const CrcPath& choose_crc_path(std::string_view name);

/// The way that crc16() goes.
const CrcPath& crc_path();

}  // namespace p1rig
