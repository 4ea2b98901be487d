#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cli/options.h"
#include "protocol/line_settings.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/line_uri.h"

namespace p1rig {

/// The lines of one meter, in the order in which they were named.
struct OpenLines {
  std::vector<std::unique_ptr<Line>> owned;
  std::vector<Line*> list;
};

/// Declares --line.
void add_line_options(Options& options);

/// Opens every --line, or a PTY where none is named, and says on stderr where readers find them.
/// Returns the exit code where that fails, after saying why.
int open_lines(const Options& options, const LineSettings& settings, EventLoop& loop,
               OpenLines& lines);

}  // namespace p1rig
