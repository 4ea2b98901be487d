#include "conformance/run/waivers.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/conformance/one_case.h"

namespace p1rig::waivers_test {
namespace {

constexpr const char* kMeter = "iskra-am550";

Case case_named(const std::string& id) {
  return one_case(id, "send = [{ id = \"A\" }]\nexpect = { A = \"values\" }\n");
}

CaseResult result_of(const Case& one, Outcome outcome) {
  return {.of = &one, .profile = kMeter, .dialect = "dsmr-5.0", .outcome = outcome};
}

Waivers waivers_of(const std::string& text) {
  auto waivers = parse_waivers("w.toml", text);
  EXPECT_TRUE(waivers.has_value()) << waivers.error().message;
  return *waivers;
}

Waivers one_waiver(const std::string& pattern) {
  return waivers_of("[[waiver]]\ncase = \"" + pattern + "\"\nreason = \"known\"\n");
}

std::string error_of(const std::string& text) {
  const auto waivers = parse_waivers("w.toml", text);
  return waivers ? "" : waivers.error().message;
}

TEST(Waivers, MistakesSayWhereTheyStand) {
  EXPECT_NE(error_of("[[waiver]]\nreason = \"x\"\n").find("w.toml:1:1: "), std::string::npos);
  EXPECT_NE(error_of("[[waiver]]\ncase = \"x\"\nreason = \" \"\n").find("w.toml:3:10: reason"),
            std::string::npos);
  EXPECT_NE(error_of("[[waiver]]\ncase = \"a b\"\nreason = \"x\"\n").find("w.toml:2:8: case"),
            std::string::npos);
  EXPECT_NE(error_of("[[waivers]]\n").find("did you mean \"waiver\""), std::string::npos);
  EXPECT_NE(
      error_of("[[waiver]]\ncase = \"x\"\nreason = \"x\"\nvolatile = 1\n").find("w.toml:4:12"),
      std::string::npos);
  EXPECT_NE(error_of("[[waiver]\n").find("w.toml:1:"), std::string::npos);
}

TEST(Waivers, AFailureThatIsKnownIsExpected) {
  const Case one = case_named("a/b");
  for (const Outcome outcome : {Outcome::kFail, Outcome::kNonStrict}) {
    CaseResult result = result_of(one, outcome);
    apply_waivers(one_waiver("a/*@iskra-*"), result);
    EXPECT_EQ(result.outcome, Outcome::kXfail);
    EXPECT_EQ(result.waiver, "known");
    EXPECT_FALSE(counts_against(result, Level::kMust));
  }
}

TEST(Waivers, ACrashIsWaivedByItsOwnWordOnly) {
  Case one = case_named("a/b");
  one.level = Level::kQuirk;
  for (const Outcome outcome : {Outcome::kCrash, Outcome::kHang}) {
    CaseResult result = result_of(one, outcome);
    apply_waivers(one_waiver("a/*@iskra-*"), result);
    EXPECT_EQ(result.outcome, outcome);
    EXPECT_TRUE(counts_against(result, Level::kMust)) << "at every level";
    Waivers waivers = one_waiver("a/*@iskra-*");
    waivers.all[0].covers_crash = true;
    CaseResult waived = result_of(one, outcome);
    apply_waivers(waivers, waived);
    EXPECT_EQ(waived.outcome, Outcome::kXfail);
    EXPECT_FALSE(counts_against(waived, Level::kMust));
  }
}

TEST(Waivers, OthersStay) {
  const Case one = case_named("a/b");
  for (const char* const pattern : {"a/c", "a/b@kaifa-*", "b"}) {
    CaseResult result = result_of(one, Outcome::kFail);
    apply_waivers(one_waiver(pattern), result);
    EXPECT_EQ(result.outcome, Outcome::kFail) << pattern;
  }
  for (const Outcome outcome : {Outcome::kSkip, Outcome::kInconclusive, Outcome::kInfo}) {
    CaseResult result = result_of(one, outcome);
    apply_waivers(one_waiver("a/b"), result);
    EXPECT_EQ(result.outcome, outcome);
  }
}

TEST(Waivers, AnUnusedOneCountsWhereNothingWillEverAnswer) {
  struct Row {
    const char* pattern;
    bool whole, counts;
  };
  for (const Row& row : {Row{"no/such", true, true}, Row{"no/such@iskra-am550", true, true},
                         Row{"no/such", false, false},             // --case left others out
                         Row{"a/b@sagemcom-t210-d", true, false},  // that meter did not run
                         Row{"no/such@kaifa-ma304", true, false},  // likewise
                         Row{"newer/*", true, false}}) {           // left out by its version
    const Case one = case_named("a/c");
    ConformReport report;
    report.cases = {case_named("a/b"), one};
    report.results.push_back(result_of(one, Outcome::kPass));
    report.whole_suite = row.whole;
    report.newer_cases = {"newer/case"};
    const auto unused = unused_waivers(one_waiver(row.pattern), report);
    ASSERT_EQ(unused.size(), 1U) << row.pattern;
    EXPECT_EQ(unused[0].counts, row.counts) << row.pattern;
    EXPECT_EQ(unused[0].where, "w.toml:1:1");
    report.unused_waivers = unused;
    EXPECT_EQ(exit_code(report), row.counts ? 1 : 0) << row.pattern;
  }
}

TEST(Waivers, TheFileThatMakesARunGreenCanBeRead) {
  const Case one = case_named("a/b"), other = case_named("a/c");
  ConformReport report;
  report.results.push_back(result_of(one, Outcome::kFail));
  report.results.back().messages = {"got \"x\\\x01\"\nand more"};
  report.results.push_back(result_of(other, Outcome::kFail));
  report.results.push_back(result_of(other, Outcome::kPass));
  const Waivers written = waivers_of(waiver_file(report, {}));
  ASSERT_EQ(written.all.size(), 2U);
  EXPECT_EQ(written.all[0].pattern, "a/b@iskra-am550");
  EXPECT_EQ(written.all[0].reason, "FILL IN: got \"x\\\\x01\"\\nand more");
  EXPECT_FALSE(written.all[0].comes_and_goes);
  EXPECT_TRUE(written.all[1].comes_and_goes);  // failed once, passed once
}

TEST(Waivers, ReasonsThatStoodInTheFileAreKept) {
  const Case one = case_named("a/b"), other = case_named("a/c"), passing = case_named("a/d");
  ConformReport report;
  report.results.push_back(result_of(one, Outcome::kFail));
  report.results.push_back(result_of(other, Outcome::kFail));
  report.results.push_back(result_of(passing, Outcome::kPass));
  const Waivers earlier = waivers_of(
      "[[waiver]]\ncase = \"a/b@iskra-am550\"\nreason = \"issue 12\"\nvolatile = true\n"
      "[[waiver]]\ncase = \"a/c\"\nreason = \"FILL IN: of before\"\n"
      "[[waiver]]\ncase = \"a/d\"\nreason = \"mended\"\n"
      "[[waiver]]\ncase = \"a/b@kaifa-ma105\"\nreason = \"of another meter\"\n");
  const Waivers written = waivers_of(waiver_file(report, {}, earlier));
  ASSERT_EQ(written.all.size(), 3U);
  EXPECT_EQ(written.all[0].pattern, "a/b@iskra-am550");
  EXPECT_EQ(written.all[0].reason, "issue 12");
  EXPECT_TRUE(written.all[0].comes_and_goes);
  EXPECT_EQ(written.all[1].reason, "FILL IN");
  EXPECT_EQ(written.all[2].reason, "of another meter");
}

TEST(SuiteVersion, CasesWithoutOneAreOfTheFirst) {
  const Case one = case_named("a/b");
  EXPECT_EQ(one.since, suite_versions().front());
  EXPECT_FALSE(is_newer(one, suite_versions().front()));
}

TEST(SuiteVersion, UnknownOnesAreRefused) {
  const auto cases = parse_cases("x.toml", R"(["a/b"]
requirement = "R"
title = "t"
clause = "c"
since = "9.9"
dialects = ["dsmr-5.0"]
level = "should"
send = [{ id = "A" }]
)");
  ASSERT_FALSE(cases.has_value());
  EXPECT_NE(cases.error().message.find("x.toml:5:9: since"), std::string::npos);
}

}  // namespace
}  // namespace p1rig::waivers_test
