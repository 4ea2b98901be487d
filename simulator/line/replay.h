#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "protocol/result.h"
#include "simulator/line/clock.h"
#include "simulator/line/line.h"

namespace p1rig {

class EventLoop;

/// Bytes of a recording, and when they are due, counted from its first event.
struct ReplayStep {
  std::chrono::nanoseconds due{};
  std::string bytes;
};

struct ReplayOptions {
  double speed = 1.0;  ///< kMaxSpeed: as fast as the line takes them
};

struct ReplayResult {
  std::size_t sent = 0;  ///< bytes
  bool complete = false;
  int signal = 0;     ///< the number of the signal that ended it; 0 without one
  std::string error;  ///< why the line ended, where that is not just a reader that went away
};

/// Sends what was recorded, with its gaps, from the moment that a reader is there. No byte is left
/// out: where the reader does not fetch them, everything after comes later. Ends after the last
/// byte, when the line ends, and by SIGINT or SIGTERM; in the end it waits for at most a second
/// until the reader has fetched the last bytes.
ReplayResult replay(const std::vector<ReplayStep>& steps, const ReplayOptions& options, Line& line,
                    EventLoop& loop);

}  // namespace p1rig
