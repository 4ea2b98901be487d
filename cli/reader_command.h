#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/command.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/line.h"
#include "simulator/line/reader_process.h"

namespace p1rig {

/// Takes `-- COMMAND WORDS...` off the end of the arguments. Empty if there is none; an error
/// if nothing follows.
std::optional<std::vector<std::string>> take_reader_command(Arguments& arguments);

/// A reader that is started for the lines of a meter, and ends it.
class StartedReader {
 public:
  /// Starts `words`, whose exit stops `loop`. If they are empty, nothing is started, and it is said
  /// how to start a reader with the shim that a line asks for. Returns the exit code if that
  /// fails, after saying why.
  int start(const std::vector<std::string>& words, std::span<Line* const> lines, EventLoop& loop);

  /// To be called when the lines are closed: lets the reader end, or ends it. Says how it ended and
  /// returns kAsExpected, or kNotAsExpected if the reader ended by itself, and not well.
  int finish();

 private:
  std::string name_;
  std::optional<ReaderProcess> process_;
  std::optional<ProcessExit> exit_;  ///< if it ended by itself
};

}  // namespace p1rig
