#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "cli/command.h"
#include "protocol/dialect.h"
#include "protocol/line_settings.h"

namespace p1rig {

/// Reads a file, a terminal device (opened as a reader would, with these settings) or "-" for
/// stdin, and gives each portion to `take`, which returns false when it has had enough. Returns
/// kAsExpected at the end, kInterrupted after a signal; else says what is wrong and returns kUsage
/// for what cannot be found and kEnvironment for what cannot be read.
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
