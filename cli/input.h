#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "protocol/dialect.h"
#include "protocol/line_settings.h"
#include "simulator/line/clock.h"

namespace p1rig {

/// What came, and when, where that is known: from a live line or from a recording.
struct InputPortion {
  std::string_view bytes = {};  ///< what the meter sent
  std::optional<MeterTime> time = {};
  std::optional<bool> requested = {};  ///< Data Request, where it can be seen
};

/// Reads a file, a recording, a terminal device (opened as a reader would, with these settings),
/// "tcp:HOST:PORT" or "-" for stdin, and gives each portion to `take`, which returns false when it
/// has had enough. A live line is left at `until`. Returns kAsExpected at the end, kInterrupted
/// after a signal; else says what is wrong and returns kUsage for what cannot be found and
/// kEnvironment for what cannot be read.
int read_portions(const std::string& name, const LineSettings& settings,
                  const std::function<bool(const InputPortion&)>& take,
                  SteadyTime until = SteadyTime::max());

/// The same, for those who do not ask when.
int read_input(const std::string& name, const LineSettings& settings,
               const std::function<bool(std::string_view)>& take);

/// The dialect of an option, or nullptr where it was not given. An unknown one is explained and
/// turned into the exit code.
struct DialectOption {
  const Dialect* dialect = nullptr;
  int code = kAsExpected;
};
DialectOption dialect_option(const std::string* name);

}  // namespace p1rig
