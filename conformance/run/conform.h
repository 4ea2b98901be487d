#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/reader/reader_file.h"
#include "conformance/run/case_result.h"
#include "conformance/run/causes.h"
#include "protocol/result.h"
#include "simulator/profile/profile.h"

namespace p1rig {

class EventLoop;

struct Waivers;

/// A waiver that matched no result.
struct UnusedWaiver {
  std::string pattern, reason;
  std::string where;    ///< file:line:column
  std::string message;  ///< the likely reason
  bool counts = false;  ///< nothing can ever match it
};

/// What to run.
struct ConformPlan {
  ReaderFile reader;
  std::vector<std::string> profiles;   ///< names or paths; empty: one for each dialect
  std::vector<std::string> dialects;   ///< globs; empty: those of the reader
  std::vector<std::string> endpoints;  ///< empty: the first that the reader file names
  std::vector<std::string> cases;      ///< globs over ids; empty: all
  std::vector<Case> all_cases;
  bool own_cases = false;      ///< from --case-file: not the suite
  Level level = Level::kMust;  ///< the lowest that decides whether the run is as expected
  std::uint64_t seed = 1;
  std::optional<std::uint64_t> id_seed = {};     ///< of the meters' identifiers; nothing: the seed
  std::chrono::milliseconds case_limit{60'000};  ///< for a case, without its own silences
  bool shuffle = false;
  bool realtime = false;  ///< telegrams are sent at the meter's period, not as fast as reported
  int repeat = 1;
  std::string suite_version;  ///< leaves out cases that were added later; empty: none
  std::shared_ptr<const Waivers> waivers;
  std::uint64_t fuzz = 0;  ///< that many random stimuli instead of the cases
  /// Called before the run with the number of results, and before each case.
  std::function<void(std::size_t results)> planned = {};
  std::function<void(const Case& one, const Profile& profile)> begins = {};
  /// "p1rig conform X --level L" and " -- COMMAND", quoted: what a reproduction is made of, with its case.
  std::string command_line, command_tail;
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

/// After so many meters in a row at which a reader reported nothing, no other is tried.
inline constexpr int kMostSilentMeters = 3;

/// The meter that represents a dialect.
std::string_view profile_of_dialect(std::string_view dialect);

/// The meters with these names, or paths; the error is about the first that is neither.
Result<std::vector<std::shared_ptr<const Profile>>> find_profiles(
    std::span<const std::string> names);

/// Runs the cases at each meter and endpoint. `told` is called with each result; an error is about
/// the plan: an unknown profile, a glob that matches nothing.
Result<ConformReport> run_conformance(ConformPlan plan, EventLoop& loop,
                                      const std::function<void(const CaseResult&)>& told);

}  // namespace p1rig
