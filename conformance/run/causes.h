#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/run/case_result.h"

namespace p1rig {

struct ConformReport;
struct KnownDefects;

// What one person would mend, instead of the many cases that fail of it. In this order:
//
//   death    the reader ended with the same last words
//   defect   the smallest set of known defects that explains the others (known_defects.h)
//   trait    each ordinary telegram shows it already, as no known defect does

struct Cause {
  enum class Kind : std::uint8_t { kDeath, kDefect, kTrait };
  Kind kind = Kind::kDefect;
  std::string name;                  ///< "no-crc", "value-error": short, of letters, digits and '-'
  std::string summary;               ///< "behaves as `no-crc`: does not check the CRC"
  std::string code = {};             ///< what such a defect looks like in code; empty: not known
  std::string words = {};            ///< of a death: all that was said
  std::vector<std::size_t> results;  ///< places in the report, of the failures that it explains
  /// Likewise, of those that could not be judged for it, or show it besides.
  std::vector<std::size_t> also = {};
  std::size_t shown = 0;      ///< that of `results` with the fewest bytes sent
  std::string stimulus = {};  ///< those bytes; empty where not all of them were kept
  /// Of a defect: so many of the cases that it would fail and that were judged did fail.
  std::size_t fitting = 0, expected = 0;
  std::vector<std::string> alike = {};  ///< defects that would have done the same in this run
};

struct Causes {
  std::vector<Cause> all;  ///< those that explain most first
  std::string trouble;     ///< why known defects could not be looked up; else empty
};

/// True for what causes are looked for: fail, non-strict, crash, hang, and a quirk that counts.
bool is_failure(const CaseResult& result, const ConformReport& report);

/// Says the same of the same report.
std::vector<Cause> find_causes(const ConformReport& report, const KnownDefects& defects);

/// The causes of a run, by the defects that are shipped.
Causes explain(const ConformReport& report);

/// The failures that no cause explains, as places in the report.
std::vector<std::size_t> unexplained(const ConformReport& report);

/// What was sent until the case was decided, without the telegrams at its end that ask whether the
/// reader is still there. Empty where not all of it was kept.
std::string stimulus_of(const CaseResult& result);

}  // namespace p1rig
