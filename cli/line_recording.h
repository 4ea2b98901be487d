#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cli/line_options.h"
#include "cli/options.h"
#include "simulator/line/clock.h"
#include "simulator/line/recording_line.h"
#include "simulator/line/session.h"

namespace p1rig {

/// Declares --record.
void add_record_option(Options& options);

/// What --record asks for: writes down the one line of a session. Does nothing if it was not
/// given. Must be destroyed before the lines.
class LineRecording {
 public:
  /// Opens the files and leaves them as they are. Returns the exit code if that fails, after saying
  /// why.
  int open(const Options& options, const SessionOptions& session, const std::string& profile,
           std::uint64_t seed, OutputGuard& guard, const OpenLines& lines);

  /// Puts itself in the place of the line. `clock` must outlive this.
  void begin(const SessionOptions& session, const Clock& clock, OpenLines& lines);

  /// Receives what the source gave, and the events of the session.
  void take(const Emission& emission);
  void take(const SessionEvent& event);

  /// To be called when the session is over, before the lines end. Returns the exit code, after saying
  /// what is wrong.
  int end();

 private:
  std::string path_;
  std::optional<RecordingWriter> writer_;
  std::optional<RecordingTime> time_;
  std::optional<RecordingLine> line_;
};

}  // namespace p1rig
