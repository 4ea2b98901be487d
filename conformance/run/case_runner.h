#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "conformance/run/case_judging.h"
#include "conformance/run/case_result.h"
#include "conformance/run/reader_session.h"
#include "conformance/run/verdict.h"

namespace p1rig {

/// Runs cases on one reader at one meter's line. One process of the reader serves all of them, and is
/// restarted after a crash or a hang.
///
/// Each case ends with an ordinary telegram, the sentinel, and up to two more: a report of one decides
/// all before, lost or hanging.
class CaseRunner {
 public:
  /// `subject` must outlive the runner.
  CaseRunner(Subject& subject, StimulusMaker maker, RunnerSettings settings);

  /// Starts the reader and waits until it reports a telegram.
  Start start() { return session_.start(); }

  CaseResult run(const Case& one);

  /// Sends ordinary telegrams and judges each of these cases, ordinary_cases(), by what the reader reports
  /// of them. What it reports differently from what was sent does not count in any other case.
  std::vector<CaseResult> run_ordinary(std::span<const Case* const> cases);

  /// What run_ordinary() found, or what it would find: for a runner that replays a case.
  const OrdinaryTraits& traits() const { return traits_; }
  void take_traits(OrdinaryTraits traits) { traits_ = std::move(traits); }

  const ContractHello& hello() const { return session_.hello(); }

  /// Why the reader could not be restarted if that is not its own fault; else empty.
  std::string_view trouble() const {
    return last_start_.kind == Start::Kind::kEnvironment ? last_start_.message : std::string_view{};
  }

  /// The lines that broke the contract so far.
  const std::vector<std::string>& breaches() const { return session_.breaches(); }

  /// Called between two steps: true ends the case there.
  void on_interrupt(std::function<bool()> asked) { session_.on_interrupt(std::move(asked)); }

 private:
  using Wait = ReaderSession::Wait;

  bool can(std::string_view need) const;
  std::optional<std::string> lacks(const Case& one) const;
  std::optional<std::string> lacks_values(const Case& one) const;
  ReaderTraits traits_of(const Case& one) const;
  bool is_reported(const std::string& object) const;
  CaseResult result_of(const Case& one) const;
  bool is_up(CaseResult& result);
  CaseResult begin(const Case& one);
  bool run_steps(const Case& one, CaseResult& result);
  bool run_telegrams(const Case& one, const CaseStep& step, CaseResult& result);
  bool run_sentinels();
  bool is_gone();
  bool start_again(const Case& one);
  CaseEvidence evidence_of(const Case& one);
  void end(CaseResult& result);

  ReaderSession session_;
  int failed_starts_ = 0;  ///< in a row, after the first success
  Start last_start_;
  std::vector<Mismatch> found_;  ///< in this case, other than what the judge holds
  std::size_t lost_before_ = 0;
  OrdinaryTraits traits_;
  std::vector<std::uint64_t> memory_;
};

}  // namespace p1rig
