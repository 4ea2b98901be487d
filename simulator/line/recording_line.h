#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/line/line.h"
#include "simulator/line/recording.h"
#include "simulator/line/session.h"

namespace p1rig {

/// When the next so many bytes have passed, in the time that the recording is kept in.
using PassTime = std::function<MeterTime(std::size_t bytes)>;

/// A line that writes down what its reader gets and what it does to Data Request, and is otherwise
/// the line that it stands before. Bytes that are not taken are not in the recording.
class RecordingLine final : public Line {
 public:
  /// `line` and `writer` must outlive this. Data Request is what the session goes by: that of the
  /// line, or where the session has a script, what that says.
  RecordingLine(Line& line, RecordingWriter& writer, PassTime pass_time,
                const SessionOptions& session = {});
  ~RecordingLine() override { note_request(); }

  const LineKind& kind() const override { return line_.kind(); }
  std::string name() const override { return line_.name(); }
  LineState state() const override { return line_.state(); }
  std::size_t send(std::string_view bytes) override;
  bool drained() override { return line_.drained(); }
  void purge() override { line_.purge(); }
  void on_change(std::function<void()> changed) override;

 private:
  void note_request();
  void set_requested(bool requested, MeterTime at);

  Line& line_;
  RecordingWriter& writer_;
  PassTime pass_time_;
  RequestMode mode_;
  std::vector<RequestEdge> script_;  ///< what is still to come of it
  bool requested_;
  std::function<void()> changed_;
};

/// The meter's own time, at any speed: what a session does at ten times the speed is ten seconds
/// apart in a recording, too. At kMaxSpeed bytes pass at the baud rate from the telegram's start on,
/// so that the same seed gives the same recording.
class RecordingTime {
 public:
  RecordingTime(const SessionOptions& session, const Clock& clock);

  /// To be told the events of the session.
  void take(const SessionEvent& event);

  MeterTime pass(std::size_t bytes);

 private:
  SessionOptions session_;
  const Clock& clock_;
  SteadyTime began_;
  MeterTime telegram_;      ///< its start
  std::size_t passed_ = 0;  ///< bytes of it
};

}  // namespace p1rig
