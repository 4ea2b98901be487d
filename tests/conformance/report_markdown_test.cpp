#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "conformance/report/report.h"
#include "tests/conformance/one_case.h"

namespace p1rig::report_markdown_test {
namespace {

ConformReport report_with(const Case& one, std::size_t failures, Outcome outcome) {
  ConformReport report;
  report.reader = "x";
  for (std::size_t i = 0; i < failures; ++i) {
    report.results.push_back({.of = &one,
                              .profile = "iskra-am550",
                              .dialect = "dsmr-5.0",
                              .outcome = outcome,
                              .messages = {std::string(100'000, 'm')},
                              .waiver = std::string(1000, 'w')});
  }
  return report;
}

Case some_case() {
  return one_case("a/b", "send = [{ id = \"A\" }]\nexpect = { A = \"values\" }\n");
}

TEST(MarkdownReport, FitsIntoTheSummaryOfAStep) {
  const Case one = some_case();
  const std::string text = markdown_report(report_with(one, 40, Outcome::kFail));
  EXPECT_LE(text.size(), kMostOfASummary);
  EXPECT_GT(text.size(), kMostOfASummary / 2);
  EXPECT_NE(text.find("… and 30 more."), std::string::npos) << text.substr(text.size() - 100);
}

TEST(MarkdownReport, FitsBehindWhatIsThere) {
  const Case one = some_case();
  for (const Outcome outcome : {Outcome::kFail, Outcome::kXfail}) {
    const ConformReport report = report_with(one, 2000, outcome);
    for (const std::size_t most : {0U, 1U, 40U, 200U, 1000U, 5000U, 150'000U}) {
      const std::string text = markdown_report(report, most);
      EXPECT_LE(text.size(), most);
      EXPECT_TRUE(text.empty() || text.ends_with('\n')) << most;
    }
  }
}

}  // namespace
}  // namespace p1rig::report_markdown_test
