#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace p1rig {

enum class Likelihood { kCertain, kLikely, kPossible };
std::string_view to_string(Likelihood likelihood);

/// One explanation of bytes that a reader got.
struct LineMistake {
  std::string_view id;  ///< stable and public: "parity-in-bit-7", a row of the table in the .cpp
  Likelihood likelihood = Likelihood::kPossible;
  std::string why;  ///< what in these bytes says so
  std::string_view what;
  std::string_view fix;  ///< what to do about it
};

/// What bytes from a P1 line say about how the line was read.
struct LineDiagnosis {
  bool all_well = false;  ///< telegrams or sealed frames, and nothing wrong with any
  std::size_t bytes = 0;
  std::uint64_t right_telegrams = 0;
  std::uint64_t wrong_telegrams =
      0;                            ///< whole, but of a wrong CRC or with bytes that no meter sends
  std::uint64_t sealed_frames = 0;  ///< whole; nobody looks inside
  std::vector<LineMistake> mistakes = {};  ///< the likeliest first; empty where all is well
};

/// Says what is likely wrong with the reader's settings, the wiring or the request, from the bytes
/// alone. Takes any bytes; looks at the first 256 KiB. A second or more of a line is enough.
LineDiagnosis diagnose_bytes(std::string_view bytes);

/// A stretch of signal that was read upside down, read the right way up.
struct TurnedText {
  std::string text;   ///< characters of seven bits
  double misfit = 1;  ///< broken start, stop or parity bits per character received
};

/// Finds the characters that a meter must have sent so that a receiver with the inverse polarity
/// hands over `bytes`. `parity`: the meter sends 7E1, else eight bits of ASCII. `lost_parity`: the
/// reader takes seven bits and throws a parity bit away.
TurnedText turn_signal(std::string_view bytes, bool parity, bool lost_parity);

}  // namespace p1rig
