#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/emission.h"
#include "simulator/line/clock.h"
#include "simulator/line/line.h"
#include "simulator/line/recording.h"
#include "simulator/line/session.h"

namespace p1rig {

/// The meter's own time, at any speed: what a session does at ten times the speed is ten seconds
/// apart in a recording, too. At kMaxSpeed, where the host's time says nothing, bytes pass at the
/// baud rate from the telegram's start on, with the pauses that the line would have had, so that the
/// same seed gives the same recording.
class RecordingTime {
 public:
  /// `session` must say when it began. `clock` must outlive this.
  RecordingTime(const SessionOptions& session, const Clock& clock);

  /// Receives what the source gave, and the events of the session.
  void take(const Emission& emission);
  void take(const SessionEvent& event);

  /// How many bytes come before the line falls silent: a packet holds no more.
  std::size_t before_pause() const;

  /// When the next so many bytes have passed.
  MeterTime pass(std::size_t bytes);
  MeterTime now() { return pass(0); }

 private:
  SessionOptions session_;
  const Clock& clock_;
  MeterTime telegram_;      ///< its start
  std::size_t passed_ = 0;  ///< bytes of it
  std::chrono::nanoseconds silence_{};
  std::vector<Pause> pauses_, next_pauses_;  ///< of the telegram on its way, and of the next one
  std::size_t pause_ = 0;
};

/// A line that writes down what its reader gets and what it does to Data Request, and is otherwise
/// the line that it is before. Bytes that are not taken are not in the recording.
class RecordingLine final : public Line {
 public:
  /// `line`, `writer` and `time` must outlive this. Data Request is what the session goes by: that of the
  /// line, or where the session has a script, what that says.
  RecordingLine(Line& line, RecordingWriter& writer, RecordingTime& time,
                const SessionOptions& session = {});
  ~RecordingLine() override { note_request(); }

  const LineKind& kind() const override { return line_.kind(); }
  std::string name() const override { return line_.name(); }
  State state() const override { return line_.state(); }
  std::size_t send(std::string_view bytes) override;
  void lose_nothing() override { line_.lose_nothing(); }
  bool drained() override { return line_.drained(); }
  void purge() override { line_.purge(); }
  bool freeze() override { return line_.freeze(); }
  void supply(bool powered) override { line_.supply(powered); }
  std::string shim() const override { return line_.shim(); }
  void on_change(std::function<void()> changed) override;

  /// Receives the events of the session.
  void take(const SessionEvent& event);

 private:
  void note_request();
  void set_requested(bool requested, MeterTime at);

  Line& line_;
  RecordingWriter& writer_;
  RecordingTime& time_;
  RequestMode mode_;
  std::vector<RequestEdge> script_;
  std::size_t next_edge_ = 0;  ///< of the script
  bool requested_;
  std::function<void()> changed_;
};

}  // namespace p1rig
