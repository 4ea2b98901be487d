#include <fmt/chrono.h>
#include <fmt/core.h>

#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "conformance/report/report.h"
#include "conformance/report/report_text.h"
#include "simulator/files/visible.h"

namespace p1rig {
namespace {

constexpr std::size_t kMostBytes = 4096;

std::string escaped(std::string_view text) { return xml_text(visible(text)); }

double seconds(std::chrono::microseconds duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

/// Whose fault it is.
enum class Kind { kPassed, kFailure, kError, kSkipped };

Kind kind_of(const CaseResult& result, const ConformReport& report) {
  if (counts_against(result, report.level)) return Kind::kFailure;
  if (is_unclear(result, report)) return Kind::kError;
  const bool passed = result.outcome == Outcome::kPass || result.outcome == Outcome::kXpass;
  return passed ? Kind::kPassed : Kind::kSkipped;
}

std::string moment_text(const WireMoment& moment) {
  constexpr std::array<std::string_view, 3> kArrows = {"-&gt;", "&lt;-", ".."};
  const std::string name = moment.name.empty() ? "" : moment.name + ": ";
  return fmt::format("{:10.1f} ms {} {}{}\n", static_cast<double>(moment.at.count()) / 1000,
                     kArrows.at(static_cast<std::size_t>(moment.kind)), escaped(name),
                     xml_text(visible(moment.bytes, kMostBytes)));
}

/// Everything that a person needs, as text.
std::string story_of(const CaseResult& result) {
  std::string text = fmt::format("{} [{}, {}]\n", escaped(result.of->title),
                                 escaped(result.of->clause), escaped(result.of->requirement));
  if (!result.waiver.empty()) text += "waived: " + escaped(result.waiver) + "\n";
  for (const std::string& line : expected_of(*result.of))
    text += "expected: " + escaped(line) + "\n";
  for (const std::string& line : result.messages) text += "got: " + escaped(line) + "\n";
  for (const WireMoment& moment : result.wire) text += moment_text(moment);
  if (!result.smallest.empty()) text += xml_text(visible_text(result.smallest));
  return text + "again: " + escaped(result.reproduction) + "\n";
}

std::string summary_of(const CaseResult& result) {
  const std::string first = result.messages.empty() ? result.of->title : result.messages.front();
  if (result.outcome == Outcome::kXfail) return "expected to fail: " + result.waiver;
  return fmt::format("{}: {}", to_string(result.outcome), first);
}

/// The cause of each result that has one.
std::map<const CaseResult*, const Cause*> causes_of(const ConformReport& report) {
  std::map<const CaseResult*, const Cause*> causes;
  for (const Cause& cause : report.causes.all) {
    for (const std::size_t i : cause.results) causes[&report.results[i]] = &cause;
  }
  return causes;
}

std::string test_case(const CaseResult& result, const ConformReport& report, const Cause* cause) {
  const Case& one = *result.of;
  std::string text = fmt::format(
      "    <testcase classname=\"{}@{}\" name=\"{}\" time=\"{:.3f}\">\n      <properties>\n",
      escaped(result.profile), escaped(result.endpoint), escaped(one.id), seconds(result.duration));
  std::vector<std::pair<std::string_view, std::string_view>> properties = {
      {"level", to_string(one.level)},
      {"basis", to_string(one.basis)},
      {"clause", one.clause},
      {"requirement", one.requirement},
      {"outcome", to_string(result.outcome)}};
  if (cause != nullptr) properties.emplace_back("cause", cause->summary);
  for (const auto& [name, value] : properties) {
    text += fmt::format("        <property name=\"{}\" value=\"{}\"/>\n", name, escaped(value));
  }
  text += "      </properties>\n";
  const std::string summary = escaped(summary_of(result));
  switch (kind_of(result, report)) {
    case Kind::kPassed:
      break;
    case Kind::kFailure:
      text += fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                          to_string(result.outcome), summary, story_of(result));
      break;
    case Kind::kError:
      text += fmt::format("      <error type=\"{}\" message=\"{}\">{}</error>\n",
                          to_string(result.outcome), summary, story_of(result));
      break;
    case Kind::kSkipped:
      text += fmt::format("      <skipped message=\"{}\"/>\n", summary);
      // A skip has no story; not every viewer shows the text of <skipped>.
      if (is_remarkable(result.outcome)) {
        text += "      <system-out>" + story_of(result) + "</system-out>\n";
      }
      break;
  }
  return text + "    </testcase>\n";
}

struct Suite {
  std::string name;
  std::string cases;
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  std::chrono::microseconds time{};

  void count(Kind kind) {
    ++tests;
    failures += kind == Kind::kFailure ? 1 : 0;
    errors += kind == Kind::kError ? 1 : 0;
    skipped += kind == Kind::kSkipped ? 1 : 0;
  }

  /// Something that is not a case.
  void add(Kind kind, std::string_view test, std::string_view type, std::string_view message) {
    count(kind);
    const std::string_view element = kind == Kind::kFailure ? "failure"
                                     : kind == Kind::kError ? "error"
                                                            : "skipped";
    const std::string type_text =
        kind == Kind::kSkipped ? "" : fmt::format(" type=\"{}\"", escaped(type));
    cases += fmt::format(
        "    <testcase classname=\"{}\" name=\"{}\" time=\"0\">\n      <{}{} message=\"{}\"/>\n"
        "    </testcase>\n",
        escaped(name), escaped(test), element, type_text, escaped(message));
  }

  std::string text(std::string_view began) const {
    return fmt::format(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
        "time=\"{:.3f}\" timestamp=\"{}\" hostname=\"localhost\">\n{}  </testsuite>\n",
        escaped(name), tests, failures, errors, skipped, seconds(time), began, cases);
  }
};

std::vector<Suite> suites_of(const ConformReport& report) {
  std::vector<Suite> suites;
  const auto causes = causes_of(report);
  for (const CaseResult& result : report.results) {
    const std::string name = result.profile + "@" + result.endpoint;
    if (suites.empty() || suites.back().name != name) suites.push_back({.name = name, .cases = {}});
    suites.back().count(kind_of(result, report));
    suites.back().time += result.duration;
    const auto cause = causes.find(&result);
    suites.back().cases +=
        test_case(result, report, cause == causes.end() ? nullptr : cause->second);
  }
  Suite contract{.name = "reader contract", .cases = {}};
  for (const std::string& line : report.refused) {
    contract.add(Kind::kError, "starts and reports a telegram", "contract", line);
  }
  for (const std::string& line : report.breaches) {
    contract.add(Kind::kError, "keeps to the contract", "contract", line);
  }
  Suite environment{.name = "environment", .cases = {}};
  if (!report.environment.empty()) {
    environment.add(Kind::kError, "can be run", "environment", report.environment);
  }
  if (report.interrupted) {
    environment.add(Kind::kError, "runs to its end", "interrupted", "the run was interrupted");
  }
  Suite waivers{.name = "waivers", .cases = {}};
  for (const UnusedWaiver& waiver : report.unused_waivers) {
    waivers.add(waiver.counts ? Kind::kFailure : Kind::kSkipped, waiver.pattern, "unused",
                waiver.where + ": " + waiver.message);
  }
  for (Suite& suite : std::array{contract, environment, waivers}) {
    if (suite.tests > 0) suites.push_back(std::move(suite));
  }
  return suites;
}

}  // namespace

std::string junit_report(const ConformReport& report) {
  const std::string began = fmt::format(
      "{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(std::chrono::system_clock::to_time_t(report.began)));
  Suite sum{.name = "p1rig", .cases = {}};
  std::string text;
  for (const Suite& suite : suites_of(report)) {
    sum.tests += suite.tests;
    sum.failures += suite.failures;
    sum.errors += suite.errors;
    sum.skipped += suite.skipped;
    text += suite.text(began);
  }
  const std::string reader = report.reader + (report.version.empty() ? "" : " ") + report.version;
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<testsuites name=\"p1rig conform {}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" "
      "skipped=\"{}\" time=\"{:.3f}\">\n{}</testsuites>\n",
      escaped(reader), sum.tests, sum.failures, sum.errors, sum.skipped, seconds(report.duration),
      text);
}

}  // namespace p1rig
