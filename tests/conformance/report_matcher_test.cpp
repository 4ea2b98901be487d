#include "conformance/speed/report_matcher.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace p1rig {
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

/// A ledger that has learned from telegram 0 and then knows telegrams 0 to 9.
SentLedger learned() {
  SentLedger ledger{Precision{}};
  ledger.add(values(0));
  EXPECT_EQ(ledger.learn(report(0)), 0U);
  ledger.begin();
  for (int n = 0; n < 10; ++n) ledger.add(values(n));
  return ledger;
}

TEST(SentLedger, SaysWhichTelegramIsTold) {
  SentLedger ledger = learned();
  EXPECT_EQ(ledger.take(report(0)), 0U);
  EXPECT_EQ(ledger.take(report(3)), 3U);
  EXPECT_EQ(ledger.take(report(9)), 9U);
  EXPECT_TRUE(ledger.is_told(3));
  EXPECT_FALSE(ledger.is_told(4));
}

TEST(SentLedger, TakesOneThatComesLate) {
  SentLedger ledger = learned();
  EXPECT_EQ(ledger.take(report(3)), 3U);
  EXPECT_EQ(ledger.take(report(2)), 2U);
}

TEST(SentLedger, CountsATelegramOnce) {
  SentLedger ledger = learned();
  EXPECT_EQ(ledger.take(report(3)), 3U);
  EXPECT_EQ(ledger.take(report(3)), std::nullopt);
  EXPECT_EQ(ledger.repeated(), 1U);
}

TEST(SentLedger, RefusesAMixtureOfTwo) {
  SentLedger ledger = learned();
  ContractTelegram mixed = report(4);
  mixed.values[kPower] = values(5).at(kPower);
  EXPECT_EQ(ledger.take(mixed), std::nullopt);
  EXPECT_EQ(ledger.damaged(), 1U);
  EXPECT_FALSE(ledger.is_told(4));
}

TEST(SentLedger, RefusesWhatWasNeverSent) {
  SentLedger ledger = learned();
  EXPECT_EQ(ledger.take(report(12)), std::nullopt);
  EXPECT_EQ(ledger.unknown(), 1U);
}

TEST(SentLedger, TakesAFlaggedOneForRejected) {
  SentLedger ledger = learned();
  ContractTelegram flagged = report(4);
  flagged.flags = {"crc"};
  EXPECT_EQ(ledger.take(flagged), std::nullopt);
  EXPECT_FALSE(ledger.is_told(4));
}

TEST(SentLedger, IgnoresWhatTheReaderNeverHasRight) {
  SentLedger ledger{Precision{}};
  ledger.add(values(0));
  ContractTelegram wrong = report(0);
  wrong.values[kPower] = text("9.999 kW");
  EXPECT_EQ(ledger.learn(wrong), 0U);
  ledger.begin();
  ledger.add(values(1));
  ContractTelegram next = report(1);
  next.values[kPower] = text("9.999 kW");
  EXPECT_EQ(ledger.take(next), 0U);
}

TEST(SentLedger, LearnsNothingFromAReaderWithoutRegisterAndClock) {
  SentLedger ledger{Precision{}};
  ledger.add(values(0));
  const ContractTelegram power_only{.values = {{kPower, text("0.500 kW")}}};
  EXPECT_EQ(ledger.learn(power_only), std::nullopt);
  EXPECT_EQ(ledger.take(power_only), std::nullopt);
}

}  // namespace
}  // namespace p1rig
