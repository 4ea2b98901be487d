#include "conformance/run/fuzz.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "simulator/faults/fault.h"

namespace p1rig::fuzz_test {
namespace {

using Whole = Expectation::Whole;

std::shared_ptr<const Profile> profile(std::string_view name) {
  auto found = find_profile(name);
  EXPECT_TRUE(found);
  return std::make_shared<const Profile>(std::move(*found));
}

std::string_view id_of(const FaultRequest& fault) { return faults()[fault.row].id; }

bool has_fault(const Case& one, std::string_view id) {
  return std::ranges::any_of(one.steps, [&](const CaseStep& step) {
    return std::ranges::any_of(step.faults, [&](const auto& fault) { return id_of(fault) == id; });
  });
}

TEST(Fuzz, MakesTheSameOfTheSameNumbersAndOtherOfOthers) {
  const auto meter = profile("iskra-am550");
  std::set<std::string> seen;
  for (std::uint64_t index = 0; index < 20; ++index) {
    EXPECT_EQ(to_toml(fuzz_case(5, index, meter)), to_toml(fuzz_case(5, index, meter)));
    seen.insert(to_toml(fuzz_case(5, index, meter)));
  }
  EXPECT_EQ(seen.size(), 20U);
}

TEST(Fuzz, PrintsCasesThatAFileTakes) {
  for (const std::string_view name :
       {"iskra-am550", "iskra-mt382", "sagemcom-smarty-lux-encrypted"}) {
    const auto meter = profile(name);
    for (std::uint64_t index = 0; index < 30; ++index) {
      const Case one = fuzz_case(9, index, meter);
      const auto read = parse_cases("pasted.toml", to_toml(one));
      ASSERT_TRUE(read) << read.error().message << to_toml(one);
      ASSERT_EQ(read->size(), 1U);
      const Case& again = read->front();
      ASSERT_EQ(again.steps.size(), one.steps.size());
      for (std::size_t i = 0; i < one.steps.size(); ++i) {
        EXPECT_EQ(again.steps[i].faults, one.steps[i].faults);
        EXPECT_EQ(again.steps[i].time, one.steps[i].time);
        EXPECT_EQ(again.steps[i].wait, one.steps[i].wait);
        const auto& id = one.steps[i].id;
        EXPECT_EQ(again.expect.at(id).whole, one.expect.at(id).whole);
        EXPECT_EQ(again.expect.at(id).may_repeat, one.expect.at(id).may_repeat);
      }
    }
  }
}

TEST(Fuzz, OwesWhatWasSentWholeAndNothingElse) {
  const auto meter = profile("iskra-am550");
  bool whole = false, altered = false, another = false;
  constexpr std::uint64_t kMost = 3000;
  for (std::uint64_t index = 0; index < kMost && !(whole && altered && another); ++index) {
    const Case one = fuzz_case(1, index, meter);
    for (const CaseStep& step : one.steps) {
      const Whole expected = one.expect.at(step.id).whole;
      if (step.faults.empty()) {
        EXPECT_EQ(expected, Whole::kValues);
        whole = true;
      }
      if (step.faults.size() != 1) continue;
      if (id_of(step.faults[0]) == "flip-bit") {
        EXPECT_EQ(expected, Whole::kEither);
        altered = true;
      }
      // With a right CRC, a telegram with a line less is another telegram.
      if (id_of(step.faults[0]) == "missing-line") {
        EXPECT_EQ(expected, Whole::kAnything);
        another = true;
      }
    }
  }
  EXPECT_TRUE(whole && altered && another);
}

TEST(Fuzz, ExpectsNothingOfDamageThatNoCrcCanShow) {
  const auto meter = profile("iskra-mt382");
  bool seen = false;
  for (std::uint64_t index = 0; index < 200; ++index) {
    const Case one = fuzz_case(1, index, meter);
    for (const CaseStep& step : one.steps) {
      if (step.faults.size() != 1 || id_of(step.faults[0]) != "flip-bit") continue;
      EXPECT_EQ(one.expect.at(step.id).whole, Whole::kAnything);
      seen = true;
    }
  }
  EXPECT_TRUE(seen);
}

TEST(Fuzz, ShrinksToWhatStillFails) {
  const auto meter = profile("iskra-am550");
  const auto fails = [](const Case& one) { return has_fault(one, "drop-byte"); };
  std::uint64_t index = 0;
  Case one = fuzz_case(3, index, meter);
  while (!fails(one) || one.steps.size() < 3) one = fuzz_case(3, ++index, meter);
  const Case small = shrink_fuzz(one, fails);
  ASSERT_EQ(small.steps.size(), 1U);
  ASSERT_EQ(small.steps[0].faults.size(), 1U);
  EXPECT_EQ(id_of(small.steps[0].faults[0]), "drop-byte");
  EXPECT_EQ(small.steps[0].faults[0].amount, std::nullopt);
  EXPECT_EQ(small.steps[0].faults[0].at, std::nullopt);
  EXPECT_EQ(small.steps[0].time, std::nullopt);
  ASSERT_EQ(small.expect.size(), 1U);
  EXPECT_EQ(small.expect.at(small.steps[0].id).whole, Whole::kEither);
}

}  // namespace
}  // namespace p1rig::fuzz_test
