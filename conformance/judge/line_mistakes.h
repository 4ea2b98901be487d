#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/detect_dialect.h"

namespace p1rig {

enum class Likelihood { kCertain, kLikely, kPossible };
std::string_view to_string(Likelihood likelihood);

/// One explanation of the bytes that a reader received.
struct LineMistake {
  std::string_view id;  ///< stable and public: "parity-in-bit-7", a row of docs/diagnose.md
  Likelihood likelihood = Likelihood::kPossible;
  std::string why;  ///< what in these bytes says so
  std::string what;
  std::string fix;  ///< what to do about it
};

/// Worth knowing about a line that is read correctly.
struct LineNote {
  std::string_view id;  ///< stable and public: "mbus-stale"
  std::string what;
  std::string_view fix;  ///< empty if there is nothing to do
};

/// What bytes from a P1 line say about how the line was read.
struct LineDiagnosis {
  bool all_well = false;  ///< telegrams or sealed frames, and nothing wrong or lost
  std::size_t bytes = 0;
  std::uint64_t right_telegrams = 0;
  std::uint64_t wrong_telegrams = 0;       ///< complete, but not correct (TelegramVerdict)
  std::uint64_t sealed_frames = 0;         ///< complete; contents not checked
  std::uint64_t losses = 0;                ///< places with missing or stray bytes
  std::vector<LineMistake> mistakes = {};  ///< the likeliest first; empty if all is well
  std::vector<LineNote> notes = {};
  std::optional<Origin> origin = {};  ///< of the first telegram that is right
};

/// How many bytes are looked at.
inline constexpr std::size_t kMostDiagnosed = 256 * 1024;

/// Says what is likely wrong with the reader's settings, the wiring, the request or a program in
/// between, from the bytes alone. Takes any bytes; looks at the first kMostDiagnosed. A second or more of a
/// line is enough. Telegrams are right as verdict_of() has it, and losses those of a LossFinder.
/// `releases`: after how many bytes Data Request was released, if that is known.
LineDiagnosis diagnose_bytes(std::string_view bytes,
                             const std::vector<std::uint64_t>& releases = {});

}  // namespace p1rig
