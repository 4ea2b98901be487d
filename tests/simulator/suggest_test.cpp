#include "simulator/files/suggest.h"

#include <gtest/gtest.h>

namespace p1rig::suggest_test {
namespace {

TEST(Suggest, FindsTheSlipOfTheKeys) {
  const std::vector<std::string_view> names = {"energy.import", "power.import", "power.export"};
  EXPECT_EQ(closest("power.imprt", names), "power.import") << "a letter dropped";
  EXPECT_EQ(closest("power.iimport", names), "power.import") << "a letter doubled";
  EXPECT_EQ(closest("power.inport", names), "power.import") << "a letter changed";
  EXPECT_EQ(closest("power.imoprt", names), "power.import") << "two letters swapped";
  EXPECT_EQ(closest("POWER.IMPORT", names), "power.import") << "case does not count";
}

TEST(Suggest, TakesTheNearestOfSeveral) {
  // kaifa-ma105 is three edits away, kaifa-ma304c one.
  EXPECT_EQ(closest("kaifa-ma304", {"kaifa-ma105", "kaifa-ma304c", "kamstrup-162"}),
            "kaifa-ma304c");
}

TEST(Suggest, TakesABeginningForItsWord) {
  EXPECT_EQ(closest("sagemcom", {"kaifa-ma105", "sagemcom-t210-d", "sagemcom-xs210"}),
            "sagemcom-t210-d");
}

TEST(Suggest, IsSilentWhereNothingIsNear) {
  EXPECT_EQ(closest("gas", {"power.import", "tariff"}), "");
  EXPECT_EQ(closest("", {"a", "power.import"}), "");
  EXPECT_EQ(closest("power.import", {}), "");
  // A third of the letters: two of six are a slip, three of six are another word.
  EXPECT_EQ(closest("abcdxx", {"abcdef"}), "abcdef");
  EXPECT_EQ(closest("abcxxx", {"abcdef"}), "");
}

TEST(Suggest, LeavesEndlessWordsAlone) {
  EXPECT_EQ(closest(std::string(100'000, 'a'), {std::string_view("aaaa")}), "");
}

TEST(Suggest, AsksAQuestion) {
  EXPECT_EQ(did_you_mean("tarif", {"tariff", "time"}), ", did you mean \"tariff\"?");
  EXPECT_EQ(did_you_mean("voltage", {"tariff", "time"}), "");
}

}  // namespace
}  // namespace p1rig::suggest_test
