#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace p1rig {

struct Passage;

/// Silence on the line before the byte at `offset`.
struct Pause {
  std::size_t offset = 0;
  std::chrono::nanoseconds duration{};
  bool operator==(const Pause&) const = default;
};

/// One telegram as it goes out: its bytes, and where the line falls silent within them. `pauses`
/// are in the order of their offsets.
struct Emission {
  std::string bytes;
  std::vector<Pause> pauses = {};
  bool operator==(const Emission&) const = default;
};

/// The telegram with the silences that its faults put into it.
Emission emission_of(Passage passage);

/// What the meter sends at a second of its own clock; no bytes where it is silent then, as in a power
/// failure. Pure: asked again, it says the same.
using TelegramSource = std::function<Emission(std::chrono::sys_seconds)>;

}  // namespace p1rig
