#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace p1rig::test {

/// Marsaglia's xorshift64: the same numbers on every machine for the same seed.
class Xorshift {
 public:
  explicit Xorshift(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15U + 1) {}

  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_;
  }

  /// A number from 0 to bound - 1.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() >> 16) % bound; }

  char one_of(std::string_view characters) { return characters[below(characters.size())]; }

  std::string text(std::string_view characters, std::size_t size) {
    std::string result;
    while (result.size() < size) result += one_of(characters);
    return result;
  }

 private:
  std::uint64_t state_;
};

}  // namespace p1rig::test
