#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/judge/telegram_judge.h"
#include "protocol/result.h"
#include "simulator/faults/fault.h"
#include "simulator/files/document.h"

namespace p1rig {

// A case is data: what is sent to a reader and what is expected of it (docs/cases.md). A file holds
// those of one chapter of a specification, a table each, by their ids.

enum class Level : std::uint8_t {
  kMust,    ///< a clause of a document
  kShould,  ///< robustness that no clause demands
  kQuirk    ///< only a field report
};
enum class Basis : std::uint8_t {
  kPrinted,  ///< the document addresses the reader
  kDerived,  ///< it follows from what the meter does
  kField
};
std::string_view to_string(Level level);
std::string_view to_string(Basis basis);
std::optional<Level> find_level(std::string_view name);
std::optional<Basis> find_basis(std::string_view name);

/// What the line does, instead of a telegram.
enum class LineAction : std::uint8_t {
  kSilence,  ///< nothing is sent for a while
  kUnplug,   ///< the line disappears and returns: the terminal is hung up, the connection closed
  kFreeze    ///< the connection dies silently: nothing passes any more; a new connection is served
};
/// "silence", "unplug", "freeze": as cases write it.
std::string_view to_string(LineAction action);
std::optional<LineAction> find_line_action(std::string_view name);
/// "silence for 1500 ms", for people.
std::string describe(LineAction action, std::chrono::milliseconds duration);

/// A device on the M-Bus instead of the profile's own.
struct CaseDevice {
  std::string medium;
  int channel = 1;
  std::optional<std::string> id, reading;
  bool unset = false;  ///< its capture time is not known
};

/// One step: a telegram, bytes that are none, or an action.
struct CaseStep {
  std::string id;    ///< of a telegram; empty for the others
  int count = 1;     ///< that many telegrams like it
  bool wait = true;  ///< for the report that is owed, before the next step

  std::optional<std::string> time = {};  ///< the meter's clock: ISO, or in the meter's own form
  std::vector<std::pair<std::string, std::string>> set = {};  ///< quantity, value
  std::optional<std::vector<CaseDevice>> devices = {};
  std::optional<int> failures = {};  ///< entries of the failure log
  std::optional<int> peaks = {};     ///< entries of the list of month peaks

  // Text edits, before the CRC is computed. 0-n stands for the first channel with a reading.
  std::optional<std::string> identification = {};                 ///< after '/'
  std::vector<std::pair<std::string, std::string>> replace = {};  ///< OBIS code, its brackets
  std::vector<std::string> remove = {};                           ///< OBIS codes
  std::vector<std::string> add = {};                              ///< data lines, before '!'
  std::vector<FaultRequest> faults = {};
  std::string crc = {};  ///< what its CRC begins with: telegrams are made until one has it

  std::optional<std::string> bytes = {};  ///< sent as they are
  std::optional<LineAction> action = {};
  std::chrono::milliseconds duration{};  ///< of the action

  Place place = {};
};

/// What is expected of the telegrams with one id. Codes as the case writes them.
struct CaseExpectation {
  Expectation::Whole whole = Expectation::Whole::kValues;
  std::vector<std::pair<std::string, ContractValue>> literal = {};
  std::vector<std::string> absent = {}, invalid = {}, optional = {}, anything = {};
  std::optional<std::vector<ContractDevice>> mbus = {};  ///< instead of what the meter has
  bool may_repeat = false;
};

/// What a case may need from a reader or its line.
struct CaseNeed {
  std::string_view name, summary;
};
std::span<const CaseNeed> case_needs();

struct Case {
  std::string id;
  std::vector<std::string> formerly = {};  ///< ids that it had before; they still name it
  std::string requirement = {}, title = {}, clause = {}, why = {};
  std::string argues = {};  ///< what the clause says: of each MUST
  Level level = Level::kMust;
  Basis basis = Basis::kDerived;
  std::vector<std::string> dialects = {};  ///< globs
  std::vector<std::string> profiles = {};  ///< globs; empty: any
  std::vector<CaseStep> steps = {};
  std::map<std::string, CaseExpectation> expect = {};
  std::size_t may_lose = 0;  ///< good telegrams that a reader may need to recover
  std::vector<std::string> mutants = {};
  std::vector<std::string> needs = {};
  bool once = false;                   ///< same result on any meter: one per run is enough
  bool at_line_pace = false;           ///< true timing, at the baud rate
  std::chrono::milliseconds margin{};  ///< of what is timed: more jitter than that is inconclusive
  std::vector<std::string> judges = {};  ///< of the line's behaviour, rows of line_judges()
  std::string since = "0.1";             ///< the version of the suite that it came with
  std::string file = {};
  Place place = {};
};

/// The versions of the suite, in their order: what a run can be pinned to.
std::span<const std::string_view> suite_versions();

/// True if the glob names the case by its id, or by one that it had before.
bool is_named(const Case& one, std::string_view glob);

/// True for a case that came after that version, one of suite_versions().
bool is_newer(const Case& one, std::string_view version);

/// The cases of one file, instances of `each` included. The error has a line for each thing that is
/// wrong, with file:line:column.
Result<std::vector<Case>> load_cases(const std::filesystem::path& file);
Result<std::vector<Case>> parse_cases(std::string file, std::string text);

/// All cases of conformance/cases/, in the order of files and places, with the ids that they had before
/// (conformance/renamed-cases.toml).
Result<std::vector<Case>> load_all_cases();

/// The same, with the valid files only, and what is wrong with each of the others.
struct RightCases {
  std::vector<Case> cases;
  std::vector<std::string> broken;
};
RightCases load_right_cases();

}  // namespace p1rig
