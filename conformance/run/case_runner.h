#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "conformance/judge/telegram_judge.h"
#include "conformance/run/case_result.h"
#include "conformance/run/stimulus.h"
#include "conformance/run/subject.h"
#include "conformance/run/verdict.h"

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
  bool is_silent =
      false;  ///< of a broken one: it opened the line and reported nothing, or ended at that
};

/// Runs cases on one reader at one meter's line. One process of the reader serves all
/// of them, and is restarted after a crash or a hang.
///
/// Nothing is decided by a sleep. A telegram is sent once the report that was expected before has come
/// or is late; if none was expected, once the reader has taken everything and rests. So telegrams are
/// apart, as a meter sends them, unless the case says otherwise. Each case ends with an ordinary
/// telegram, the sentinel, and up to two more: a report of one decides all before, lost or hanging.
class CaseRunner {
 public:
  /// `subject` must outlive the runner.
  CaseRunner(Subject& subject, StimulusMaker maker, RunnerSettings settings);

  /// Starts the reader and waits until it reports a telegram.
  Start start();

  CaseResult run(const Case& one);

  /// Sends ordinary telegrams and judges each of these cases, ordinary_cases(), by what the reader reports
  /// of them. What it reports differently from what was sent does not count in any other case.
  std::vector<CaseResult> run_ordinary(std::span<const Case* const> cases);

  const ContractHello& hello() const { return hello_; }

  /// Why the reader could not be restarted if that is not its own fault; else empty.
  std::string_view trouble() const {
    return last_start_.kind == Start::Kind::kEnvironment ? last_start_.message : std::string_view{};
  }

  /// The lines that broke the contract so far.
  const std::vector<std::string>& breaches() const { return breaches_; }

  /// Called between two steps: true ends the case there.
  void on_interrupt(std::function<bool()> asked) { interrupted_ = std::move(asked); }

 private:
  enum class Wait : std::uint8_t { kTold, kLate, kGone };

  bool can(std::string_view need) const;
  std::optional<std::string> lacks(const Case& one) const;
  std::optional<std::string> lacks_values(const Case& one) const;
  CaseResult result_of(const Case& one) const;
  CaseResult begin(const Case& one);
  std::chrono::milliseconds budget_of(const Case& one) const;
  bool run_steps(const Case& one, CaseResult& result);
  bool is_due() const;
  bool is_interrupted() const;
  bool start_again(const Case& one);
  ReaderTraits traits_of(const Case& one) const;
  bool run_telegrams(const Case& one, const CaseStep& step, CaseResult& result);
  bool run_sentinels();
  std::vector<std::string> find_at_line(const Case& one);
  void judge(const Case& one, CaseResult& result);
  void fail_to_live(Outcome outcome, std::string message, CaseResult& result);
  void extend_by(std::chrono::milliseconds time);
  void end(CaseResult& result);
  void hold_back(Emission emission);
  Wait deliver(Stimulus stimulus, std::chrono::milliseconds patience, bool at_line_pace);
  Wait await(std::string_view name, std::chrono::milliseconds patience);
  Wait settle();
  void take(const ReaderSaid& said);
  void take(const ReaderExited& gone);
  void note(WireMoment::Kind kind, std::string name, std::string bytes);
  std::chrono::milliseconds short_patience() const;

  Subject& subject_;
  StimulusMaker maker_;
  RunnerSettings settings_;
  TelegramJudge judge_;
  ContractHello hello_;
  std::vector<std::string> breaches_, new_breaches_;
  std::string last_log_, last_trouble_;
  std::function<bool()> interrupted_;
  bool ready_ = false;
  int failed_starts_ = 0;  ///< in a row, after the first success
  Start last_start_;
  std::optional<ReaderExited> gone_;
  CaseResult* result_ = nullptr;
  std::size_t left_out_ = 0;     ///< moments of the wire log
  std::vector<Mismatch> found_;  ///< in this case, other than what the judge holds
  std::size_t lost_before_ = 0;
  std::uint64_t written_at_start_ = 0;  ///< bytes to the meter before its first report
  OrdinaryTraits traits_;
  Emission held_back_;  ///< bytes that are sent together with the next ones
  int unanswered_ = 0;  ///< expected reports in a row that did not come
  std::chrono::steady_clock::time_point began_, due_ = std::chrono::steady_clock::time_point::max();
  std::chrono::steady_clock::time_point sent_at_, last_sent_;
  std::string last_told_;
  std::optional<ContractTelegram> last_report_;
  std::chrono::nanoseconds slowest_{};
  std::chrono::nanoseconds worst_lateness_{};
  std::vector<std::chrono::nanoseconds> delays_;
  std::vector<std::uint64_t> memory_;
};

}  // namespace p1rig
