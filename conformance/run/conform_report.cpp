#include "conformance/run/conform_report.h"

#include <algorithm>

namespace p1rig {

bool is_failure(const CaseResult& result) {
  switch (result.outcome) {
    case Outcome::kFail:
    case Outcome::kNonStrict:
    case Outcome::kCrash:
    case Outcome::kHang:
      return true;
    case Outcome::kInfo:
      return result.of->level == Level::kQuirk;
    default:
      return false;
  }
}

bool counts_against(const CaseResult& result, Level level) {
  switch (result.outcome) {
    case Outcome::kFail:
      return true;
    case Outcome::kXpass:
      return !result.comes_and_goes;
    case Outcome::kCrash:
    case Outcome::kHang:
      // Whatever the case asks: a reader has to survive.
      return true;
    case Outcome::kNonStrict:
    case Outcome::kInfo:
      // What a line cannot show is not about the reader.
      return result.outcome != Outcome::kInfo || result.of->level == Level::kQuirk
                 ? result.of->level <= level
                 : false;
    default:
      return false;
  }
}

bool is_unclear(const CaseResult& result, const ConformReport& report) {
  if (result.outcome != Outcome::kInconclusive) return false;
  return result.blocked_by.empty() ||
         std::ranges::none_of(report.results, [&](const CaseResult& other) {
           return other.of->id == result.blocked_by && other.profile == result.profile &&
                  other.endpoint == result.endpoint;
         });
}

bool is_nothing_judged(const ConformReport& report) {
  return report.fuzzed == 0 && std::ranges::all_of(report.results, [](const CaseResult& result) {
           return result.outcome == Outcome::kSkip;
         });
}

int exit_code(const ConformReport& report) {
  constexpr int kNotAsExpected = 1, kContract = 3, kEnvironment = 4, kInconclusive = 75,
                kInterrupted = 130;
  if (report.interrupted) return kInterrupted;
  if (!report.environment.empty()) return kEnvironment;
  const auto against = [&](const CaseResult& result) {
    return counts_against(result, report.level);
  };
  if (std::ranges::any_of(report.results, against)) return kNotAsExpected;
  if (std::ranges::any_of(report.unused_waivers, &UnusedWaiver::counts)) return kNotAsExpected;
  if (!report.refused.empty() || !report.breaches.empty()) return kContract;
  const auto unclear = [&](const CaseResult& result) { return is_unclear(result, report); };
  if (std::ranges::any_of(report.results, unclear) || is_nothing_judged(report)) {
    return kInconclusive;
  }
  return 0;
}

}  // namespace p1rig
