#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "conformance/run/case_result.h"
#include "conformance/run/causes.h"

namespace p1rig {

/// A waiver that matched no result.
struct UnusedWaiver {
  std::string pattern, reason;
  std::string where;    ///< file:line:column
  std::string message;  ///< the likely reason
  bool counts = false;  ///< nothing can ever match it
};

/// What came out of a run.
struct ConformReport {
  std::string reader, version;       ///< by its hello, else by the reader file
  std::vector<std::string> command;  ///< that started it, as given; empty if it was attached
  std::uint64_t seed = 1;
  Level level = Level::kMust;
  std::deque<Case> cases;  ///< the results point to these
  std::vector<CaseResult> results;
  Causes causes;                      ///< of the failures among them
  std::vector<std::string> breaches;  ///< of the reader contract
  std::vector<std::string> refused;   ///< meters at which the reader could not run, and why
  std::string environment;            ///< why nothing could be run; else empty
  std::vector<UnusedWaiver> unused_waivers;
  std::string suite_version;             ///< of the cases
  std::vector<std::string> newer_cases;  ///< left out because of it
  bool whole_suite = false;              ///< no case was left out by its name
  std::uint64_t fuzzed = 0;  ///< random stimuli that were tried; those that failed are results
  bool interrupted = false;
  std::chrono::system_clock::time_point began;
  std::chrono::milliseconds duration{};

  ConformReport() = default;
  ConformReport(ConformReport&&) = default;
  ConformReport& operator=(ConformReport&&) = default;
};

/// True if the reader failed the case, at whatever level: what a waiver can expect. A quirk that was not
/// met is a failure; what the line cannot show is not.
bool is_failure(const CaseResult& result);

/// True if the outcome counts against the reader: a failure of a level that decides.
bool counts_against(const CaseResult& result, Level level);

/// True if it is not known what the reader does: an inconclusive result, unless the case that it is blocked
/// by was judged in this run. That one decides.
bool is_unclear(const CaseResult& result, const ConformReport& report);

/// True if no case was judged at all: whether the reader is as expected is unknown.
bool is_nothing_judged(const ConformReport& report);

/// The exit code (docs/reports.md): 0 as expected, 1 not, 3 the reader broke the contract, 4 environment,
/// 75 inconclusive, 130 interrupted.
int exit_code(const ConformReport& report);

}  // namespace p1rig
