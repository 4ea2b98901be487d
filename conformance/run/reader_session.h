#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/telegram_judge.h"
#include "conformance/run/case_result.h"
#include "conformance/run/stimulus.h"
#include "conformance/run/subject.h"

namespace p1rig {

/// How a reader is treated.
struct RunnerSettings {
  std::uint64_t seed = 1;
  std::chrono::milliseconds startup{15'000};   ///< until it has opened its end of the line
  std::chrono::milliseconds patience{10'000};  ///< for a report that is owed
  /// Until it has reopened a connection that died silently. A meter may be silent for a minute
  /// while it starts (SE-P1 2.0, note 3), so no reader can be expected to notice sooner.
  std::chrono::milliseconds reconnect{90'000};
  std::chrono::milliseconds min_interval{0};  ///< between two telegrams that it publishes
  /// For a case, beyond the time that its own steps and the reader's pauses take: then it is given up.
  std::chrono::milliseconds case_limit{60'000};
  /// In real time: telegrams are that far apart, and are sent at the line's pace. 0: as fast as
  /// the reader reports them.
  std::chrono::milliseconds period{0};
  ReaderTraits traits = {};
  std::vector<std::string> can = {};  ///< in addition to its hello
};

/// How a reader started.
struct Start {
  enum class Kind : std::uint8_t {
    kReady,
    kUnsupported,  ///< it ended with 89: not this dialect, or not this endpoint
    kBroken,       ///< it broke the contract: ended, opened nothing, reported nothing
    kEnvironment   ///< it could not be started at all
  };
  Kind kind = Kind::kReady;
  std::string message = {};
  /// Of a broken one: it opened the line and reported nothing, or ended at that.
  bool is_silent = false;
};

/// "the reader ended with status 1; it said: …".
std::string words_of(const ReaderExited& gone);

/// The conversation with one reader at one meter's line: what it is sent, what it says, and how long
/// that is waited for. It decides nothing about cases.
///
/// No wait is a sleep. A telegram is sent once the report that was expected before has come or is
/// late; if none was expected, once the reader has taken everything and rests. So telegrams are
/// apart, as a meter sends them, unless a stimulus says otherwise.
class ReaderSession {
 public:
  enum class Wait : std::uint8_t { kTold, kLate, kGone };

  /// `subject` must outlive the session.
  ReaderSession(Subject& subject, StimulusMaker maker, RunnerSettings settings);

  /// Starts the reader and waits until it reports a telegram.
  Start start();
  /// The same while a case runs. If it fails, gone() still says how the reader ended.
  Start restart(const ReaderTraits& traits);
  void stop();
  bool is_ready() const { return ready_; }

  /// From here on everything is about a new case, which is given up after `budget`.
  void begin(std::string_view case_id, const ReaderTraits& traits,
             std::chrono::milliseconds budget);
  /// The same case, but what was sent until here is no longer judged.
  void judge_anew(const ReaderTraits& traits) { judge_.begin(traits); }
  void extend_by(std::chrono::milliseconds time);
  /// What went over the line since begin().
  std::vector<WireMoment> end();

  /// Sends, and waits for the report if one is expected.
  Wait deliver(Stimulus stimulus, std::chrono::milliseconds patience, bool at_line_pace);
  /// Listens until the telegram with that name is reported; for an empty name, until time is up.
  Wait await(std::string_view name, std::chrono::milliseconds patience);
  /// Silence, or what happens to the line, after all bytes that were held back.
  void act(LineAction action, std::chrono::milliseconds duration, bool at_line_pace);
  void note(std::string text) { note(WireMoment::Kind::kNote, "", std::move(text)); }

  StimulusMaker& maker() { return maker_; }
  const StimulusMaker& maker() const { return maker_; }
  const Subject& subject() const { return subject_; }
  bool wait_until_open(std::chrono::milliseconds patience) {
    return subject_.wait_until_open(patience);
  }
  const RunnerSettings& settings() const { return settings_; }
  const TelegramJudge& judge() const { return judge_; }
  const ContractHello& hello() const { return hello_; }
  const std::optional<ContractTelegram>& last_report() const { return last_report_; }
  const std::optional<ReaderExited>& gone() const { return gone_; }
  /// Expected reports in a row that did not come.
  int unanswered() const { return unanswered_; }
  std::chrono::nanoseconds worst_lateness() const { return worst_lateness_; }
  std::chrono::milliseconds short_patience() const;
  /// The line since the case began, and before the first report, when readers greet their meter.
  LineLog line_log() const;
  /// The lines that broke the contract: before this case, and in it.
  const std::vector<std::string>& breaches() const { return breaches_; }
  const std::vector<std::string>& new_breaches() const { return new_breaches_; }
  /// Since begin().
  std::chrono::nanoseconds elapsed() const { return subject_.now() - began_; }
  std::chrono::nanoseconds budget() const { return subject_.gives_up_at() - began_; }
  bool is_due() const { return subject_.is_given_up(); }

  /// Asked between two steps: true ends every wait.
  void on_interrupt(std::function<bool()> asked) { interrupted_ = std::move(asked); }
  bool is_interrupted() const { return interrupted_ && interrupted_(); }

 private:
  Wait settle();
  void hold_back(Emission emission);
  void take(const ReaderSaid& said);
  void take(const ReaderExited& gone);
  void note(WireMoment::Kind kind, std::string name, std::string bytes, std::size_t special = 0);

  Subject& subject_;
  StimulusMaker maker_;
  RunnerSettings settings_;
  TelegramJudge judge_;
  ContractHello hello_;
  std::vector<std::string> breaches_, new_breaches_;
  std::string last_log_, last_trouble_;
  std::function<bool()> interrupted_;
  bool ready_ = false;
  std::optional<ReaderExited> gone_;
  bool keeps_wire_ = false;
  std::vector<WireMoment> wire_;
  std::size_t left_out_ = 0;            ///< moments of the wire log
  std::uint64_t written_at_start_ = 0;  ///< bytes to the meter before its first report
  Emission held_back_;                  ///< bytes that are sent together with the next ones
  int unanswered_ = 0;
  std::chrono::steady_clock::time_point began_, sent_at_, last_sent_;
  std::string last_told_;
  std::optional<ContractTelegram> last_report_;
  std::chrono::nanoseconds slowest_{};
  std::chrono::nanoseconds worst_lateness_{};
  std::vector<std::chrono::nanoseconds> delays_;
};

}  // namespace p1rig
