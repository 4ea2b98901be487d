#pragma once

#include <cstdint>
#include <initializer_list>

namespace p1rig {

/// A random number without a state: the same for the same keys on every machine, in any order of
/// asking. SplitMix64's finaliser over the words one after the other.
constexpr std::uint64_t random_at(std::uint64_t seed, std::uint64_t a, std::uint64_t b = 0,
                                  std::uint64_t c = 0) {
  std::uint64_t value = seed;
  for (const std::uint64_t word : {a, b, c}) {
    value += 0x9E3779B97F4A7C15ULL + word;
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D049BB133111EBULL;
    value ^= value >> 31;
  }
  return value;
}

/// A number from 0 to `below` - 1.
constexpr std::int64_t random_below(std::uint64_t random, std::int64_t below) {
  return static_cast<std::int64_t>((random >> 11) % static_cast<std::uint64_t>(below));
}

}  // namespace p1rig
