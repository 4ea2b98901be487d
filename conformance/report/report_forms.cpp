#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "conformance/report/report.h"

namespace p1rig {
namespace {

bool has(std::string_view text, std::string_view mark) {
  return text.find(mark) != std::string_view::npos;
}

constexpr auto kForms = std::to_array<ReportForm>({
    {"junit",
     "write JUnit XML, for continuous integration",
     junit_report,
     {"a JUnit report",
      [](std::string_view text) { return has(text, "<testsuites name=\"p1rig conform "); }}},
    {"json",
     "write everything as JSON (conformance/schema/report.schema.json)",
     json_report,
     {"a JSON report",
      [](std::string_view text) {
        return text.starts_with("{\n \"format\": ") && has(text, "\n \"p1rig\": ");
      }}},
    {"html",
     "write one page, with the wire log of each failure",
     html_report,
     {"an HTML report",
      [](std::string_view text) { return has(text, "<title>P1 conformance</title>"); }}},
    {"markdown",
     "write a summary, such as for $GITHUB_STEP_SUMMARY",
     [](const ConformReport& report) { return markdown_report(report); },
     {"a Markdown report",
      [](std::string_view text) { return text.starts_with("## P1 conformance: "); }},
     true},
    {"badge",
     "write the JSON for a shields.io endpoint badge",
     badge_report,
     {"a badge", [](std::string_view text) { return has(text, "\"label\":\"P1 conformance\""); }}},
});

}  // namespace

std::span<const ReportForm> report_forms() { return kForms; }

std::string verdict_of(const ConformReport& report) {
  if (report.interrupted) return "interrupted";
  if (!report.environment.empty()) return "could not be run";
  const auto judged = std::ranges::count_if(
      report.results, [](const CaseResult& result) { return result.outcome != Outcome::kSkip; });
  const auto against = std::ranges::count_if(report.results, [&](const CaseResult& result) {
    return counts_against(result, report.level);
  });
  const auto waived = std::ranges::count(report.results, Outcome::kXfail, &CaseResult::outcome);
  const auto asked = report.fuzzed > 0 ? report.fuzzed : static_cast<std::uint64_t>(judged);
  if (against > 0) {
    return fmt::format("{} of {} not as expected{}", against, asked,
                       waived > 0 ? fmt::format(", {} waived", waived) : "");
  }
  if (std::ranges::any_of(report.unused_waivers, &UnusedWaiver::counts)) {
    return "waivers that match nothing";
  }
  if (!report.refused.empty() || !report.breaches.empty()) return "reader contract broken";
  if (report.fuzzed > 0) return fmt::format("{} of {} as expected", report.fuzzed, report.fuzzed);
  if (judged == 0) return "nothing was judged";
  const auto unclear = std::ranges::count_if(
      report.results, [&](const CaseResult& result) { return is_unclear(result, report); });
  if (unclear > 0) return fmt::format("{} of {} inconclusive", unclear, judged);
  if (waived > 0) return fmt::format("green with {} waived", waived);
  return fmt::format("{} of {} as expected", judged, judged);
}

}  // namespace p1rig
