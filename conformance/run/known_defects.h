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

// Which cases a reader with a known defect fails: what failures look like, so that a cause can be told
// from them (causes.h). Measured on the mutants and kept as data, conformance/known-defects.json, since
// it takes a minute: `p1rig mutants --write-defects F` writes it.

/// A defect that readers have.
struct KnownDefect {
  std::string name;                  ///< of a mutant
  std::vector<std::string> twins;    ///< mutants that fail the same cases: no case tells them apart
  std::string does;                  ///< "does not check the CRC"
  std::string code;                  ///< what it looks like in code
  std::vector<std::uint32_t> fails;  ///< cases that it fails at every dialect, ascending
  std::map<std::string, std::vector<std::uint32_t>> fails_at;  ///< likewise, at this dialect only
};

struct KnownDefects {
  std::vector<std::string> cases;  ///< ids, ascending; defects name them by their place
  std::vector<KnownDefect> all;

  /// The place of a case; nothing where none of the defects fails it.
  std::optional<std::uint32_t> find_case(std::string_view id) const;
  static bool fails(const KnownDefect& defect, std::uint32_t place, const std::string& dialect);
};

/// What one mutant was asked at one dialect, and what it failed of that: ids of cases.
struct DefectAnswers {
  std::vector<std::string> asked, failed;
};

struct DefectTrial {
  std::string name, does, code;
  std::map<std::string, DefectAnswers> at;  ///< by dialect; none where it tells nothing at all
};

/// The defects of these trials: those that fail the same are one.
KnownDefects gather_defects(std::span<const DefectTrial> trials);

/// The file: JSON, a line for each case and each defect.
std::string to_json(const KnownDefects& defects);
extern const OutputKind kDefectsKind;

/// The error says which file, and what is wrong with it.
Result<KnownDefects> parse_known_defects(const std::string& file, const std::string& text);
Result<KnownDefects> load_known_defects();

}  // namespace p1rig
