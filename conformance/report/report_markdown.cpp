#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <utility>

#include "conformance/report/report.h"
#include "conformance/report/report_text.h"
#include "simulator/files/visible.h"

namespace p1rig {
namespace {

/// Nobody reads more.
constexpr std::size_t kMostFailures = 50;
constexpr std::size_t kMostMoments = 20;
constexpr std::size_t kMostBytes = 1500;

/// As text in a table, too: every mark can be escaped (CommonMark §2.4).
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    const auto byte = static_cast<unsigned char>(c);
    // Those that mean nothing within a line stay, so that the source can be read.
    if (byte < 0x80 && std::ispunct(byte) != 0 &&
        std::string_view(".,:;-/()%?\"'").find(c) == std::string_view::npos) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

/// In an HTML element, where Markdown's own escapes mean nothing.
std::string markup(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  }
  return out;
}

/// A fence that is longer than any in the text.
std::string code_block(std::string_view text) {
  std::size_t longest = 2, here = 0;
  for (const char c : text) {
    here = c == '`' ? here + 1 : 0;
    longest = std::max(longest, here);
  }
  const std::string fence(longest + 1, '`');
  return fmt::format("{}text\n{}\n{}\n", fence, text, fence);
}

std::string failure_text(const CaseResult& result) {
  const Case& one = *result.of;
  std::string text =
      fmt::format("<details><summary>{}: {} on {}</summary>\n\n", to_string(result.outcome),
                  markup(result.name()), markup(result.endpoint));
  text += fmt::format("{} ({}, {}, {})\n\n", escaped(one.title), escaped(one.clause),
                      escaped(one.requirement), to_string(one.level));
  for (const std::string& line : {one.argues, one.why}) {
    if (!line.empty()) text += escaped(line) + "\n\n";
  }
  for (const std::string& line : expected_of(one)) text += "- expected: " + escaped(line) + "\n";
  for (const std::string& line : result.messages) text += "- got: " + escaped(line) + "\n";
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

/// Where even what must be said is too long, whole lines of it.
std::string cut_to(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  text.resize(most);
  const std::size_t end = text.rfind('\n');
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

/// A row for each meter and endpoint, a column for each outcome that there is.
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
    text += "| " + escaped(place) + " |";
    for (const Outcome outcome : all_outcomes()) {
      if (all.contains(outcome)) text += fmt::format(" {} |", sums[{place, outcome}]);
    }
    text += "\n";
  }
  return text + "\n";
}

}  // namespace

std::string markdown_report(const ConformReport& report, std::size_t most) {
  // What is left out is said: "… and 123456 more."
  constexpr std::size_t kRoomForSaying = 64;
  const std::size_t room = most - std::min(most, 2 * kRoomForSaying);
  std::string text = fmt::format(
      "## P1 conformance: {}\n\n**{}{}{}**, level {}, suite {}, seed {}, "
      "{:.1f} s\n\n",
      verdict_of(report), escaped(report.reader), report.version.empty() ? "" : " ",
      escaped(report.version), to_string(report.level), report.suite_version, report.seed,
      static_cast<double>(report.duration.count()) / 1000);
  if (!report.environment.empty())
    text += "Could not be run: " + escaped(report.environment) + "\n\n";
  for (const std::string& line : report.refused)
    text += "- reader contract: " + escaped(line) + "\n";
  for (const std::string& line : report.breaches)
    text += "- reader contract: " + escaped(line) + "\n";
  for (const UnusedWaiver& waiver : report.unused_waivers) {
    text += fmt::format("- unused waiver {} ({}): {}\n", escaped(waiver.pattern),
                        escaped(waiver.where), escaped(waiver.message));
  }
  if (text.ends_with("\n") && !text.ends_with("\n\n")) text += "\n";
  text += sums_text(report);
  std::size_t shown = 0, more = 0;
  for (const CaseResult& result : report.results) {
    if (!counts_against(result, report.level)) continue;
    if (more > 0 || shown == kMostFailures) {
      ++more;
      continue;
    }
    const std::string failure = failure_text(result);
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
    const std::string row = fmt::format("| {} | {} | {} |\n", escaped(result.of->id),
                                        escaped(place_of(result)), escaped(result.waiver));
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
