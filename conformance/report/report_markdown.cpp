#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "conformance/report/markdown_text.h"
#include "conformance/report/report.h"
#include "conformance/report/report_text.h"
#include "protocol/wording.h"
#include "simulator/files/visible.h"

namespace p1rig {
namespace {

/// Nobody reads more.
constexpr std::size_t kMostFailures = 50;
constexpr std::size_t kMostMoments = 20;
constexpr std::size_t kMostBytes = 1500;
/// The number of other cases named for a cause.
constexpr std::size_t kMostNames = 100;

std::string failure_text(const CaseResult& result) {
  const Case& one = *result.of;
  std::string text =
      fmt::format("<details><summary>{}: {} on {}</summary>\n\n", to_string(result.outcome),
                  markup_text(result.name()), markup_text(result.endpoint));
  text += fmt::format("{} ({}, {}, {})\n\n", markdown_text(one.title), markdown_text(one.clause),
                      markdown_text(one.requirement), to_string(one.level));
  for (const std::string& line : {one.argues, one.why}) {
    if (!line.empty()) text += markdown_text(line) + "\n\n";
  }
  for (const std::string& line : expected_of(one))
    text += "- expected: " + markdown_text(line) + "\n";
  for (const std::string& line : result.messages) text += "- got: " + markdown_text(line) + "\n";
  std::string wire;
  const std::size_t from =
      result.wire.size() > kMostMoments ? result.wire.size() - kMostMoments : 0;
  for (std::size_t i = from; i < result.wire.size(); ++i) {
    const WireMoment& moment = result.wire[i];
    constexpr std::array<std::string_view, 3> kArrows = {"->", "<-", ".."};
    wire += fmt::format("{:10.1f} ms {} {}{}{}\n", static_cast<double>(moment.at.count()) / 1000,
                        kArrows.at(static_cast<std::size_t>(moment.kind)), visible(moment.name),
                        moment.name.empty() ? "" : ": ", visible(moment.bytes, kMostBytes));
  }
  text += "\n" + code_block(wire + "again: " + visible(result.reproduction));
  return text + "\n</details>\n\n";
}

std::string cause_text(const ConformReport& report, const Cause& cause, std::size_t number) {
  const CaseResult& shown = report.results[cause.shown];
  const Case& one = *shown.of;
  std::string text =
      fmt::format("<details><summary>{}. {} ({})</summary>\n\n", number, markup_text(cause.summary),
                  counted(cause.results.size(), "failure"));
  if (!cause.code.empty()) text += "In code: " + markdown_text(cause.code) + "\n\n";
  if (const std::string fit = fit_of(cause); !fit.empty())
    text += "Fits: " + markdown_text(fit) + "\n\n";
  text +=
      fmt::format("The shortest: {} on {}, {} ({}, {}, {})\n\n", markdown_text(shown.name()),
                  markdown_text(shown.endpoint), markdown_text(one.title),
                  markdown_text(one.clause), markdown_text(one.requirement), to_string(one.level));
  for (const std::string& line : {one.argues, one.why}) {
    if (!line.empty()) text += markdown_text(line) + "\n\n";
  }
  for (const std::string& line : expected_of(report, cause))
    text += "- expected: " + markdown_text(line) + "\n";
  for (const std::string& line : cause.messages)
    text += "- got: " + markdown_text(visible(line, kMostBytes)) + "\n";
  std::string block;
  if (!cause.stimulus.empty()) {
    const std::string note = size_note(cause);
    block = fmt::format("{}{}: {}\n", counted(cause.stimulus.size(), "byte"),
                        note.empty() ? "" : ", " + note,
                        visible_around(cause.stimulus, cause.focus, kMostBytes));
  }
  text += "\n" + code_block(block + "again: " + visible(shown.reproduction));
  if (!cause.words.empty()) text += "\n" + code_block(visible_text(cause.words));
  std::string others;
  std::size_t named = 0;
  for (const std::size_t i : cause.results) {
    if (i == cause.shown) continue;
    if (named == kMostNames) break;
    others += (named++ > 0 ? ", " : "") + markdown_text(report.results[i].name());
  }
  const std::size_t more = cause.results.size() - 1 - named;
  if (more > 0) others += fmt::format(" and {} more", more);
  if (!others.empty()) text += "\nAlso: " + others + "\n";
  return text + "\n</details>\n\n";
}

/// If even the essential part is too long, as many whole lines of it as fit.
std::string cut_to(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  text.resize(most);
  const std::size_t end = text.rfind('\n');
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

/// One row for each meter and endpoint, one column for each outcome that occurs.
std::string sums_text(const ConformReport& report) {
  std::vector<std::string> places;
  std::map<std::pair<std::string, Outcome>, std::size_t> sums;
  std::map<Outcome, std::size_t> all;
  for (const CaseResult& result : report.results) {
    const std::string place = place_of(result);
    if (std::ranges::find(places, place) == places.end()) places.push_back(place);
    ++sums[{place, result.outcome}];
    ++all[result.outcome];
  }
  if (places.empty()) return {};
  std::string text = "| meter |", line = "|:--|";
  for (const Outcome outcome : all_outcomes()) {
    if (!all.contains(outcome)) continue;
    text += fmt::format(" {} |", to_string(outcome));
    line += "--:|";
  }
  text += "\n" + line + "\n";
  for (const std::string& place : places) {
    text += "| " + markdown_text(place) + " |";
    for (const Outcome outcome : all_outcomes()) {
      if (all.contains(outcome)) text += fmt::format(" {} |", sums[{place, outcome}]);
    }
    text += "\n";
  }
  return text + "\n";
}

}  // namespace

std::string markdown_report(const ConformReport& report, std::size_t most) {
  // What is left out is counted: "… and 123456 more."
  constexpr std::size_t kRoomForSaying = 64;
  const std::size_t room = most - std::min(most, 2 * kRoomForSaying);
  std::string text = fmt::format(
      "## P1 conformance: {}\n\n**{}{}{}**, level {}, suite {}, seed {}, "
      "{:.1f} s\n\n",
      verdict_of(report), markdown_text(report.reader), report.version.empty() ? "" : " ",
      markdown_text(report.version), to_string(report.level), report.suite_version, report.seed,
      static_cast<double>(report.duration.count()) / 1000);
  if (!report.environment.empty())
    text += "Could not be run: " + markdown_text(report.environment) + "\n\n";
  for (const std::string& line : report.refused)
    text += "- reader contract: " + markdown_text(line) + "\n";
  for (const std::string& line : report.breaches)
    text += "- reader contract: " + markdown_text(line) + "\n";
  for (const UnusedWaiver& waiver : report.unused_waivers) {
    text += fmt::format("- unused waiver {} ({}): {}\n", markdown_text(waiver.pattern),
                        markdown_text(waiver.where), markdown_text(waiver.message));
  }
  if (text.ends_with("\n") && !text.ends_with("\n\n")) text += "\n";
  text += sums_text(report);
  std::size_t shown = 0, more = 0;
  if (const std::string line = causes_line(report); !line.empty()) {
    text += "### " + line + "\n\n";
    for (std::size_t i = 0; i < report.causes.all.size(); ++i) {
      const std::string cause = cause_text(report, report.causes.all[i], i + 1);
      if (text.size() + cause.size() <= room) text += cause;
    }
    if (!not_explained(report).empty()) text += "### Without a known cause\n\n";
  }
  for (const CaseResult* result : not_explained(report)) {
    if (!counts_against(*result, report.level)) continue;
    if (more > 0 || shown == kMostFailures) {
      ++more;
      continue;
    }
    const std::string failure = failure_text(*result);
    if (text.size() + failure.size() > room) {
      ++more;
      continue;
    }
    ++shown;
    text += failure;
  }
  if (more > 0) text += fmt::format("… and {} more.\n", more);
  const bool waived = std::ranges::any_of(
      report.results, [](const CaseResult& result) { return result.outcome == Outcome::kXfail; });
  if (!waived) return cut_to(std::move(text), most);
  more = 0;
  text += "\n| waived | at | reason |\n|:--|:--|:--|\n";
  for (const CaseResult& result : report.results) {
    if (result.outcome != Outcome::kXfail) continue;
    const std::string row =
        fmt::format("| {} | {} | {} |\n", markdown_text(result.of->id),
                    markdown_text(place_of(result)), markdown_text(result.waiver));
    if (more > 0 || text.size() + row.size() > room + kRoomForSaying) {
      ++more;
    } else {
      text += row;
    }
  }
  if (more > 0) text += fmt::format("\n… and {} more.\n", more);
  return cut_to(std::move(text), most);
}

}  // namespace p1rig
