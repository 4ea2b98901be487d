#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/reader/reader_file.h"
#include "conformance/run/conform_report.h"
#include "protocol/frame_cipher.h"
#include "protocol/result.h"
#include "simulator/profile/profile.h"

namespace p1rig {

class EventLoop;
class Subject;

struct Waivers;

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
  /// For making the failures smaller that are shown, all together; 0: they are shown as they were sent.
  std::chrono::milliseconds shrink_limit{10'000};
  /// The reference reader, which keeps expectations true; without it nothing is made smaller.
  std::function<std::unique_ptr<Subject>(const Profile& profile,
                                         const std::optional<FrameKeys>& keys)>
      reference = {};
  bool shuffle = false;
  bool realtime = false;  ///< telegrams are sent at the meter's period, not as fast as reported
  int repeat = 1;
  std::string suite_version;  ///< leaves out cases that were added later; empty: none
  std::shared_ptr<const Waivers> waivers;
  std::uint64_t fuzz = 0;  ///< that many random stimuli instead of the cases
  /// Called before the run with the number of results and their likely time, before each case, and before
  /// each cause is made smaller.
  std::function<void(std::size_t results, std::chrono::milliseconds likely)> planned = {};
  std::function<void(const Case& one, const Profile& profile)> begins = {};
  std::function<void(std::size_t number, std::size_t of)> shrinks = {};
  /// "p1rig conform X --level L" and " -- COMMAND", quoted: what a reproduction is made of, with its case.
  std::string command_line, command_tail;
};

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
