#include "conformance/run/case_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_subject.h"
#include "conformance/run/ordinary.h"
#include "tests/conformance/one_case.h"

namespace p1rig::case_runner_test {
namespace {

using std::chrono::seconds;

std::shared_ptr<const Profile> meter(const char* name) {
  auto profile = find_profile(name);
  if (!profile) throw std::runtime_error(profile.error().message);
  return std::make_shared<const Profile>(std::move(*profile));
}

Case case_of(const std::string& steps) { return one_case("x/runner", steps); }

CaseResult result_of(const Case& one, const char* profile_name, const char* mutant,
                     RunnerSettings settings = {}) {
  const auto profile = meter(profile_name);
  MutantSubject subject(mutant == nullptr ? nullptr : find_mutant(mutant), *profile->dialect,
                        profile->line, {});
  CaseRunner runner(subject, StimulusMaker(profile, 1, {}), std::move(settings));
  EXPECT_EQ(runner.start().kind, Start::Kind::kReady);
  return runner.run(one);
}

TEST(CaseRunner, InRealTimeTelegramsAreAPeriodApart) {
  const Case three = case_of("send = [{ id = \"A\" }, { id = \"B\" }, { id = \"C\" }]\n");
  // Three and the sentinel, of a meter that sends every ten seconds (DSMR-P1 3.0 §4.3).
  const CaseResult slow = result_of(three, "iskra-mt382", nullptr, {.period = seconds{10}});
  EXPECT_EQ(slow.outcome, Outcome::kPass);
  EXPECT_GE(slow.duration, seconds{40} - seconds{1});
  EXPECT_LT(result_of(three, "iskra-mt382", nullptr).duration, seconds{10});
}

TEST(CaseRunner, WhatIsWrittenAtOpeningCounts) {
  const Case quiet = case_of("send = [{ id = \"A\" }]\njudge = \"quiet\"\n");
  EXPECT_EQ(result_of(quiet, "iskra-am550", nullptr).outcome, Outcome::kPass);
  EXPECT_EQ(result_of(quiet, "iskra-am550", "greets-meter").outcome, Outcome::kFail);
}

TEST(CaseRunner, ALongSilenceIsAskedInRealTimeOnly) {
  const Case gap = case_of(
      "send = [{ id = \"A\" }, { action = \"silence\", for = \"36s\" }, { id = \"B\" }]\n"
      "needs = [\"realtime\"]\n");
  const CaseResult skipped = result_of(gap, "iskra-am550", nullptr);
  EXPECT_EQ(skipped.outcome, Outcome::kSkip);
  EXPECT_THAT(skipped.messages, testing::ElementsAre(testing::HasSubstr("run with --realtime")));
  const RunnerSettings realtime{.period = seconds{1}};
  EXPECT_EQ(result_of(gap, "iskra-am550", nullptr, realtime).outcome, Outcome::kPass);
  EXPECT_EQ(result_of(gap, "iskra-am550", "ends-after-35s", realtime).outcome, Outcome::kCrash);
  EXPECT_EQ(result_of(gap, "iskra-am550", "closes-after-35s", realtime).outcome, Outcome::kHang);
}

/// DSMR-P1 3.0 §4.4: a telegram each ten seconds. Two that are left out, and three that are not.
TEST(CaseRunner, ATelegramThatIsLeftOutTakesItsPeriod) {
  const Case gap = case_of(
      "send = [{ id = \"A\" }, { id = \"B\", fault = \"silence\", count = 2 }, { id = \"C\" }]\n"
      "expect = { B = \"nothing\" }\n");
  const CaseResult fast = result_of(gap, "iskra-mt382", nullptr);
  EXPECT_EQ(fast.outcome, Outcome::kPass);
  EXPECT_GE(fast.duration, seconds{20});
  EXPECT_LT(fast.duration, seconds{25});
  const CaseResult slow = result_of(gap, "iskra-mt382", nullptr, {.period = seconds{10}});
  EXPECT_EQ(slow.outcome, Outcome::kPass);
  EXPECT_GE(slow.duration, seconds{50} - seconds{1});
  EXPECT_LT(slow.duration, seconds{55});
}

TEST(CaseRunner, ADeadConnectionIsWaitedForAsLongAsTheReaderMayNeed) {
  const Case dead = case_of(
      "send = [{ id = \"A\" }, { action = \"freeze\" }, { id = \"B\" }]\nneeds = [\"network\"]\n");
  EXPECT_EQ(result_of(dead, "iskra-am550", nullptr).outcome, Outcome::kPass);
  const CaseResult trusting =
      result_of(dead, "iskra-am550", "trusts-silence", {.reconnect = seconds{45}});
  EXPECT_EQ(trusting.outcome, Outcome::kHang);
  EXPECT_THAT(trusting.messages,
              testing::Contains("the reader did not open the line again within 45 s"));
  EXPECT_GE(trusting.duration, seconds{45});
}

TEST(CaseRunner, AKeyThatACaseChangedIsItsOwn) {
  const auto profile = meter("sagemcom-smarty-lux-encrypted");
  const auto keys = parse_frame_keys("000102030405060708090A0B0C0D0E0F").value();
  MutantSubject subject(nullptr, *profile->dialect, profile->line, keys);
  CaseRunner runner(subject, StimulusMaker(profile, 1, keys), {});
  ASSERT_EQ(runner.start().kind, Start::Kind::kReady);
  const Case changes = case_of(
      "send = [{ id = \"A\" }, { id = \"B\", fault = \"key-change\" }, { id = \"C\" }]\n"
      "expect = { B = \"nothing\", C = \"nothing\" }\n");
  EXPECT_EQ(runner.run(changes).outcome, Outcome::kPass)
      << "the telegram behind it has the own key";
  EXPECT_EQ(runner.run(changes).outcome, Outcome::kPass);
  // Left behind amid the other key.
  int asked = 0;
  runner.on_interrupt([&] { return ++asked > 3; });
  static_cast<void>(runner.run(changes));
  runner.on_interrupt({});
  EXPECT_EQ(runner.run(case_of("send = [{ id = \"A\" }]\n")).outcome, Outcome::kPass);
}

TEST(CaseRunner, OfALongCaseTheFirstAndTheLastMomentsStay) {
  const Case many = case_of("send = [{ id = \"A\", count = 400 }]\n");
  const CaseResult result = result_of(many, "iskra-am550", nullptr);
  ASSERT_EQ(result.wire.size(), 400U);
  // 400 telegrams and the sentinel, each sent and told: 802 moments, of which 399 stay.
  EXPECT_THAT(result.wire[100].bytes, testing::HasSubstr("403 moments left out"));
  EXPECT_EQ(result.wire.front().name, "A");
  EXPECT_EQ(result.wire.back().kind, WireMoment::Kind::kSaid);
  EXPECT_EQ(result.wire[398].name, "sentinel 1");
}

/// DSMR-P1 3.0 §4.4: a telegram each ten seconds, so that ordinary telegrams alone take minutes.
TEST(CaseRunner, InRealTimeOrdinaryTelegramsHaveTheirTime) {
  const auto profile = meter("iskra-mt382");
  MutantSubject subject(nullptr, *profile->dialect, profile->line, {});
  StimulusMaker maker(profile, 1, {});
  const std::vector<Case> cases = ordinary_cases(maker);
  std::vector<const Case*> asked;
  for (const Case& one : cases) asked.push_back(&one);
  CaseRunner runner(subject, std::move(maker), {.period = seconds{10}});
  ASSERT_EQ(runner.start().kind, Start::Kind::kReady);
  for (const CaseResult& result : runner.run_ordinary(asked)) {
    EXPECT_TRUE(result.outcome == Outcome::kPass || result.outcome == Outcome::kSkip)
        << result.name() << ": " << to_string(result.outcome);
  }
}

/// A wrong unit everywhere is one failure, that of its ordinary case.
TEST(CaseRunner, AskedForWhatIsAlwaysWrongIsBlockedByIt) {
  const Case power = case_of("send = [{ id = \"A\", set = { \"power.import\" = \"2.5 kW\" } }]\n");
  const Case watts = case_of(
      "send = [{ id = \"A\", replace = { \"1-0:1.7.0\" = \"(01193*W)\" } }]\n"
      "expect = { A = { \"1-0:1.7.0\" = \"1193 W\" } }\n");
  const auto profile = meter("iskra-am550");
  MutantSubject subject(find_mutant("ignores-kilo"), *profile->dialect, profile->line, {});
  StimulusMaker maker(profile, 1, {});
  const std::vector<Case> cases = ordinary_cases(maker);
  std::vector<const Case*> asked;
  for (const Case& one : cases) asked.push_back(&one);
  CaseRunner runner(subject, StimulusMaker(profile, 1, {}), {});
  ASSERT_EQ(runner.start().kind, Start::Kind::kReady);
  static_cast<void>(runner.run_ordinary(asked));
  const CaseResult blocked = runner.run(power);
  EXPECT_EQ(blocked.outcome, Outcome::kInconclusive);
  EXPECT_EQ(blocked.blocked_by, "dsmr-5.0/ordinary/1-0:1.7.0");
  EXPECT_THAT(blocked.messages, testing::ElementsAre(testing::HasSubstr("blocked by dsmr-5.0/")));
  EXPECT_EQ(runner.run(watts).outcome, Outcome::kPass) << "it has no kilo to ignore";
}

}  // namespace
}  // namespace p1rig::case_runner_test
