#include "conformance/suite/renamed_cases.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "conformance/run/waivers.h"
#include "tests/conformance/one_case.h"

namespace p1rig::renamed_cases_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<RenamedCase> renamed_by(const std::string& lines) {
  auto renamed = parse_renamed_cases("renamed.toml", "[renamed]\n" + lines);
  EXPECT_TRUE(renamed) << (renamed ? "" : renamed.error().message);
  return renamed.value_or(std::vector<RenamedCase>{});
}

Case case_named(const std::string& id, std::vector<std::string> formerly = {}) {
  Case one = one_case(id, "send = [{ id = \"A\" }]\n");
  one.formerly = std::move(formerly);
  return one;
}

TEST(RenamedCases, AnEntryIsAWholeIdOrItsBeginning) {
  const auto renamed = renamed_by("\"field/x-y-1\" = \"field/a-b-1\"\n\"m/n\" = \"c/d/e\"\n");
  EXPECT_THAT(former_ids("field/a-b-1/slug", renamed), ElementsAre("field/x-y-1/slug"));
  EXPECT_THAT(former_ids("field/a-b-1/slug-watts", renamed), ElementsAre("field/x-y-1/slug-watts"));
  EXPECT_THAT(former_ids("field/a-b-12/slug", renamed), IsEmpty()) << "another report";
  EXPECT_THAT(former_ids("c/d/e-zero", renamed), ElementsAre("m/n-zero"));
  EXPECT_THAT(former_ids("c/d", renamed), IsEmpty());
}

TEST(RenamedCases, WhatWasRenamedTwiceHasBothNames) {
  const auto renamed = renamed_by("\"a/1\" = \"b/1\"\n\"b/1\" = \"c/1\"\n\"c/1\" = \"a/1\"\n");
  EXPECT_THAT(former_ids("c/1", renamed), ElementsAre("b/1", "a/1")) << "and a circle ends";
}

TEST(RenamedCases, MistakesSayWhereTheyStand) {
  const auto error = [](const std::string& text) {
    const auto renamed = parse_renamed_cases("r.toml", text);
    return renamed ? "" : renamed.error().message;
  };
  EXPECT_THAT(error("[renamed]\n\"a/1\" = 1\n"),
              HasSubstr("r.toml:2:9: \"a/1\": expected the new id"));
  EXPECT_THAT(error("[renamed]\n\"a/1\" = \"a/1\"\n"), HasSubstr("r.toml:2:9"));
  EXPECT_THAT(error("[renamed]\n\"a/1\" = \"\"\n"), HasSubstr("r.toml:2:9"));
  EXPECT_THAT(error("renamed = 1\n"), HasSubstr("r.toml:1:11: renamed: expected a table"));
  EXPECT_THAT(error("[renames]\n"), HasSubstr("did you mean \"renamed\"?"));
}

TEST(RenamedCases, AWaiverByAnOldIdHolds) {
  const Case one = case_named("new/id", {"old/id"});
  for (const char* const pattern : {"old/id", "old/*@iskra-*", "new/id"}) {
    const auto waivers = parse_waivers(
        "w.toml", "[[waiver]]\ncase = \"" + std::string(pattern) + "\"\nreason = \"known\"\n");
    ASSERT_TRUE(waivers);
    CaseResult result{.of = &one, .profile = "iskra-am550", .outcome = Outcome::kFail};
    apply_waivers(*waivers, result);
    EXPECT_EQ(result.outcome, Outcome::kXfail) << pattern;
    ConformReport report;
    report.results.push_back(result);
    EXPECT_THAT(unused_waivers(*waivers, report), IsEmpty()) << pattern;
    EXPECT_THAT(waiver_file(report, *waivers), HasSubstr("case = \"new/id@iskra-am550\""));
  }
}

TEST(RenamedCases, WhoeverSaysAnOldIdIsToldTheNewOne) {
  const std::vector<Case> cases = {case_named("new/a", {"old/a"}), case_named("new/b", {"old/b"}),
                                   case_named("other/c")};
  EXPECT_EQ(note_on_renamed("old/a", cases), "\"old/a\" is now new/a");
  EXPECT_EQ(note_on_renamed("old/*", cases), "\"old/*\" is now new/a and 1 more");
  EXPECT_EQ(note_on_renamed("*/a", cases), "") << "it names one that there is";
  EXPECT_EQ(note_on_renamed("no/such", cases), "");
}

/// Of the file itself: each entry leads to a case, and no case has a name that is given up.
TEST(RenamedCases, EachIsACaseOfNow) {
  const auto renamed = load_renamed_cases();
  const auto cases = load_all_cases();
  ASSERT_TRUE(renamed && cases);
  EXPECT_THAT(*renamed, testing::Not(IsEmpty()));
  for (const RenamedCase& one : *renamed) {
    EXPECT_TRUE(std::ranges::any_of(*cases, [&](const Case& each) {
      return std::ranges::any_of(each.formerly,
                                 [&](const std::string& id) { return id.starts_with(one.before); });
    })) << one.before;
    EXPECT_FALSE(std::ranges::any_of(*cases, [&](const Case& each) {
      return each.id.starts_with(one.before);
    })) << one.before;
  }
}

}  // namespace
}  // namespace p1rig::renamed_cases_test
