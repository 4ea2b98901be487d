#include <gtest/gtest.h>

#include "conformance/judge/telegram_judge.h"

namespace p1rig::changes_only_test {
namespace {

ContractTelegram telegram_of(std::string_view power, std::string_view energy) {
  ContractTelegram telegram;
  const auto put = [&](const char* code, std::string_view text) {
    if (text.empty()) return;
    telegram.values[parse_obis(code)->code] = {.kind = ContractValue::Kind::kText,
                                               .text = std::string(text)};
  };
  put("1-0:1.7.0", power);
  put("1-0:1.8.1", energy);
  return telegram;
}

/// The findings where the second of two telegrams is told without its energy.
std::size_t findings(bool changes_only, std::string_view second_energy) {
  TelegramJudge judge({.claims = {"*"}, .tells_changes_only = changes_only});
  judge.expect({.name = "A", .meant = telegram_of("1.000 kW", "7.000 kWh")});
  judge.take(telegram_of("1.000 kW", "7.000 kWh"));
  judge.expect({.name = "B", .meant = telegram_of("2.000 kW", second_energy)});
  judge.take(telegram_of("2.000 kW", ""));
  return judge.findings(0).size();
}

TEST(TelegramJudge, OneThatTellsChangesOnlyOwesWhatChanged) {
  EXPECT_EQ(findings(true, "7.000 kWh"), 0U);
  EXPECT_EQ(findings(true, "8.000 kWh"), 1U);
  EXPECT_EQ(findings(false, "7.000 kWh"), 1U);
}

}  // namespace
}  // namespace p1rig::changes_only_test
