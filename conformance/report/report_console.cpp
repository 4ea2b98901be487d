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
// All of it fits on a screen: the other reports have the rest.
/// Causes that are listed, shown in full, or at least with their command; results without one; reasons.
constexpr std::size_t kMostCauses = 5, kMostInFull = 2, kMostAgain = 4, kMostOfTheRest = 3,
                      kMostReasons = 2;
/// Limits for a cause: cases by name, bytes as text and in hexadecimal.
constexpr std::size_t kMostNames = 3, kMostText = 320, kMostOctets = 32;

std::string and_more(std::size_t count, std::string_view what) {
  return fmt::format("… and {} more: --html or --json\n",
                     count == 1 ? "one " + std::string(what) : counted(count, what));
}

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

/// "fail CASE@METER on pty  [must, CLAUSE, REQUIREMENT]: its title".
std::string head_of(const CaseResult& result) {
  const Case& one = *result.of;
  return fmt::format("{} {} on {}  [{}, {}, {}]: {}\n", to_string(result.outcome), result.name(),
                     result.endpoint, to_string(one.level), one.clause, one.requirement, one.title);
}

/// The first of some lines, and how many more there are.
std::string some_of(const std::vector<std::string>& lines) {
  if (lines.empty()) return "nothing";
  const std::string first = visible(lines.front(), kMostText);
  return lines.size() == 1 ? first : fmt::format("{} (and {} more)", first, lines.size() - 1);
}

std::string expected_and_got(const CaseResult& result) {
  return fmt::format("expected: {}; got: {}\n", some_of(expected_of(*result.of)),
                     some_of(result.messages));
}

std::string again(const CaseResult& result) {
  return "again: " + visible(result.reproduction) + "\n";
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

std::string cause_text(const ConformReport& report, const Cause& cause, std::size_t number) {
  const CaseResult& shown = report.results[cause.shown];
  std::string text = fmt::format("({}) {}", number, head_of(shown));
  if (!cause.code.empty()) text += "    in code: " + cause.code + "\n";
  if (const std::string fit = fit_of(cause); !fit.empty()) text += "    fits: " + fit + "\n";
  if (!shown.of->argues.empty()) text += "    " + shown.of->argues + "\n";
  if (!cause.stimulus.empty()) {
    text += fmt::format("    sent, {}: {}\n    in hexadecimal: {}\n",
                        counted(cause.stimulus.size(), "byte"), visible(cause.stimulus, kMostText),
                        hex_dump(cause.stimulus, kMostOctets, false));
  }
  text += "    " + expected_and_got(shown);
  if (const std::string others = other_names(report, cause); !others.empty()) {
    text += "    also: " + others + "\n";
  }
  if (!cause.also.empty()) {
    text += fmt::format("    {} could not be judged because of it, or show it as well\n",
                        counted(cause.also.size(), "other case"));
  }
  return text + "    " + again(shown) + "\n";
}

std::string causes_text(const ConformReport& report) {
  const std::string line = causes_line(report);
  if (line.empty()) return {};
  const std::vector<Cause>& causes = report.causes.all;
  std::string text = line + ":\n";
  for (std::size_t i = 0; i < std::min(causes.size(), kMostCauses); ++i) {
    text += fmt::format("  ({}) {} ({})\n", i + 1, visible(causes[i].summary, kMostText),
                        counted(causes[i].results.size(), "failure"));
  }
  if (causes.size() > kMostCauses) text += and_more(causes.size() - kMostCauses, "cause");
  text += '\n';
  for (std::size_t i = 0; i < std::min(causes.size(), kMostAgain); ++i) {
    const CaseResult& shown = report.results[causes[i].shown];
    text += i < kMostInFull ? cause_text(report, causes[i], i + 1)
                            : fmt::format("({}) {}", i + 1, again(shown));
  }
  return causes.size() > kMostInFull ? text + '\n' : text;
}

/// The first few of those that no cause explains, three lines each.
std::string rest_text(const ConformReport& report) {
  std::vector<const CaseResult*> rest = not_explained(report);
  std::ranges::stable_sort(rest, std::ranges::greater{}, [&](const CaseResult* result) {
    return counts_against(*result, report.level);
  });
  std::string text;
  if (!rest.empty() && !report.causes.all.empty()) {
    text += fmt::format("Without a known cause: {}\n", counted(rest.size(), "result"));
  }
  // Of a run of a case or two, or of a random one, everything is shown.
  const bool is_close_up = report.results.size() <= kMostInFull || report.fuzzed > 0;
  std::size_t shown = 0;
  for (const CaseResult* result : rest) {
    if (shown == kMostOfTheRest) break;
    ++shown;
    if (is_close_up) {
      text += failure_text(*result);
    } else {
      text += head_of(*result) + "    " + expected_and_got(*result) + "    " + again(*result);
    }
  }
  if (shown > 0 && !is_close_up) text += rest.size() > shown ? "" : "\n";
  return rest.size() > shown ? text + and_more(rest.size() - shown, "result") : text;
}

/// Lines of the same reason as one: the first of them, and how many more there are.
class Alike {
 public:
  void add(const std::string& reason, std::string line) {
    auto [found, is_new] = places_.try_emplace(reason, groups_.size());
    if (is_new) groups_.push_back({std::move(line), 0});
    ++groups_[found->second].second;
  }

  std::string text() const {
    std::string all;
    for (std::size_t i = 0; i < std::min(groups_.size(), kMostReasons); ++i) {
      const auto& [line, count] = groups_[i];
      all += count == 1 ? line + "\n" : fmt::format("{}; likewise {} more\n", line, count - 1);
    }
    if (groups_.size() <= kMostReasons) return all;
    std::size_t more = 0;
    for (std::size_t i = kMostReasons; i < groups_.size(); ++i) more += groups_[i].second;
    all.pop_back();
    return all + fmt::format("; {} for other reasons\n", more);
  }

 private:
  std::map<std::string, std::size_t> places_;
  std::vector<std::pair<std::string, std::size_t>> groups_;
};

/// True if a line about the contract says so.
bool is_said_of_meter(const ConformReport& report, const std::string& reason) {
  return std::ranges::any_of(report.refused, [&](const std::string& refused) {
    return !reason.empty() && refused.ends_with(reason);
  });
}

/// What neither counts nor passes, a line for each reason.
std::string others_text(const ConformReport& report) {
  Alike waived, said, skipped;
  for (const CaseResult& result : report.results) {
    if (is_failure(result, report) || counts_against(result, report.level) ||
        result.outcome == Outcome::kPass) {
      continue;
    }
    std::string line = brief(result);
    line.pop_back();
    const std::string reason = result.messages.empty() ? "" : result.messages[0];
    if (result.outcome == Outcome::kXfail) {
      waived.add(result.waiver, std::move(line));
    } else if (result.outcome != Outcome::kSkip) {
      said.add(reason, std::move(line));
    } else if (!is_said_of_meter(report, reason)) {
      // Many are skipped for the same reason.
      const std::string where = result.profile + " on " + result.endpoint;
      skipped.add(where + reason, fmt::format("{:<12} {}: {}", "skip", where, visible(reason)));
    }
  }
  return waived.text() + said.text() + skipped.text();
}

}  // namespace

std::string console_report(const ConformReport& report) {
  std::string text = causes_text(report) + rest_text(report) + others_text(report);
  std::map<Outcome, std::size_t> sums;
  for (const CaseResult& result : report.results) ++sums[result.outcome];
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
