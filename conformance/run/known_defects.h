#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

// Which cases a reader with a known defect fails: failures are compared with these to find
// their causes (causes.h). Measured on the mutants and kept as data, conformance/known-defects.json,
// because that takes minutes: `p1rig mutants --write-defects F` writes it.

/// A defect that readers have.
struct KnownDefect {
  std::string name;                ///< of a mutant
  std::vector<std::string> twins;  ///< mutants that fail the same cases: no case distinguishes them
  std::string does;                ///< "does not check the CRC"
  std::string code;                ///< what it looks like in code
  std::vector<std::uint32_t> fails;  ///< the cases that it fails at every dialect, ascending
  std::map<std::string, std::vector<std::uint32_t>> fails_at;  ///< likewise, at this dialect only
  /// In which ways it fails cases of ordinary telegrams (CaseResult::ways): by way, the cases.
  std::map<std::string, std::vector<std::uint32_t>> ways = {};
  /// Where it reports no ordinary telegram at all: by dialect, what it does instead (silence.h).
  std::map<std::string, std::vector<std::string>> silent_at = {};
};

struct KnownDefects {
  std::vector<std::string> cases;  ///< ids, ascending; defects refer to them by their place
  std::vector<KnownDefect> all;

  /// The place of a case; nothing if none of the defects fails it.
  std::optional<std::uint32_t> find_case(std::string_view id) const;
  static bool fails(const KnownDefect& defect, std::uint32_t place, const std::string& dialect);
  /// The ways in which it fails the case at this place; none for a case that is not ordinary.
  static std::vector<std::string> ways_at(const KnownDefect& defect, std::uint32_t place);
  /// The defects that report nothing at this dialect either and do the same instead.
  std::vector<std::string> as_silent(const std::string& dialect,
                                     const std::vector<std::string>& answers) const;
};

/// The cases that one mutant was given at one dialect, and those that it failed, by id.
struct DefectAnswers {
  std::vector<std::string> asked, failed;
  std::map<std::string, std::vector<std::string>> ways = {};  ///< of those failed that are ordinary
};

struct DefectTrial {
  std::string name, does, code;
  std::map<std::string, DefectAnswers> at;  ///< by dialect; none where it reports nothing at all
  std::map<std::string, std::vector<std::string>> silent_at = {};  ///< there: what it does instead
};

/// The defects of these trials: those with the same failures are one.
KnownDefects gather_defects(std::span<const DefectTrial> trials);

/// The file: JSON, one line for each case and each defect.
std::string to_json(const KnownDefects& defects);
extern const OutputKind kDefectsKind;

/// The error names the file and says what is wrong with it.
Result<KnownDefects> parse_known_defects(const std::string& file, const std::string& text);
Result<KnownDefects> load_known_defects();

}  // namespace p1rig
