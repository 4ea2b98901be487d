#include "protocol/obis.h"

#include <gtest/gtest.h>

#include "tests/protocol/xorshift.h"

namespace p1rig::obis_test {
namespace {

TEST(Obis, ReadsEveryWrittenForm) {
  EXPECT_EQ(parse_obis("1-0:31.7.0"), (WrittenObis{{1, 0, 31, 7, 0}, ObisForm::kPlain}));
  EXPECT_EQ(parse_obis("1-0:31.7.0.255"), (WrittenObis{{1, 0, 31, 7, 0}, ObisForm::kDotSuffix}));
  EXPECT_EQ(parse_obis("1-0:15.7.0*255"), (WrittenObis{{1, 0, 15, 7, 0}, ObisForm::kStarSuffix}));
  EXPECT_EQ(parse_obis("1-0:99:97.0"), (WrittenObis{{1, 0, 99, 97, 0}, ObisForm::kColon}));
  EXPECT_EQ(parse_obis("1-0:72:32.0"), (WrittenObis{{1, 0, 72, 32, 0}, ObisForm::kColon}));
  EXPECT_EQ(parse_obis("0:96.7.19"), (WrittenObis{{0, 0, 96, 7, 19}, ObisForm::kWithoutMedium}));
}

TEST(Obis, HoldsGroupsUpTo255) {
  EXPECT_EQ(parse_obis("255-255:255.255.255")->code, (Obis{255, 255, 255, 255, 255}));
  EXPECT_FALSE(parse_obis("1-0:256.7.0"));
  EXPECT_FALSE(parse_obis("1-0:1.8.1000"));
}

TEST(Obis, IsNoCodeWithAnotherGroupF) {
  EXPECT_FALSE(parse_obis("1-0:1.8.0*1"));
  EXPECT_FALSE(parse_obis("1-0:1.8.0.1"));
  EXPECT_FALSE(parse_obis("1-0:1.8.0*255.255"));
}

TEST(Obis, IsNothingElse) {
  for (const char* text : {"",           "1",          "1-0",        "1-0:",       "1-0:1.8",
                           "1-0:1.8.",   "1-0:1.8.0.", "-0:1.8.0",   "1-:1.8.0",   "1.0:1.8.0",
                           "1-0.1.8.0",  "1-0:1.8:0",  "1-0:1:8:0",  "a-0:1.8.0",  " 1-0:1.8.0",
                           "1-0:1.8.0 ", "1-0:1.8.0(", "01-0:1.8.0", "1-0:1.08.0", "1-0:1.8.0.0255",
                           "72:32.0"}) {
    EXPECT_FALSE(parse_obis(text)) << text;
  }
}

TEST(Obis, PrintsThePlainForm) {
  EXPECT_EQ(to_string(Obis{1, 0, 31, 7, 0}), "1-0:31.7.0");
  EXPECT_EQ(to_string(Obis{0, 4, 24, 2, 255}), "0-4:24.2.255");
}

TEST(Obis, ReadsWhatItPrints) {
  test::Xorshift random(1);
  for (int i = 0; i < 2000; ++i) {
    const auto group = [&random] { return static_cast<std::uint8_t>(random.below(256)); };
    const Obis code{group(), group(), group(), group(), group()};
    EXPECT_EQ(parse_obis(to_string(code)), (WrittenObis{code, ObisForm::kPlain}));
  }
}

TEST(Obis, KnowsTheObjectsOfMbusChannels) {
  EXPECT_TRUE(is_mbus_object({0, 1, 24, 2, 1}));
  EXPECT_TRUE(is_mbus_object({0, 4, 24, 1, 0}));
  EXPECT_TRUE(is_mbus_object({0, 2, 96, 1, 0}));
  EXPECT_FALSE(is_mbus_object({0, 0, 24, 4, 0})) << "the breaker of DSMR-P1 2.2";
  EXPECT_FALSE(is_mbus_object({0, 0, 96, 1, 1})) << "the meter's own identifier";
  EXPECT_FALSE(is_mbus_object({0, 5, 24, 1, 0}));
  EXPECT_FALSE(is_mbus_object({0, 1, 96, 3, 10})) << "a relay of LUX-P1 1.1.3";
  EXPECT_FALSE(is_mbus_object({1, 1, 24, 2, 1}));
}

}  // namespace
}  // namespace p1rig::obis_test
