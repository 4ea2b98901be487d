#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "protocol/line_settings.h"
#include "simulator/emission.h"
#include "simulator/line/clock.h"
#include "simulator/line/lateness.h"
#include "simulator/line/line.h"
#include "simulator/line/pacing.h"
#include "simulator/line/schedule.h"

namespace p1rig {

/// No pacing: telegrams go out as fast as the lines take them, and no line loses a byte.
inline constexpr double kMaxSpeed = std::numeric_limits<double>::infinity();

/// What controls Data Request: the lines, or the person who runs the meter.
enum class RequestMode { kLine, kOn, kOff };

/// From `at` on, this controls Data Request.
struct RequestEdge {
  MeterTime at{};
  RequestMode mode = RequestMode::kOff;
};

/// From `at` on, the reader's 5 V is there or not: it goes away with the grid.
struct SupplyEdge {
  MeterTime at{};
  bool powered = false;
};

struct SessionOptions {
  LineSettings settings = {};
  ScheduleSettings schedule = {};
  MeterTime start{};                     ///< what the meter's clock shows when the session begins
  std::optional<SteadyTime> began = {};  ///< when that is; default: when the Session is made
  double speed = 1.0;                    ///< seconds of the meter in one of the host; above 0
  /// Ends after this many telegrams. The first one that counts is the first that begins while a
  /// reader is there, so that a reader started beside the meter sees all of them.
  std::optional<std::uint64_t> count = {};
  RequestMode request = RequestMode::kLine;     ///< before the first of request_edges
  std::vector<RequestEdge> request_edges = {};  ///< in the order of time
  std::vector<SupplyEdge> supply_edges = {};    ///< in the order of time; before them it is there
  Pace pace = Pace::kLine;
  std::optional<MeterTime> until = {};  ///< no telegram starts at this time or later
};

struct TelegramStarted {
  std::uint64_t number =
      0;  ///< from 1, as counted by SessionOptions::count; 0 before a reader came
  std::chrono::sys_seconds time;
  std::size_t bytes = 0;
};
struct ReaderCame {
  std::string line;
};
struct ReaderLeft {
  std::string line;
};
/// Reported at the end of a telegram of which a slow reader lost bytes.
struct BytesDropped {
  std::string line;
  std::uint64_t bytes = 0;
};
/// Told when Line::State::note changes to something.
struct LineNoted {
  std::string line;
  std::string note;
};
/// From `began` on, when the meter's clock shows `start`, its time passes at this speed.
struct SpeedChanged {
  MeterTime start{};
  SteadyTime began{};
  double speed = 1.0;
};
/// What is to come of Data Request is another, and what has been is the same.
struct ScriptChanged {
  std::vector<RequestEdge> request_edges;
};
/// What the meter sends at a second of its own clock; no bytes where it is silent then, as in a power
/// failure. Pure: the same call gives the same result.
using TelegramSource = std::function<Emission(std::chrono::sys_seconds)>;

using SessionEvent = std::variant<TelegramStarted, ReaderCame, ReaderLeft, BytesDropped, LineNoted,
                                  SpeedChanged, ScriptChanged>;

/// How a session stands.
struct SessionNow {
  MeterTime meter{};  ///< what the meter's clock shows
  /// The last second before which nothing will be sent any more. From the next one on, what happens to
  /// the meter may still change.
  std::chrono::sys_seconds settled{};
  double speed = 1.0;
  bool paused = false;
  RequestMode request = RequestMode::kLine;  ///< what controls Data Request
  bool requested = false;                    ///< Data Request is active
};

struct LineStats {
  std::string name;
  std::uint64_t sent = 0;
  std::uint64_t dropped = 0;                  ///< bytes lost by a reader that was there
  std::uint64_t received = 0;                 ///< bytes that the reader wrote to the meter
  std::optional<LineSettings> settings = {};  ///< that the reader's end had last, if it is seen
  std::uint64_t breaks = 0;                   ///< that the reader sent, if they are seen
};

struct SessionStats {
  std::uint64_t telegrams = 0;  ///< begun on the virtual line, read or not
  std::uint64_t bytes = 0;      ///< passed on the virtual line
  Lateness lateness;            ///< of pieces, against the time they were due; empty at kMaxSpeed
  std::vector<LineStats> lines;
};

enum class SessionEnd {
  kCount,    ///< SessionOptions::count was reached
  kUntil,    ///< SessionOptions::until was reached
  kSignal,   ///< SIGINT or SIGTERM
  kLine,     ///< no line is left: the reader of the pipe went away
  kStopped,  ///< somebody else stopped the event loop
};

/// A running meter: one source of telegrams, any number of lines, as with a hub on one P1 port.
///
/// A virtual line clock always runs: bytes pass at the baud rate whether a reader is there or not.
/// A reader that comes late joins in the middle of a telegram, and one that does not read loses
/// bytes. Only lossless lines delay the meter, and at kMaxSpeed all lines where a reader is. Data
/// Request is active while it is on any line. Bytes go out in pieces of at most 1.5 ms (at 115200
/// 8N1 that costs 1.3 % of a core instead of 23 % byte by byte), at due times that are absolute, so
/// that lateness does not add up.
///
/// Does nothing by itself: advance() does what is due. run_session() calls it from an event loop,
/// tests call it by hand with a FakeClock.
class Session {
 public:
  using Listener = std::function<void(const SessionEvent&)>;

  /// `lines`, `clock` must outlive the session, which begins now. `listener` may be empty.
  Session(const SessionOptions& options, TelegramSource source, std::span<Line* const> lines,
          const Clock& clock, Listener listener);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Does what is due and returns when to call again, at the latest; SteadyTime::max() means when a
  /// line changes. To be called after every change of a line, too. Does a bounded amount of work.
  SteadyTime advance();

  /// Why the session ended; nothing while it continues.
  std::optional<SessionEnd> end() const;

  /// Ends the session here, without waiting for readers.
  void stop(SessionEnd reason);

  // Whoever changes something calls advance() afterwards.

  /// From now on the meter's time passes at another speed; neither to nor from kMaxSpeed.
  void set_speed(double speed);

  /// While it is paused, the meter's clock stands still. A telegram on its way is sent to its end.
  void pause(bool paused);

  /// What is to come of Data Request and of the reader's 5 V. What has been must be as it was.
  void set_script(std::vector<RequestEdge> request_edges, std::vector<SupplyEdge> supply_edges);

  SessionNow now() const;

  SessionStats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
