#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/run/case_result.h"

namespace p1rig {

struct ConformReport;
struct KnownDefects;

// What has to be fixed, instead of the many cases that fail because of it. In this order:
//
//   death    the reader ended with the same last words
//   defect   the smallest set of known defects that explains the others (known_defects.h)
//   trait    every ordinary telegram shows it, and it is no known defect

struct Cause {
  enum class Kind : std::uint8_t { kDeath, kDefect, kTrait };
  Kind kind = Kind::kDefect;
  std::string name;                  ///< "no-crc", "value-error": short, of letters, digits and '-'
  std::string summary;               ///< "behaves as `no-crc`: does not check the CRC"
  std::string code = {};             ///< what such a defect looks like in code; empty if unknown
  std::string words = {};            ///< of a death: all last words
  std::vector<std::size_t> results;  ///< the failures that it explains, as places in the report
  /// Likewise, those that could not be judged because of it, or show it as well.
  std::vector<std::size_t> also = {};
  std::size_t shown = 0;  ///< the one of `results` with the fewest bytes sent
  /// Those bytes, made smaller if `sent_as` is the case that sends them; empty if not all of them were
  /// kept.
  std::string stimulus = {};
  std::size_t focus = 0;  ///< where the line begins that matters most in them
  std::size_t sent = 0;   ///< the number of bytes that the case itself has sent
  std::shared_ptr<const Case> sent_as = {};
  std::vector<std::string> messages = {};  ///< what is wrong, of what is shown
  std::string as_sent = {};                ///< why it could not be made smaller
  /// Of a defect: of the judged cases that it would fail, how many failed.
  std::size_t fitting = 0, expected = 0;
  std::vector<std::string> alike = {};  ///< defects with the same failures in this run
};

struct Causes {
  std::vector<Cause> all;  ///< those that explain most come first
  std::string trouble;     ///< why known defects could not be looked up; else empty
};

/// True for results that need a cause: fail, non-strict, crash, hang, and a quirk that counts.
bool is_failure(const CaseResult& result, const ConformReport& report);

bool has_failures(const ConformReport& report);

/// Deterministic: the same report gives the same causes.
std::vector<Cause> find_causes(const ConformReport& report, const KnownDefects& defects);

/// The failures that no cause explains, as places in the report.
std::vector<std::size_t> unexplained(const ConformReport& report);

/// What was sent until the case was decided.
struct Stimulated {
  std::string bytes;      ///< without the sentinels at its end; empty if not all of it was kept
  std::size_t focus = 0;  ///< where the line begins that the failure is about
};
Stimulated stimulus_of(const CaseResult& result);

/// Where the line begins in the bytes of this moment that the failure is about: that of the object that it
/// names, else the first that is not as in an ordinary telegram.
std::size_t focus_of(const WireMoment& moment, const CaseResult& result);

}  // namespace p1rig
