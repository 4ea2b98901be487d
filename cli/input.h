#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "cli/options.h"
#include "protocol/dialect.h"
#include "protocol/line_settings.h"
#include "simulator/line/clock.h"

namespace p1rig {

/// What was received, and when, if known: from a live line or from a recording.
struct InputPortion {
  std::string_view bytes = {};  ///< what the meter sent; none if only Data Request changed
  std::optional<MeterTime> time = {};
  std::optional<bool> requested = {};  ///< Data Request, if it can be seen
};

struct ReadPlan {
  SteadyTime until = SteadyTime::max();  ///< a live line is left then
  /// Where the line has a Data Request, it is released for a second and a half first: the edge
  /// is seen, and whether a meter that sends every second is silent without it.
  bool show_edge = false;
  /// A network connection that is silent for this long counts as dead and is reopened; 0: never.
  std::chrono::milliseconds reconnect{0};
  std::function<void()> reconnected = {};  ///< what follows does not continue what came before
  /// Text of a file or of stdin is unwrapped (conformance/judge/unwrap.h),
  /// which is reported on stderr.
  bool unwrap = false;
  bool tell = true;
  std::function<void()> opened = {};  ///< a live line is there, for the first time
};

/// Declares --raw, which wants ReadPlan::unwrap false.
void add_raw_option(Options& options);

/// Reads a file, a recording, a live line (simulator/line/reader_end.h) or "-" for stdin, and gives
/// each portion to `take`, which returns false when it has had enough. Returns kAsExpected at the
/// end, kInterrupted after a signal; else says what is wrong and returns kUsage for what cannot be
/// found and for a capture of something else, and kEnvironment for what cannot be read, or not to
/// its end.
int read_portions(const std::string& name, const LineSettings& settings,
                  const std::function<bool(const InputPortion&)>& take, const ReadPlan& plan = {});

/// True if read_portions() knows when each portion came.
bool has_times(const std::string& name);

/// The same, without times.
int read_input(const std::string& name, const LineSettings& settings,
               const std::function<bool(std::string_view)>& take, const ReadPlan& plan = {});

/// The dialect of an option, or nullptr if it was not given. An unknown one is explained and
/// turned into the exit code.
struct DialectOption {
  const Dialect* dialect = nullptr;
  int code = kAsExpected;
};
DialectOption dialect_option(const std::string* name);

}  // namespace p1rig
