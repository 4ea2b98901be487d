#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "conformance/report/report.h"
#include "conformance/report/report_text.h"
#include "protocol/wording.h"
#include "simulator/files/visible.h"

namespace p1rig {
namespace {

constexpr std::size_t kMostBytes = 200;
constexpr std::size_t kMostMoments = 12;
/// The number of failures without a cause that are shown in full; the others get a line each.
constexpr std::size_t kMostInFull = 3;
/// Limits for a cause: cases by name, bytes as text and in hexadecimal.
constexpr std::size_t kMostNames = 5, kMostText = 320, kMostOctets = 32;
constexpr std::size_t kMostLines = 3;

std::string moment_text(const WireMoment& moment, const CaseResult& result) {
  const double ms = static_cast<double>(moment.at.count()) / 1000;
  switch (moment.kind) {
    case WireMoment::Kind::kSent:
      return fmt::format("    {:10.1f} ms  -> {}{}\n", ms,
                         moment.name.empty() ? "" : visible(moment.name) + ": ",
                         visible_around(moment.bytes, focus_of(moment, result), kMostBytes));
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
  for (std::size_t i = first; i < result.wire.size(); ++i)
    text += moment_text(result.wire[i], result);
  if (!result.smallest.empty()) {
    text += fmt::format(
        "  as a case for --case-file, with the --seed and --profile given below:\n\n{}\n",
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

/// The first of some lines, and how many more there are.
std::string some_lines(std::string_view before, const std::vector<std::string>& lines) {
  std::string text;
  for (std::size_t i = 0; i < std::min(lines.size(), kMostLines); ++i) {
    text += fmt::format("    {}{}\n", before, visible(lines[i], kMostText));
  }
  if (lines.size() > kMostLines) text += fmt::format("    … {} more\n", lines.size() - kMostLines);
  return text;
}

/// The cases that a cause explains, other than the one shown.
std::string other_names(const ConformReport& report, const Cause& cause) {
  std::string text;
  std::size_t named = 0;
  for (const std::size_t i : cause.results) {
    if (i == cause.shown) continue;
    if (named == kMostNames)
      return text + fmt::format(" and {} more", cause.results.size() - 1 - named);
    text += (named++ > 0 ? ", " : "") + report.results[i].name();
  }
  return text;
}

/// A few bytes of the line that matters most.
std::string hex_around(const Cause& cause) {
  const std::size_t begin = cause.stimulus.size() <= kMostOctets ? 0 : cause.focus;
  return (begin > 0 ? "… " : "") +
         hex_dump(std::string_view(cause.stimulus).substr(begin), kMostOctets, false);
}

std::string cause_text(const ConformReport& report, const Cause& cause, std::size_t number) {
  const CaseResult& shown = report.results[cause.shown];
  const Case& one = *shown.of;
  std::string text = fmt::format("({}) {}\n", number, visible(cause.summary));
  if (!cause.code.empty()) text += "    in code: " + cause.code + "\n";
  if (const std::string fit = fit_of(cause); !fit.empty()) text += "    fits: " + fit + "\n";
  text += fmt::format("    {} {} on {}  [{}, {}, {}]\n", to_string(shown.outcome), shown.name(),
                      shown.endpoint, to_string(one.level), one.clause, one.requirement);
  text += "    " + one.title + "\n";
  for (const std::string& line : {one.argues, one.why}) {
    if (!line.empty()) text += "    " + line + "\n";
  }
  if (!cause.stimulus.empty()) {
    const std::string note = size_note(cause);
    text += fmt::format("    sent, {}{}: {}\n    in hexadecimal: {}\n",
                        counted(cause.stimulus.size(), "byte"), note.empty() ? "" : ", " + note,
                        visible_around(cause.stimulus, cause.focus, kMostText), hex_around(cause));
  }
  text += some_lines("expected: ", expected_of(report, cause));
  text += some_lines("got: ", cause.messages);
  if (const std::string others = other_names(report, cause); !others.empty()) {
    text += "    also: " + others + "\n";
  }
  if (!cause.also.empty()) {
    text += fmt::format("    {} could not be judged because of it, or show it as well\n",
                        counted(cause.also.size(), "other case"));
  }
  return text + "    again: " + visible(shown.reproduction) + "\n\n";
}

std::string causes_text(const ConformReport& report) {
  const std::string line = causes_line(report);
  if (line.empty()) return {};
  std::string text = line + ":\n";
  std::size_t number = 0;
  for (const Cause& cause : report.causes.all) {
    text += fmt::format("  ({}) {} ({})\n", ++number, visible(cause.summary, kMostText),
                        counted(cause.results.size(), "failure"));
  }
  text += '\n';
  number = 0;
  for (const Cause& cause : report.causes.all) text += cause_text(report, cause, ++number);
  return text;
}

/// In full, or the first few of many.
std::string rest_text(const ConformReport& report) {
  const std::vector<const CaseResult*> rest = not_explained(report);
  std::string text;
  if (!rest.empty() && !report.causes.all.empty()) {
    text += fmt::format("Without a known cause: {}\n\n", counted(rest.size(), "result"));
  }
  std::size_t shown = 0;
  std::string lines;
  for (const CaseResult* result : rest) {
    const bool in_full = counts_against(*result, report.level) && shown < kMostInFull;
    shown += in_full ? 1 : 0;
    (in_full ? text : lines) += in_full ? failure_text(*result) : brief(*result);
  }
  return text + lines;
}

/// One line for each reason.
std::string waived_text(const ConformReport& report) {
  std::vector<std::pair<std::string, std::vector<const CaseResult*>>> reasons;
  for (const CaseResult& result : report.results) {
    if (result.outcome != Outcome::kXfail) continue;
    auto found = std::ranges::find(reasons, result.waiver, &decltype(reasons)::value_type::first);
    if (found == reasons.end()) found = reasons.insert(found, {result.waiver, {}});
    found->second.push_back(&result);
  }
  std::string text;
  for (const auto& [reason, results] : reasons) {
    text += results.size() == 1
                ? brief(*results.front())
                : fmt::format("{:<12} {} and {} more: {}\n", "xfail", results.front()->name(),
                              results.size() - 1, visible(reason));
  }
  return text;
}

}  // namespace

std::string console_report(const ConformReport& report) {
  std::string text = causes_text(report) + rest_text(report) + waived_text(report);
  std::map<Outcome, std::size_t> sums;
  // Many are skipped for the same reason.
  std::map<std::string, std::size_t> skips;
  for (const CaseResult& result : report.results) {
    ++sums[result.outcome];
    const bool is_said = is_failure(result, report) || counts_against(result, report.level) ||
                         result.outcome == Outcome::kPass || result.outcome == Outcome::kXfail;
    if (is_said) continue;
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
  for (const std::string& breach : report.breaches) {
    text += fmt::format("{:<12} {}\n", "contract", visible(breach));
  }
  for (const std::string& refused : report.refused) {
    text += fmt::format("{:<12} {}\n", "contract", visible(refused));
  }
  for (const UnusedWaiver& waiver : report.unused_waivers) {
    text +=
        fmt::format("{:<12} {}: {}: {}\n", "waiver", waiver.where, waiver.pattern, waiver.message);
  }
  if (!report.causes.trouble.empty()) {
    text += fmt::format("{:<12} could not be determined: {}\n", "causes",
                        visible(report.causes.trouble));
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
