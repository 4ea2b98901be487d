// What follows from values that are set, with the numbers of school physics: S² = P² + Q², S = U·I.

#include "simulator/profile/follow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/simulator/meter_invariants.h"

namespace p1rig::follow_test {
namespace {

using Q = Quantity;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A meter of three phases at 230 V on which nothing flows, and what was said when it was set.
struct Set {
  MeterState state;
  std::vector<std::string> said;

  std::int64_t operator[](Q quantity) const { return state[quantity]; }
};

Set set(const std::vector<std::pair<Q, std::int64_t>>& values,
        const std::string& profile_name = "eso-maximum", MeterState before = {}) {
  const auto profile = find_profile(profile_name);
  EXPECT_TRUE(profile) << profile.error().message;
  for (const Q voltage : {Q::kVoltageL1, Q::kVoltageL2, Q::kVoltageL3}) before[voltage] = 230'000;
  before[Q::kBreaker] = 1;
  Set result{before, {}};
  std::vector<Q> quantities;
  for (const auto& [quantity, value] : values) {
    result.state[quantity] = value;
    quantities.push_back(quantity);
  }
  result.said = follow(*profile, before, quantities, result.state);
  return result;
}

TEST(Follow, CurrentApparentPowerAndTotalsFollowFromThePowerOfAPhase) {
  const Set it = set({{Q::kPowerImportL1, 7'400'000}});
  EXPECT_THAT(it.said, IsEmpty());
  EXPECT_EQ(it[Q::kCurrentL1], 32'174) << "7400 W / 230 V";
  EXPECT_EQ(it[Q::kApparentPowerImportL1], 7'400'000);
  EXPECT_EQ(it[Q::kFactorL1], 1000);
  EXPECT_EQ(it[Q::kPowerImport], 7'400'000);
  EXPECT_EQ(it[Q::kPowerNet], 7'400'000);
  EXPECT_EQ(it[Q::kPowerAbsolute], 7'400'000);
  EXPECT_EQ(it[Q::kApparentPowerImport], 7'400'000);
  EXPECT_EQ(it[Q::kCurrentMax], 32'174);
  EXPECT_EQ(it[Q::kCurrentSum], 32'174);
  EXPECT_EQ(it[Q::kVoltageMax], 230'000);
  test::expect_voltage_times_current(it.state, "");
}

TEST(Follow, ReactivePowerCountsIn) {
  // 3, 4, 5.
  const Set it = set({{Q::kPowerImportL2, 3'000'000}, {Q::kReactivePowerExportL2, 4'000'000}});
  EXPECT_THAT(it.said, IsEmpty());
  EXPECT_EQ(it[Q::kApparentPowerImportL2], 5'000'000);
  EXPECT_EQ(it[Q::kCurrentL2], 21'739);
  EXPECT_EQ(it[Q::kFactorL2], 600);
  EXPECT_EQ(it[Q::kReactivePowerExport], 4'000'000);
  EXPECT_EQ(it[Q::kReactivePowerQ4], 4'000'000);
  EXPECT_EQ(it[Q::kReactivePowerQ1], 0);
}

TEST(Follow, ATotalGoesEvenlyToThePhases) {
  const Set it = set({{Q::kPowerImport, 6'900'001}});
  EXPECT_THAT(it.said, IsEmpty());
  EXPECT_EQ(it[Q::kPowerImportL1], 2'300'001);
  EXPECT_EQ(it[Q::kPowerImportL2], 2'300'000);
  EXPECT_EQ(it[Q::kPowerImportL3], 2'300'000);
  EXPECT_EQ(it[Q::kCurrentL3], 10'000);
  EXPECT_EQ(it[Q::kPowerImport], 6'900'001);
}

TEST(Follow, ATotalGoesToTheOnePhase) {
  const Set it = set({{Q::kPowerExport, 2'300'000}}, "iskra-am550-1p");
  EXPECT_EQ(it[Q::kPowerExportL1], 2'300'000);
  EXPECT_EQ(it[Q::kCurrentL1], 10'000);
  EXPECT_EQ(it[Q::kPowerExportL2], 0);
  EXPECT_EQ(it[Q::kPowerImport], 0);
}

TEST(Follow, WhatATotalLeavesGoesToThePhasesThatAreNotSet) {
  MeterState before;
  before[Q::kPowerImportL2] = 120'000;
  const Set it =
      set({{Q::kPowerImport, 7'400'000}, {Q::kPowerImportL1, 7'000'000}}, "eso-maximum", before);
  EXPECT_THAT(it.said, IsEmpty());
  EXPECT_EQ(it[Q::kPowerImportL2], 200'000);
  EXPECT_EQ(it[Q::kPowerImportL3], 200'000);
}

TEST(Follow, OtherPhasesStayWithoutATotal) {
  MeterState before;
  before[Q::kPowerImportL2] = 120'000;
  const Set it = set({{Q::kPowerExportL1, 1'000'000}}, "eso-maximum", before);
  EXPECT_EQ(it[Q::kPowerImportL2], 120'000);
  EXPECT_EQ(it[Q::kPowerExport], 880'000);
  EXPECT_EQ(it[Q::kPowerImport], 0);
}

TEST(Follow, WhatIsSetTakesThePlaceOfTheOtherDirection) {
  MeterState before;
  before[Q::kPowerExportL1] = 500'000;
  EXPECT_EQ(set({{Q::kPowerImportL1, 700'000}}, "eso-maximum", before)[Q::kPowerExportL1], 0);
  EXPECT_EQ(set({{Q::kPowerImportL1, 0}}, "eso-maximum", before)[Q::kPowerExportL1], 500'000);
}

TEST(Follow, CurrentFollowsFromTheVoltage) {
  MeterState before;
  before[Q::kPowerImportL1] = 2'300'000;
  before[Q::kPowerImport] = 2'345'000;  // of a moment later
  const Set it = set({{Q::kVoltageL1, 200'000}}, "eso-maximum", before);
  EXPECT_EQ(it[Q::kCurrentL1], 11'500);
  EXPECT_EQ(it[Q::kPowerImport], 2'345'000) << "no power was set";
  EXPECT_EQ(it[Q::kVoltageMax], 230'000);
}

TEST(Follow, NothingFollowsFromTexts) {
  MeterState before;
  before[Q::kPowerImport] = 5;
  const Set it = set({{Q::kFailuresShort, 3}}, "eso-maximum", before);
  EXPECT_EQ(it[Q::kPowerImport], 5);
  EXPECT_THAT(it.said, IsEmpty());
}

TEST(Follow, AnOpenBreakerLetsNothingThrough) {
  MeterState before;
  before[Q::kPowerImportL1] = before[Q::kPowerImport] = 230'000;
  before[Q::kCurrentL1] = 1000;
  const Set open = set({{Q::kBreaker, 0}}, "kaifa-ma304", before);
  EXPECT_EQ(open[Q::kPowerImport], 0);
  EXPECT_EQ(open[Q::kPowerImportL1], 0);
  EXPECT_EQ(open[Q::kCurrentL1], 0);
  EXPECT_EQ(set({{Q::kBreaker, 1}}, "kaifa-ma304", before)[Q::kCurrentL1], 1000);
}

TEST(Follow, SaysWhatDoesNotFollow) {
  const Set current = set({{Q::kCurrentL1, 20'000}});
  EXPECT_EQ(current[Q::kCurrentL1], 20'000) << "it is printed as it is set";
  EXPECT_THAT(current.said,
              ElementsAre("current.l1 is set to 20 A, but 0 A follows from the power and the "
                          "voltage of its phase"));
  EXPECT_THAT(set({{Q::kPowerImportL1, 7'400'000}, {Q::kCurrentL1, 32'000}}).said, IsEmpty())
      << "32.174 A print 032";
  EXPECT_THAT(set({{Q::kPowerImportL1, 7'400'000}, {Q::kCurrentL1, 25'000}}).said,
              ElementsAre(HasSubstr("but 32.174 A follows")));
  EXPECT_THAT(set({{Q::kPowerImportL1, 2'000'000},
                   {Q::kPowerImportL2, 2'000'000},
                   {Q::kPowerImportL3, 2'000'000},
                   {Q::kPowerImport, 5'500'000}},
                  "iskra-am550")
                  .said,
              ElementsAre("power.import is set to 5.5 kW, but 6 kW follows from the phases"));
  EXPECT_THAT(set({{Q::kPowerImportL1, 333'000},
                   {Q::kPowerImportL2, 333'000},
                   {Q::kPowerImportL3, 333'000},
                   {Q::kPowerImport, 1'000'000}},
                  "iskra-am550")
                  .said,
              IsEmpty())
      << "what a meter prints is rounded";
  EXPECT_THAT(set({{Q::kFactorL1, 500}}).said, ElementsAre(HasSubstr("factor.l1 is set to 0.5")));
  EXPECT_THAT(set({{Q::kPowerImportL1, 1'000'000}, {Q::kVoltageL1, 0}}).said,
              ElementsAre("current.l1 cannot be derived: there is no voltage"));
}

TEST(Follow, RegistersOfTariffsMakeTheTotal) {
  constexpr std::int64_t kWattHour = 3'600'000;
  MeterState before;
  before[Q::kEnergyImport] = 3000 * kWattHour;
  before[Q::kEnergyImportT1] = 1000 * kWattHour;
  before[Q::kEnergyImportT2] = 2000 * kWattHour;
  before[Q::kEnergyAbsolute] = 3000 * kWattHour;
  const Set tariff = set({{Q::kEnergyImportT2, 2500 * kWattHour}}, "eso-maximum", before);
  EXPECT_EQ(tariff[Q::kEnergyImport], 3500 * kWattHour);
  EXPECT_EQ(tariff[Q::kEnergyAbsolute], 3500 * kWattHour);
  EXPECT_THAT(tariff.said, IsEmpty());
  EXPECT_THAT(set({{Q::kEnergyImport, 3100 * kWattHour}}, "eso-maximum", before).said,
              ElementsAre("energy.import is set to 3.1 kWh, but 3 kWh follows from its tariffs"));
  // Where they did not add up before, they need not.
  before[Q::kEnergyImport] = 7 * kWattHour;
  const Set apart = set({{Q::kEnergyImport, 8 * kWattHour}}, "eso-maximum", before);
  EXPECT_THAT(apart.said, IsEmpty());
  EXPECT_EQ(set({{Q::kEnergyImportT1, 1100 * kWattHour}}, "eso-maximum", before)[Q::kEnergyImport],
            107 * kWattHour);
}

// What a profile can print, and more, gives nothing that overflows.
TEST(Follow, TheLargestValuesStayInRange) {
  for (const std::int64_t power : {100'000'000'000'000L, INT64_MAX, -INT64_MAX}) {
    for (const Q quantity : {Q::kPowerImportL1, Q::kPowerExportL3, Q::kReactivePowerImportL2,
                             Q::kPowerImport, Q::kPowerNet, Q::kReactivePowerQ3}) {
      const Set it = set({{quantity, power}, {Q::kVoltageL1, 1}}, "eso-maximum-kv");
      EXPECT_GE(it[Q::kCurrentL1], 0) << row_of(quantity).name;
      EXPECT_GE(it[Q::kApparentPowerImport] + it[Q::kApparentPowerExport], 99'000'000'000'000)
          << row_of(quantity).name << " " << power;
    }
  }
}

}  // namespace
}  // namespace p1rig::follow_test
