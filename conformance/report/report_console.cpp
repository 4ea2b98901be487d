#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>

#include "conformance/report/report.h"
#include "conformance/report/report_text.h"
#include "protocol/wording.h"
#include "simulator/files/visible.h"

namespace p1rig {
namespace {

constexpr std::size_t kMostBytes = 200;
constexpr std::size_t kMostMoments = 12;

std::string moment_text(const WireMoment& moment) {
  const double ms = static_cast<double>(moment.at.count()) / 1000;
  switch (moment.kind) {
    case WireMoment::Kind::kSent:
      return fmt::format("    {:10.1f} ms  -> {}{}\n", ms,
                         moment.name.empty() ? "" : visible(moment.name) + ": ",
                         visible(moment.bytes, kMostBytes));
    case WireMoment::Kind::kSaid:
      return fmt::format("    {:10.1f} ms  <- {}\n", ms, visible(moment.bytes, kMostBytes));
    case WireMoment::Kind::kNote:
      break;
  }
  return fmt::format("    {:10.1f} ms  .. {}\n", ms, visible(moment.bytes, kMostBytes));
}

std::string failure_text(const CaseResult& result) {
  const Case& one = *result.of;
  std::string text =
      fmt::format("{} {} on {}\n", to_string(result.outcome), result.name(), result.endpoint);
  text += fmt::format("  {}  [{}, {}, {}]\n", one.title, to_string(one.level), one.clause,
                      one.requirement);
  for (const std::string& line : {one.argues, one.why}) {
    if (!line.empty()) text += "  " + line + "\n";
  }
  for (const std::string& message : result.messages) text += "  * " + visible(message) + "\n";
  for (const std::string& line : expected_of(one)) text += "  expected: " + visible(line) + "\n";
  const std::size_t first =
      result.wire.size() > kMostMoments ? result.wire.size() - kMostMoments : 0;
  if (first > 0) text += fmt::format("    … {} before\n", counted(first, "moment"));
  for (std::size_t i = first; i < result.wire.size(); ++i) text += moment_text(result.wire[i]);
  if (!result.smallest.empty()) {
    text +=
        fmt::format("  as a case, for --case-file with the --seed and --profile of below:\n\n{}\n",
                    result.smallest);
  }
  text += "  again: " + visible(result.reproduction) + "\n\n";
  return text;
}

std::string brief(const CaseResult& result) {
  const std::string& first = result.messages.empty() ? result.of->title : result.messages[0];
  return fmt::format("{:<12} {} on {}: {}\n", to_string(result.outcome), result.name(),
                     result.endpoint, visible(result.waiver.empty() ? first : result.waiver));
}

}  // namespace

std::string console_report(const ConformReport& report) {
  std::string text;
  std::map<Outcome, std::size_t> sums;
  for (const CaseResult& result : report.results) {
    ++sums[result.outcome];
    if (counts_against(result, report.level)) text += failure_text(result);
  }
  // Many are skipped for one reason.
  std::map<std::string, std::size_t> skips;
  for (const CaseResult& result : report.results) {
    if (counts_against(result, report.level) || result.outcome == Outcome::kPass) continue;
    if (result.outcome == Outcome::kSkip) {
      ++skips[result.profile + " on " + result.endpoint + ": " +
              (result.messages.empty() ? "" : result.messages[0])];
    } else {
      text += brief(result);
    }
  }
  for (const auto& [reason, count] : skips) {
    text += fmt::format("{:<12} {} at {}\n", "skip", counted(count, "case"), visible(reason));
  }
  for (const std::string& refused : report.refused) {
    text += fmt::format("{:<12} {}\n", "contract", visible(refused));
  }
  for (const UnusedWaiver& waiver : report.unused_waivers) {
    text +=
        fmt::format("{:<12} {}: {}: {}\n", "waiver", waiver.where, waiver.pattern, waiver.message);
  }
  if (!report.newer_cases.empty()) {
    text += fmt::format("{:<12} {} by --suite-version {}\n", "left out",
                        counted(report.newer_cases.size(), "newer case"), report.suite_version);
  }
  if (!text.empty() && !text.ends_with("\n\n")) text += '\n';
  text += fmt::format("{}{}{}: {} in {:.1f} s, seed {}", visible(report.reader),
                      report.version.empty() ? "" : " ", visible(report.version),
                      counted(report.results.size(), "result"),
                      static_cast<double>(report.duration.count()) / 1000, report.seed);
  if (report.fuzzed > 0) text += fmt::format(", {} tried at random", report.fuzzed);
  for (const auto& [outcome, count] : sums)
    text += fmt::format(", {} {}", count, to_string(outcome));
  return text + ": " + verdict_of(report) + "\n";
}

}  // namespace p1rig
