#include "protocol/unit.h"

#include <gtest/gtest.h>

namespace p1rig::unit_test {
namespace {

TEST(Unit, KnowsDimensionAndPrefix) {
  const auto energy = find_unit("kWh");
  ASSERT_TRUE(energy);
  EXPECT_EQ(energy->dimension, Dimension::kActiveEnergy);
  EXPECT_EQ(energy->exponent, 3);
  const auto heat = find_unit("GJ");
  ASSERT_TRUE(heat);
  EXPECT_EQ(heat->dimension, Dimension::kHeat);
  EXPECT_EQ(heat->exponent, 9);
  const auto gas = find_unit("m3");
  ASSERT_TRUE(gas);
  EXPECT_EQ(gas->dimension, Dimension::kVolume);
  EXPECT_EQ(gas->exponent, 0);
}

// Sweden prints kVArh and kVAr where the Netherlands and Luxembourg print kvarh and kvar.
TEST(Unit, TakesUpperAndLowerCaseAlike) {
  for (const char* spelling : {"kvarh", "kVArh", "kVarh", "KVARH"}) {
    const auto unit = find_unit(spelling);
    ASSERT_TRUE(unit) << spelling;
    EXPECT_EQ(unit->spelling, "kvarh");
    EXPECT_EQ(unit->dimension, Dimension::kReactiveEnergy);
  }
}

TEST(Unit, TellsActiveReactiveAndApparentApart) {
  EXPECT_EQ(find_unit("W")->dimension, Dimension::kActivePower);
  EXPECT_EQ(find_unit("VAr")->dimension, Dimension::kReactivePower);
  EXPECT_EQ(find_unit("VA")->dimension, Dimension::kApparentPower);
  EXPECT_EQ(find_unit("V")->dimension, Dimension::kVoltage);
  EXPECT_EQ(find_unit("A")->dimension, Dimension::kCurrent);
}

TEST(Unit, IsNothingForOtherText) {
  for (const char* text : {"", "k", "kW ", " kW", "kWhh", "m\xC2\xB3", "%"}) {
    EXPECT_FALSE(find_unit(text)) << text;
  }
}

}  // namespace
}  // namespace p1rig::unit_test
