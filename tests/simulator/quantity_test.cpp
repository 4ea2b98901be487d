#include "simulator/quantity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace p1rig::quantity_test {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kWattHour = 3'600'000;  // mW s

Result<std::int64_t> value_of(std::string_view name, std::string_view text) {
  const QuantityRow* row = find_quantity(name);
  EXPECT_NE(row, nullptr) << name;
  return row == nullptr ? fail("no such row") : parse_quantity_value(*row, text);
}

std::string why_not(std::string_view name, std::string_view text) {
  const auto value = value_of(name, text);
  EXPECT_FALSE(value) << name << " = " << text;
  return value ? "" : value.error().message;
}

TEST(Quantity, EachRowIsFoundByItsName) {
  std::set<std::string_view> names;
  for (const QuantityRow& row : quantities()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " stands twice";
    EXPECT_EQ(find_quantity(row.name), &row);
    EXPECT_EQ(&row_of(row.id), &row);
    EXPECT_FALSE(row.meaning.empty()) << row.name;
  }
  EXPECT_EQ(find_quantity("power"), nullptr);
  EXPECT_EQ(find_quantity("Power.import"), nullptr);
}

TEST(Quantity, CustomaryUnitsAreOfTheirDimension) {
  for (const QuantityRow& row : quantities()) {
    if (row.unit.empty()) {
      EXPECT_EQ(row.dimension, Dimension::kNone) << row.name;
      continue;
    }
    const auto unit = find_unit(row.unit);
    ASSERT_TRUE(unit) << row.name;
    EXPECT_EQ(unit->dimension, row.dimension) << row.name;
  }
}

TEST(Quantity, EnergiesCountMilliwattSeconds) {
  EXPECT_EQ(value_of("energy.import.t1", "1581.123 kWh"), 1'581'123 * kWattHour);
  EXPECT_EQ(value_of("energy.import.t1", "1581123 Wh"), 1'581'123 * kWattHour);
  EXPECT_EQ(value_of("energy.import.t1", "1.581123 MWh"), 1'581'123 * kWattHour);
  EXPECT_EQ(value_of("energy.import.t1", "001581.123 kWh"), 1'581'123 * kWattHour);
  EXPECT_EQ(value_of("reactive.q4", "0.001 kvarh"), kWattHour);
  EXPECT_EQ(value_of("reactive.q4", "0.001 kVArh"), kWattHour) << "as SE-P1 2.0 spells it";
}

TEST(Quantity, InstantaneousValuesCountThousandths) {
  EXPECT_EQ(value_of("power.import", "16.1 kW"), 16'100'000);
  EXPECT_EQ(value_of("power.import", "525 W"), 525'000);
  EXPECT_EQ(value_of("power.net", "-1.5 kW"), -1'500'000);
  EXPECT_EQ(value_of("reactive_power.q1", "0.078 kvar"), 78'000);
  EXPECT_EQ(value_of("apparent_power.import", "0.532 kVA"), 532'000);
  EXPECT_EQ(value_of("voltage.l1", "230.1 V"), 230'100);
  EXPECT_EQ(value_of("voltage.l1", "0.2301 kV"), 230'100);
  EXPECT_EQ(value_of("current.l1", "1.42 A"), 1'420);
  EXPECT_EQ(value_of("current.l1", "0.00142 kA"), 1'420);
  EXPECT_EQ(value_of("frequency", "49.98 Hz"), 49'980);
  EXPECT_EQ(value_of("frequency", "0.04998 kHz"), 49'980);
  EXPECT_EQ(value_of("factor", "0.998"), 998);
  EXPECT_EQ(value_of("factor", "-1"), -1000);
  EXPECT_EQ(value_of("demand.period", "900 s"), 900);
}

TEST(Quantity, CodesAndCountersCountOnes) {
  EXPECT_EQ(value_of("tariff", "2"), 2);
  EXPECT_EQ(value_of("tariff", "0002"), 2);
  EXPECT_EQ(value_of("tariff", "2.0"), 2);
  EXPECT_EQ(value_of("failures.long", "17"), 17);
  EXPECT_EQ(value_of("sags.l1.duration", "31 s"), 31);
}

TEST(Quantity, ReadingsOfTheMedia) {
  const auto reading = [](Dimension dimension, std::string_view unit, std::string_view text) {
    return parse_state_value(dimension, QuantityKind::kRegister, unit, text);
  };
  EXPECT_EQ(reading(Dimension::kVolume, "m3", "12785.123 m3"), 12'785'123'000);
  EXPECT_EQ(reading(Dimension::kHeat, "GJ", "1.5 GJ"), 1'500'000'000);
  EXPECT_EQ(reading(Dimension::kActiveEnergy, "kWh", "1.5 kWh"), 1500 * kWattHour);
  EXPECT_FALSE(reading(Dimension::kHeat, "GJ", "1.5 m3"));
}

TEST(Quantity, TheUnitMustFit) {
  EXPECT_EQ(why_not("power.import", "1.5 kWh"),
            "\"1.5 kWh\" has the wrong unit or none: expected a number and a unit, such as "
            "\"1.5 kW\"");
  EXPECT_THAT(why_not("power.import", "1.5"), HasSubstr("wrong unit or none"));
  EXPECT_THAT(why_not("power.import", "1.5  kW"), HasSubstr("wrong unit or none"));
  EXPECT_THAT(why_not("power.import", "1.5 kW "), HasSubstr("wrong unit or none"));
  EXPECT_THAT(why_not("tariff", "2 kWh"), HasSubstr("expected a number"));
}

TEST(Quantity, WhatIsNoNumberIsRefused) {
  for (const char* text : {"", " ", "kW", "1,5 kW", "+1.5 kW", "1.5kW", ".5 kW", "5. kW", "1e3 kW",
                           "0x10 kW", "--1 kW", "1234567890123456789 kW"}) {
    EXPECT_THAT(why_not("power.import", text), HasSubstr("is not a value")) << text;
  }
}

TEST(Quantity, ValuesAreExactOrRefused) {
  EXPECT_EQ(value_of("power.import", "0.000001 kW"), 1);
  EXPECT_THAT(why_not("power.import", "0.0000001 kW"),
              HasSubstr("more precise than the meter counts"));
  EXPECT_EQ(value_of("power.import", "0.0000010 kW"), 1) << "a trailing zero is no finer";
  EXPECT_THAT(why_not("tariff", "1.5"), HasSubstr("more precise than the meter counts"));
  // 1 Wh is 3,600,000 units, so a millionth of it is 3.6 and a 100,000th is 36.
  EXPECT_EQ(value_of("energy.import", "0.00001 Wh"), 36);
  EXPECT_THAT(why_not("energy.import", "0.000001 Wh"),
              HasSubstr("more precise than the meter counts"));
}

TEST(Quantity, TooLargeIsRefused) {
  // 2^63 - 1 mW s are 2,562,047,788.015 kWh.
  EXPECT_EQ(value_of("energy.import", "2562047788.015 kWh"), 2'562'047'788'015 * kWattHour);
  EXPECT_THAT(why_not("energy.import", "2562047788.016 kWh"), HasSubstr("is too large"));
  EXPECT_THAT(why_not("energy.import", "999999999999999999 MWh"), HasSubstr("is too large"));
  EXPECT_THAT(why_not("power.import", "999999999999999999 kW"), HasSubstr("is too large"));
}

}  // namespace
}  // namespace p1rig::quantity_test
