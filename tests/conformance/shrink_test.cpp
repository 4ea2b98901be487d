#include "conformance/run/shrink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string>

#include "conformance/mutants/compose.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_subject.h"
#include "conformance/run/causes.h"
#include "conformance/run/ordinary.h"
#include "conformance/run/shrink_failure.h"
#include "tests/conformance/one_case.h"

namespace p1rig::shrink_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Places = std::vector<std::size_t>;

bool holds_all(const Places& kept, const Places& wanted) {
  return std::ranges::includes(kept, wanted);
}

TEST(NeededOf, FindsTheFewThatAreNeededWhereverTheyAre) {
  const Places wanted = {3, 40, 41, 99};
  int asked = 0;
  const Places found = needed_of(100, [&](const Places& kept) {
    ++asked;
    return holds_all(kept, wanted);
  });
  EXPECT_EQ(found, wanted);
  EXPECT_LT(asked, 100) << "one by one it would be 100 at least";
}

TEST(NeededOf, NoneOrAllMayBeNeeded) {
  EXPECT_THAT(needed_of(7, [](const Places&) { return true; }), IsEmpty());
  EXPECT_THAT(needed_of(3, [](const Places&) { return false; }), ElementsAre(0, 1, 2));
  EXPECT_THAT(needed_of(0, [](const Places&) { return false; }), IsEmpty());
}

TEST(Shrink, OfManyBytesThoseStayThatMatter) {
  Case one = one_case("x/bytes", "send = [{ bytes = \"{41*3000}{00}{42*2000}{FF}\" }]\n");
  const auto fails = [](const Case& smaller, const Case&) {
    const std::string& bytes = *smaller.steps.at(0).bytes;
    return bytes.find('\0') != std::string::npos && bytes.find('\xFF') != std::string::npos;
  };
  EXPECT_EQ(shrink(one, {.fails = fails}).steps.at(0).bytes, std::string("\0\xFF", 2));
}

TEST(Shrink, OfManyTelegramsAFewStay) {
  const Case one = one_case("x/many", "send = [{ id = \"A\", count = 300 }, { id = \"B\" }]\n");
  const auto fails = [](const Case& smaller, const Case&) {
    const auto& step = smaller.steps.at(0);
    return step.id == "A" && step.count >= 5;
  };
  const Case small = shrink(one, {.fails = fails});
  ASSERT_EQ(small.steps.size(), 1U);
  EXPECT_EQ(small.steps[0].count, 8) << "the first power of two that is enough";
}

/// A mutant at the meter that stands for its dialect.
class Reader {
 public:
  Reader(const Mutant* mutant, const std::shared_ptr<const Profile>& meter)
      : subject_(mutant, *meter->dialect, meter->line, {}),
        runner_(subject_, StimulusMaker(meter, 1, {}), settings()) {
    if (runner_.start().kind != Start::Kind::kReady) throw std::runtime_error("not ready");
  }

  CaseRunner& operator*() { return runner_; }

 private:
  static RunnerSettings settings() {
    RunnerSettings settings;
    settings.traits.precision.decimals = 9;
    settings.traits.claims = {"*"};
    for (const CaseNeed& need : case_needs()) settings.can.emplace_back(need.name);
    return settings;
  }

  MutantSubject subject_;
  CaseRunner runner_;
};

std::shared_ptr<const Profile> a_meter() {
  auto profile = find_profile("iskra-am550");
  if (!profile) throw std::runtime_error(profile.error().message);
  return std::make_shared<const Profile>(std::move(*profile));
}

const Case& suite_case(const std::string& id) {
  static const auto cases = load_all_cases();
  const auto found = std::ranges::find(*cases, id, &Case::id);
  if (found == cases->end()) throw std::runtime_error(id);
  return *found;
}

Result<SmallFailure> made_smaller(const Mutant* mutant, const CaseResult& failed,
                                  bool is_over = false) {
  const auto meter = a_meter();
  Reader reader(mutant, meter), reference(nullptr, meter);
  StimulusMaker plain(meter, 1, {});
  return shrink_failure({.reader = *reader,
                         .reference = *reference,
                         .plain = plain,
                         .limit = std::chrono::hours{1},
                         .is_over = [is_over] { return is_over; }},
                        failed);
}

CaseResult result_of(const Mutant* mutant, const Case& one) {
  Reader reader(mutant, a_meter());
  return (*reader).run(one);
}

struct Failing {
  const char* mutant;
  const char* of;  ///< a case that it fails
};

class ShrinkFailure : public testing::TestWithParam<Failing> {};

TEST_P(ShrinkFailure, IsLessThanHalfStillFailsAndIsTheSameAgain) {
  const auto [name, id] = GetParam();
  const Mutant* const mutant = find_mutant(name);
  ASSERT_NE(mutant, nullptr);
  const CaseResult whole = result_of(mutant, suite_case(id));
  ASSERT_NE(whole.outcome, Outcome::kPass);
  const auto small = made_smaller(mutant, whole);
  ASSERT_TRUE(small) << small.error().message;
  const std::string bytes = stimulus_of(small->result).bytes;
  EXPECT_LT(bytes.size(), stimulus_of(whole).bytes.size() / 2) << bytes;
  EXPECT_FALSE(bytes.empty());
  // A reader that was not there when it was made smaller.
  const CaseResult again = result_of(mutant, *small->one);
  EXPECT_EQ(again.outcome, whole.outcome);
  EXPECT_EQ(again.topic, whole.topic);
  EXPECT_EQ(kind_of_failure(again), kind_of_failure(whole));
  EXPECT_EQ(stimulus_of(again).bytes, bytes);
  EXPECT_EQ(result_of(nullptr, *small->one).outcome, Outcome::kPass)
      << "a careful reader meets what is expected";
  const auto once_more = made_smaller(mutant, whole);
  ASSERT_TRUE(once_more);
  EXPECT_EQ(stimulus_of(once_more->result).bytes, bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Of, ShrinkFailure,
    testing::Values(Failing{"no-crc", "dsmr-5.0.2/6.2/crc-bit-flip"},
                    Failing{"merges-telegrams", "dsmr-4.0/4.4/cut-tail-100"},
                    Failing{"number-to-letter", "dsmr-5.0.2/6.4/letter-in-number-register"},
                    Failing{"crashes-at-nul", "field/ndokter-dsmr_parser-35/noise-before-nul"}),
    [](const auto& tested) {
      std::string name = tested.param.mutant;
      std::ranges::replace(name, '-', '_');
      return name;
    });

/// The power imported is the one exported: both lines are needed to see it.
TEST(ShrinkFailure, AnObjectThatIsAlwaysWrongIsAlmostAlone) {
  const auto meter = a_meter();
  StimulusMaker maker(meter, 1, {});
  const std::vector<Case> cases = ordinary_cases(maker);
  std::vector<const Case*> asked;
  for (const Case& one : cases) asked.push_back(&one);
  Reader reader(find_mutant("swaps-directions"), meter), reference(nullptr, meter);
  const std::vector<CaseResult> results = (*reader).run_ordinary(asked);
  const auto failed = std::ranges::find_if(results, [](const CaseResult& result) {
    return result.of->id == "dsmr-5.0/ordinary/1-0:1.7.0";
  });
  ASSERT_NE(failed, results.end());
  const OrdinaryTraits before = (*reader).traits();
  const auto small = shrink_failure(
      {.reader = *reader, .reference = *reference, .plain = maker, .limit = std::chrono::hours{1}},
      *failed);
  ASSERT_TRUE(small) << small.error().message;
  const std::string bytes = stimulus_of(small->result).bytes;
  EXPECT_THAT(bytes, testing::AllOf(HasSubstr("\n1-0:1.7.0("), HasSubstr("\n1-0:2.7.0(")));
  // Another line may stay that the report is recognised by.
  EXPECT_LE(std::ranges::count(bytes, '\n'), 6) << bytes;
  EXPECT_EQ((*reader).traits(), before);
}

/// It would lose a telegram without a power in any case: that is not why it loses the one behind a cut one.
TEST(ShrinkFailure, LinesThatTheReaderNeedsStay) {
  const std::array parts = {find_mutant("never-restarts"), find_mutant("needs-both-powers")};
  const Mutant both = compose(parts);
  const CaseResult whole = result_of(&both, suite_case("dsmr-4.0/4.4/next-after-cut-tail"));
  ASSERT_EQ(whole.topic, Topic::kLost);
  const auto small = made_smaller(&both, whole);
  ASSERT_TRUE(small) << small.error().message;
  const std::string bytes = stimulus_of(small->result).bytes;
  EXPECT_THAT(bytes, testing::AllOf(HasSubstr("\n1-0:1.7.0("), HasSubstr("\n1-0:2.7.0(")));
  EXPECT_LT(bytes.size(), stimulus_of(whole).bytes.size() / 2);
}

TEST(ShrinkFailure, WhatDoesNotFailAgainStaysAsItWasSent) {
  const Case& one = suite_case("dsmr-5.0.2/6.2/crc-bit-flip");
  const CaseResult failed = result_of(find_mutant("no-crc"), one);
  const auto small = made_smaller(nullptr, failed);
  ASSERT_FALSE(small);
  EXPECT_THAT(small.error().message, HasSubstr("does not fail in the same way"));
}

TEST(ShrinkFailure, WithoutTimeItStaysAsItWasSent) {
  const CaseResult failed =
      result_of(find_mutant("no-crc"), suite_case("dsmr-5.0.2/6.2/crc-bit-flip"));
  const auto small = made_smaller(find_mutant("no-crc"), failed, true);
  ASSERT_FALSE(small);
  EXPECT_THAT(small.error().message, HasSubstr("no time"));
}

TEST(ShrinkFailure, AWrongExpectationIsNoFailureOfTheReader) {
  const Case wrong = one_case("x/wrong", "send = [{ id = \"A\" }]\nexpect = { A = \"nothing\" }\n");
  const CaseResult failed = result_of(find_mutant("no-crc"), wrong);
  ASSERT_EQ(failed.outcome, Outcome::kFail);
  const auto small = made_smaller(find_mutant("no-crc"), failed);
  ASSERT_FALSE(small);
  EXPECT_THAT(small.error().message, HasSubstr("the reference reader"));
}

}  // namespace
}  // namespace p1rig::shrink_test
