#pragma once

#include <string>
#include <string_view>

namespace p1rig {

/// A stretch of signal that was read inverted, corrected.
struct TurnedText {
  std::string text;   ///< characters of seven bits
  double misfit = 1;  ///< broken start, stop or parity bits per character received
};

/// Finds the characters that a meter must have sent so that a receiver with the inverse polarity
/// hands over `bytes`. `parity`: the meter sends 7E1, else eight bits of ASCII. `lost_parity`: the
/// reader takes seven bits and throws a parity bit away.
TurnedText turn_signal(std::string_view bytes, bool parity, bool lost_parity);

}  // namespace p1rig
