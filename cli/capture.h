#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "protocol/frame_cipher.h"
#include "protocol/result.h"
#include "protocol/telegram.h"

namespace p1rig {

// Captures of one meter, for commands that look at what it sends and not at how well: `learn`,
// `compare`, `profiles --like`.

struct CaptureChoice {
  std::optional<FrameKeys> keys;
  std::optional<std::chrono::milliseconds> listen;  ///< to a live line
  bool unwrap = true;
};

/// Declares --for, --key-file and --raw.
void add_capture_options(Options& options);
/// Returns the exit code if an option is wrong, after saying what.
int choose_capture(const Options& options, CaptureChoice& choice);

struct CaptureCounts {
  std::uint64_t telegrams = 0, wrong = 0;
  bool sealed = false;  ///< some were
  bool edited =
      false;  ///< the only one has a CRC that belongs to another text; it was computed anew
  bool other_line_ends = false;  ///< they became CR LF
};

/// Takes a telegram that is whole, with CR LF as line ends, and when it began to come. An error ends
/// the reading: it says why the telegram is none of this meter.
using TakeTelegram = std::function<Result<void>(const Telegram& telegram,
                                                std::optional<std::chrono::nanoseconds> received)>;

/// Reads files, recordings and lines one after another. Returns the exit code if there is no telegram,
/// or something is wrong, after saying what: bytes of something else are named.
int read_captures(const std::vector<std::string>& names, const CaptureChoice& choice,
                  const TakeTelegram& take, CaptureCounts& counts);

}  // namespace p1rig
