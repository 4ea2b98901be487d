#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

#include "protocol/line_settings.h"
#include "simulator/emission.h"

namespace p1rig {

/// The bytes up to `end` that follow those of the previous piece.
struct Piece {
  std::size_t end = 0;
  std::chrono::nanoseconds due{};  ///< after the telegram's start: when the last byte has passed
  bool operator==(const Piece&) const = default;
};

enum class Pace {
  kLine,  ///< as many characters as pass in 1.5 ms are written at once
  kByte,  ///< every character separately: true to the line, but expensive
  kNone,  ///< all that no pause holds back at once: the line takes no time
};

/// Cuts a telegram into what is written at once, as `pace` says: at least one character, and none
/// across a pause. Every due time is counted from the telegram's start
/// and includes the pauses before it. A telegram that needs longer than `at_most` is sped up
/// evenly, pauses included, so that it fits. The last due time is how long it takes.
std::vector<Piece> cut_into_pieces(const Emission& emission, const LineSettings& settings,
                                   std::chrono::nanoseconds at_most, Pace pace = Pace::kLine);

}  // namespace p1rig
