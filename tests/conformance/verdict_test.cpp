#include "conformance/run/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_trial.h"
#include "conformance/run/ordinary.h"
#include "tests/conformance/one_case.h"

namespace p1rig::verdict_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Obis kPower{1, 0, 1, 7, 0}, kText{0, 0, 96, 13, 0};

std::vector<std::string> messages(const std::vector<Mismatch>& mismatches) {
  std::vector<std::string> all;
  for (const Mismatch& mismatch : mismatches) all.push_back(mismatch.message);
  return all;
}

Mismatch value_of(Obis code, std::string message, Standing standing = Standing::kSubject) {
  return {.message = std::move(message), .standing = standing, .code = code};
}

Case damaged() {
  return one_case("x/damaged",
                  "send = [{ id = \"A\" }, { id = \"B\", fault = \"crc-wrong\" }, { id = \"C\" }]\n"
                  "expect = { B = \"nothing\" }\n");
}

TEST(Verdict, WhatIsSpecialIsTheSubject) {
  const Case one = damaged();
  EXPECT_EQ(standing_of(one, one.steps[0]), Standing::kBefore);
  EXPECT_EQ(standing_of(one, one.steps[1]), Standing::kSubject);
  EXPECT_EQ(standing_of(one, one.steps[2]), Standing::kAfter);
  EXPECT_EQ(subject_of(one), SubjectKind::kReported);
  const Case plain = one_case("x/plain", "send = [{ id = \"A\" }]\n");
  EXPECT_EQ(standing_of(plain, plain.steps[0]), Standing::kSubject) << "there is nothing else";
  const Case value =
      one_case("x/value", "send = [{ id = \"A\", replace = { \"1-0:1.7.0\" = \"(01193*W)\" } }]\n");
  EXPECT_EQ(subject_of(value), SubjectKind::kValue);
  EXPECT_EQ(subject_of(one_case("x/quiet", "send = [{ id = \"A\" }]\njudge = \"quiet\"\n")),
            SubjectKind::kLine);
  EXPECT_EQ(subject_of(one_case("x/lag", "send = [{ id = \"A\" }]\njudge = \"lag\"\n")),
            SubjectKind::kReported)
      << "who falls behind may lose telegrams, too";
}

TEST(Verdict, ATraitOfOrdinaryTelegramsDoesNotCount) {
  const OrdinaryTraits traits = {
      {"0-0:96.13.0", {.shown_by = "dsmr-5.0/ordinary/0-0:96.13.0", .ways = {"text"}}}};
  const Verdict verdict = decide(
      damaged(), {value_of(kText, "says something else"), value_of(kPower, "is wrong")}, traits);
  EXPECT_THAT(messages(verdict.against), ElementsAre("is wrong"));
  EXPECT_THAT(messages(verdict.besides), ElementsAre("says something else"));
}

TEST(Verdict, ATraitOfWhatTheCaseAsksForBlocksIt) {
  const OrdinaryTraits traits = {{"1-0:1.7.0", {.shown_by = "o", .ways = {"×1000", "0"}}}};
  Mismatch asked = value_of(kPower, "says 1193 kW");
  asked.is_asked = true;
  asked.way = "×1000";
  const Verdict verdict = decide(damaged(), {asked}, traits);
  EXPECT_THAT(verdict.against, IsEmpty());
  EXPECT_THAT(messages(verdict.besides), ElementsAre("says 1193 kW"));
  EXPECT_EQ(verdict.blocked_by, "o");
}

/// A wrong unit everywhere must not hide that the value of an odd notation is wrong.
TEST(Verdict, WhatIsWrongInAnotherWayThanInOrdinaryTelegramsCounts) {
  const OrdinaryTraits traits = {{"1-0:1.7.0", {.shown_by = "o", .ways = {"×1000"}}}};
  Mismatch same = value_of(kPower, "says 1193 kW"), other = value_of(kPower, "says nothing");
  same.is_asked = other.is_asked = true;
  same.way = "×1000";
  other.way = "missing";
  const Verdict verdict = decide(damaged(), {same, other}, traits);
  EXPECT_THAT(messages(verdict.against), ElementsAre("says nothing"));
  EXPECT_EQ(verdict.blocked_by, "") << "it is judged";
}

TEST(Verdict, AnOrdinaryTelegramIsNotJudgedByItsValues) {
  const Verdict verdict = decide(
      damaged(),
      {value_of(kPower, "before", Standing::kBefore),
       value_of(kPower, "after", Standing::kAfter),
       {.topic = Topic::kMixed, .message = "mixed", .standing = Standing::kAfter, .code = kPower}},
      {});
  EXPECT_THAT(messages(verdict.against), ElementsAre("mixed")) << "that is what the damage did";
  EXPECT_THAT(messages(verdict.besides), ElementsAre("before", "after"));
}

TEST(Verdict, WhatWasLostBeforeTheSubjectBlocksTheCase) {
  const Mismatch before{.topic = Topic::kLost, .message = "before", .standing = Standing::kBefore};
  const Mismatch after{.topic = Topic::kLost, .message = "after", .standing = Standing::kAfter};
  EXPECT_TRUE(decide(damaged(), {before, after}, {}).is_blocked);
  EXPECT_FALSE(decide(damaged(), {after}, {}).is_blocked);
  const Mismatch accepted{.topic = Topic::kReported, .message = "accepted"};
  EXPECT_FALSE(decide(damaged(), {before, accepted}, {}).is_blocked) << "that much is known";
}

TEST(Verdict, TheLineDecidesACaseAboutTheLine) {
  const Case quiet = one_case("x/quiet", "send = [{ id = \"A\" }]\njudge = \"quiet\"\n");
  const Mismatch lost{.topic = Topic::kLost, .message = "lost"};
  EXPECT_THAT(decide(quiet, {lost}, {}).against, IsEmpty());
  EXPECT_FALSE(decide(quiet, {lost}, {}).is_blocked);
  const Mismatch wrote{.topic = Topic::kLine, .message = "wrote"};
  EXPECT_THAT(messages(decide(quiet, {lost, wrote}, {}).against), ElementsAre("wrote"));
}

TEST(Verdict, TheNearestToTheSubjectComesFirst) {
  Mismatch asked = value_of(kPower, "asked");
  asked.is_asked = true;
  const Verdict verdict =
      decide(damaged(),
             {{.topic = Topic::kLost, .message = "after", .standing = Standing::kAfter},
              value_of(kText, "other"),
              asked,
              {.topic = Topic::kSurvival, .message = "ended"}},
             {});
  EXPECT_THAT(messages(verdict.against), ElementsAre("ended", "asked", "other", "after"));
}

/// Each kind of subject, and what a case of that kind may fail for first.
bool fits(SubjectKind subject, Topic topic) {
  switch (subject) {
    case SubjectKind::kLine:
      return topic == Topic::kLine || topic == Topic::kSurvival;
    case SubjectKind::kReported:
      // A telegram that may be dropped or reported has to be right where it is reported.
      return topic != Topic::kContract && topic != Topic::kTariff;
    case SubjectKind::kValue:
      break;
  }
  return topic != Topic::kContract && topic != Topic::kLine;
}

TEST(Verdict, EachCaseFailsForItsOwnReason) {
  const auto cases = load_all_cases();
  ASSERT_TRUE(cases) << cases.error().message;
  const auto grounds = trial_grounds(*cases, "dsmr-5.0");
  ASSERT_TRUE(grounds) << grounds.error().message;
  std::size_t failures = 0;
  for (const Mutant& mutant : mutants()) {
    std::vector<std::string> named;
    for (const Case& one : *cases) {
      if (std::ranges::find(one.mutants, mutant.name) != one.mutants.end()) named.push_back(one.id);
    }
    if (named.empty()) continue;
    for (const TrialGround& ground : *grounds) {
      for (const CaseResult& result : try_mutant(&mutant, ground, named)) {
        // Without a topic it could not be started.
        if (!is_caught(result) || is_ordinary(*result.of) || !result.topic) continue;
        ++failures;
        EXPECT_TRUE(fits(subject_of(*result.of), *result.topic))
            << result.name() << " is about " << to_string(subject_of(*result.of)) << ", but "
            << mutant.name << " fails it by " << to_string(*result.topic) << ": "
            << result.messages.front();
      }
    }
  }
  EXPECT_GT(failures, 300U) << "so many there are at least";
}

}  // namespace
}  // namespace p1rig::verdict_test
