#include "conformance/case_runner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_subject.h"
#include "tests/conformance/one_case.h"

namespace p1rig {
namespace {

using std::chrono::seconds;

std::shared_ptr<const Profile> meter(const char* name) {
  auto profile = find_profile(name);
  if (!profile) throw std::runtime_error(profile.error().message);
  return std::make_shared<const Profile>(std::move(*profile));
}

Case case_of(const std::string& steps) { return one_case("x/runner", steps); }

CaseResult result_of(const Case& one, const char* profile_name, const char* mutant,
                     seconds period = seconds{0}) {
  const auto profile = meter(profile_name);
  MutantSubject subject(mutant == nullptr ? nullptr : find_mutant(mutant), *profile->dialect,
                        profile->line, {});
  CaseRunner runner(subject, StimulusMaker(profile, 1, {}), {.period = period});
  EXPECT_EQ(runner.start().kind, Start::Kind::kReady);
  return runner.run(one);
}

TEST(CaseRunner, InRealTimeTelegramsAreAPeriodApart) {
  const Case three = case_of("send = [{ id = \"A\" }, { id = \"B\" }, { id = \"C\" }]\n");
  // Three and the sentinel, of a meter that sends every ten seconds (DSMR-P1 3.0 §4.3).
  const CaseResult slow = result_of(three, "iskra-mt382", nullptr, seconds{10});
  EXPECT_EQ(slow.outcome, Outcome::kPass);
  EXPECT_GE(slow.duration, seconds{40} - seconds{1});
  EXPECT_LT(result_of(three, "iskra-mt382", nullptr).duration, seconds{10});
}

TEST(CaseRunner, WhatIsWrittenAtOpeningCounts) {
  const Case quiet = case_of("send = [{ id = \"A\" }]\njudge = \"quiet\"\n");
  EXPECT_EQ(result_of(quiet, "iskra-am550", nullptr).outcome, Outcome::kPass);
  EXPECT_EQ(result_of(quiet, "iskra-am550", "greets-meter").outcome, Outcome::kFail);
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

}  // namespace
}  // namespace p1rig
