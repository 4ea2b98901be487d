#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "protocol/line_settings.h"
#include "simulator/files/output_file.h"
#include "simulator/files/output_guard.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/lateness.h"
#include "simulator/line/line_uri.h"
#include "simulator/line/session.h"
#include "simulator/scenario/scenario.h"

namespace p1rig {

/// The lines of one meter, in the order in which they were named.
struct OpenLines {
  std::vector<std::unique_ptr<Line>> owned;
  std::vector<Line*> list;
};

/// Declares --line, --request, --pace, --stats and --stats-json.
void add_line_options(Options& options);

/// Opens every --line, or a PTY if none is named, and says on stderr where readers find them.
/// Returns the exit code if that fails, after saying why.
int open_lines(const Options& options, const LineSettings& settings, OutputGuard& guard,
               EventLoop& loop, OpenLines& lines);

/// Sets what controls Data Request, from --request or else the events of the scenario,
/// when the reader's 5 V are gone, and the pace. Returns the exit code if an option is wrong, after saying what.
int read_line_options(const Options& options, const Scenario& scenario, SessionOptions& session);

/// "120 pieces, late by p50 …", for people.
std::string describe_lateness(const Lateness& late);

/// The files of --stats-json.
extern const OutputKind kStatsKind;

/// Prints what --stats asks for on stderr, and writes `file` if there is one.
int report_stats(const Options& options, const SessionStats& stats,
                 std::optional<OutputFile>& file);

}  // namespace p1rig
