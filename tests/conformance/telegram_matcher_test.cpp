#include "conformance/speed/telegram_matcher.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace p1rig::telegram_matcher_test {
namespace {

constexpr Obis kImport{1, 0, 1, 8, 1}, kPower{1, 0, 1, 7, 0};

ContractValue text(std::string value) {
  return {.kind = ContractValue::Kind::kText, .text = std::move(value)};
}

/// Telegram n: its register grows, its power does not.
ContractValues values(int n) {
  return {{kImport, text(std::to_string(100 + n) + ".000 kWh")},
          {kPower, text(n % 2 == 0 ? "0.500 kW" : "0.700 kW")}};
}

ContractTelegram report(int n) { return {.values = values(n)}; }

/// A matcher that has learned from telegram 0 and then knows telegrams 0 to 9.
TelegramMatcher learned() {
  TelegramMatcher matcher{Precision{}};
  matcher.add(values(0));
  EXPECT_EQ(matcher.learn(report(0)), 0U);
  matcher.begin();
  for (int n = 0; n < 10; ++n) matcher.add(values(n));
  return matcher;
}

TEST(TelegramMatcher, SaysWhichTelegramIsTold) {
  TelegramMatcher matcher = learned();
  EXPECT_EQ(matcher.take(report(0)), 0U);
  EXPECT_EQ(matcher.take(report(3)), 3U);
  EXPECT_EQ(matcher.take(report(9)), 9U);
  EXPECT_TRUE(matcher.is_told(3));
  EXPECT_FALSE(matcher.is_told(4));
}

TEST(TelegramMatcher, TakesOneThatComesLate) {
  TelegramMatcher matcher = learned();
  EXPECT_EQ(matcher.take(report(3)), 3U);
  EXPECT_EQ(matcher.take(report(2)), 2U);
}

TEST(TelegramMatcher, CountsATelegramOnce) {
  TelegramMatcher matcher = learned();
  EXPECT_EQ(matcher.take(report(3)), 3U);
  EXPECT_EQ(matcher.take(report(3)), std::nullopt);
  EXPECT_EQ(matcher.repeated(), 1U);
}

TEST(TelegramMatcher, RefusesAMixtureOfTwo) {
  TelegramMatcher matcher = learned();
  ContractTelegram mixed = report(4);
  mixed.values[kPower] = values(5).at(kPower);
  EXPECT_EQ(matcher.take(mixed), std::nullopt);
  EXPECT_EQ(matcher.damaged(), 1U);
  EXPECT_FALSE(matcher.is_told(4));
}

TEST(TelegramMatcher, RefusesWhatWasNeverSent) {
  TelegramMatcher matcher = learned();
  EXPECT_EQ(matcher.take(report(12)), std::nullopt);
  EXPECT_EQ(matcher.unknown(), 1U);
}

TEST(TelegramMatcher, TakesAFlaggedOneForRejected) {
  TelegramMatcher matcher = learned();
  ContractTelegram flagged = report(4);
  flagged.flags = {"crc"};
  EXPECT_EQ(matcher.take(flagged), std::nullopt);
  EXPECT_FALSE(matcher.is_told(4));
}

TEST(TelegramMatcher, IgnoresWhatTheReaderNeverHasRight) {
  TelegramMatcher matcher{Precision{}};
  matcher.add(values(0));
  ContractTelegram wrong = report(0);
  wrong.values[kPower] = text("9.999 kW");
  EXPECT_EQ(matcher.learn(wrong), 0U);
  matcher.begin();
  matcher.add(values(1));
  ContractTelegram next = report(1);
  next.values[kPower] = text("9.999 kW");
  EXPECT_EQ(matcher.take(next), 0U);
}

TEST(TelegramMatcher, LearnsNothingFromAReaderWithoutRegisterAndClock) {
  TelegramMatcher matcher{Precision{}};
  matcher.add(values(0));
  const ContractTelegram power_only{.values = {{kPower, text("0.500 kW")}}};
  EXPECT_EQ(matcher.learn(power_only), std::nullopt);
  EXPECT_EQ(matcher.take(power_only), std::nullopt);
}

}  // namespace
}  // namespace p1rig::telegram_matcher_test
