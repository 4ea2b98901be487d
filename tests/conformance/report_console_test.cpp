#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "conformance/report/report.h"
#include "tests/conformance/one_case.h"

namespace p1rig::report_console_test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::ptrdiff_t kScreen = 50;

std::ptrdiff_t lines_of(const std::string& text) { return std::ranges::count(text, '\n'); }

/// A run in which nearly everything is wrong, in many ways.
ConformReport sloppy(const Case& one, std::size_t causes) {
  ConformReport report;
  report.reader = "x";
  const auto add = [&](Outcome outcome, std::string message) {
    report.results.push_back({.of = &one,
                              .profile = "iskra-am550",
                              .dialect = "dsmr-5.0",
                              .endpoint = "pty",
                              .outcome = outcome,
                              .messages = {std::move(message)},
                              .reproduction = "p1rig conform again"});
    report.results.back().wire.assign(
        20, {.kind = WireMoment::Kind::kSent, .name = "A", .bytes = "/x"});
    return report.results.size() - 1;
  };
  for (std::size_t i = 0; i < causes; ++i) {
    report.causes.all.push_back({.name = "cause",
                                 .summary = "behaves as `x`",
                                 .code = "in code",
                                 .results = {},
                                 .stimulus = "/x",
                                 .fitting = 3,
                                 .expected = 4});
    for (int k = 0; k < 4; ++k) {
      report.causes.all.back().results.push_back(add(Outcome::kFail, "explained"));
    }
    report.causes.all.back().shown = report.causes.all.back().results.front();
  }
  for (int i = 0; i < 40; ++i) {
    add(Outcome::kFail, "not explained");
    for (const Outcome other : {Outcome::kXfail, Outcome::kSkip, Outcome::kInconclusive}) {
      const std::size_t place = add(other, "reason " + std::to_string(i));
      if (other == Outcome::kXfail) report.results[place].waiver = "waived " + std::to_string(i);
    }
  }
  return report;
}

TEST(ConsoleReport, FitsOnAScreen) {
  const Case one = one_case("a/b", "send = [{ id = \"A\" }]\nexpect = { A = \"values\" }\n");
  for (const std::size_t causes : {0U, 1U, 3U, 8U, 30U}) {
    const std::string text = console_report(sloppy(one, causes));
    EXPECT_LE(lines_of(text), kScreen) << text;
    EXPECT_THAT(text, HasSubstr("… and 37 results more: --html or --json"));
  }
}

TEST(ConsoleReport, AResultWithoutACauseTakesThreeLines) {
  const Case one = one_case("a/b", "send = [{ id = \"A\" }]\nexpect = { A = \"nothing\" }\n");
  const std::string text = console_report(sloppy(one, 0));
  EXPECT_THAT(text, HasSubstr("fail a/b@iskra-am550 on pty  [must, "));
  EXPECT_THAT(text, HasSubstr("\n    expected: A is rejected; got: not explained\n"
                              "    again: p1rig conform again\n"));
  EXPECT_THAT(text, Not(HasSubstr(" -> ")));
}

/// As `again` reproduces it.
TEST(ConsoleReport, ASingleCaseIsShownWithItsWire) {
  const Case one = one_case("a/b", "send = [{ id = \"A\" }]\nexpect = { A = \"nothing\" }\n");
  ConformReport report = sloppy(one, 0);
  report.results.resize(1);
  EXPECT_THAT(console_report(report), HasSubstr("-> A: /x"));
}

}  // namespace
}  // namespace p1rig::report_console_test
