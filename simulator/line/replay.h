#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "simulator/line/clock.h"
#include "simulator/line/lateness.h"
#include "simulator/line/line.h"

namespace p1rig {

class EventLoop;

/// Bytes of a recording, and when they are due, counted from its first event.
struct ReplayStep {
  std::chrono::nanoseconds due{};
  std::string bytes;
};

/// Gives one step after another; nothing at the end.
using ReplaySource = std::function<std::optional<ReplayStep>()>;

struct ReplayOptions {
  double speed = 1.0;  ///< kMaxSpeed: as fast as the line takes them
  /// Called when bytes are left but no reader is there; `begun` if there was one before.
  std::function<void(bool begun)> on_waiting = {};
};

struct ReplayResult {
  std::size_t sent = 0;  ///< bytes
  bool complete = false;
  int signal = 0;     ///< the number of the signal that ended it; 0 without one
  std::string error;  ///< why the line ended, where that is not just a reader that went away
  Lateness lateness;  ///< of steps, against the time they were due; empty at kMaxSpeed
};

/// Sends what was recorded, with its gaps, from the moment that a reader is there. No byte is left
/// out: where the reader does not fetch them, everything after comes as late as it must, and then
/// catches up. Ends after the last byte, or when the line ends; at the end it waits for at most a
/// second until the reader has fetched the last bytes.
///
/// Does nothing by itself, as a Session does not.
class Replay {
 public:
  /// `line` and `clock` must outlive this.
  Replay(ReplaySource source, const ReplayOptions& options, Line& line, const Clock& clock);

  /// Does what is due and returns when to call again, at the latest; SteadyTime::max() means when
  /// the line changes. To be called after every change of the line, too.
  SteadyTime advance();

  bool ended() const { return ended_; }
  const ReplayResult& result() const { return result_; }

 private:
  SteadyTime due_of(const ReplayStep& step) const;
  bool send_step();
  SteadyTime drain();

  ReplaySource source_;
  ReplayOptions options_;
  Line& line_;
  const Clock& clock_;
  ReplayResult result_;
  std::optional<ReplayStep> step_;  ///< the next one
  std::size_t at_ = 0;              ///< byte of it
  bool begun_ = false;              ///< the step is being handed over
  bool is_waiting_ = false;
  std::optional<SteadyTime> began_, drain_by_;
  bool ended_ = false;
};

/// Runs a Replay in an event loop; SIGINT and SIGTERM end it.
ReplayResult replay(ReplaySource source, const ReplayOptions& options, Line& line,
                    const Clock& clock, EventLoop& loop);

}  // namespace p1rig
