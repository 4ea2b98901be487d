#include "protocol/decimal.h"

#include <gtest/gtest.h>

#include "tests/protocol/xorshift.h"

namespace p1rig::decimal_test {
namespace {

Decimal decimal(std::string_view text) {
  const auto number = parse_decimal(text);
  EXPECT_TRUE(number) << text;
  return number.value_or(Decimal{});
}

TEST(Decimal, RemembersHowItWasWritten) {
  EXPECT_EQ(parse_decimal("01.193"),
            (Decimal{.digits = 1193, .decimals = 3, .width = 5, .minus = false}));
  EXPECT_EQ(parse_decimal("-063"),
            (Decimal{.digits = -63, .decimals = 0, .width = 3, .minus = true}));
  EXPECT_EQ(parse_decimal("-0.000"),
            (Decimal{.digits = 0, .decimals = 3, .width = 4, .minus = true}));
  EXPECT_EQ(parse_decimal("0"), (Decimal{.digits = 0, .decimals = 0, .width = 1, .minus = false}));
}

TEST(Decimal, HoldsEighteenDigits) {
  EXPECT_EQ(decimal("999999999999999999").digits, 999999999999999999);
  EXPECT_EQ(decimal("-0.00000000000000001").digits, -1);
  EXPECT_FALSE(parse_decimal("1000000000000000000"));
  EXPECT_FALSE(parse_decimal("0.000000000000000001"));
}

TEST(Decimal, IsNothingElse) {
  for (const char* text : {"", "-", ".", "1.", ".5", "-.5", "+1", "--1", "1-", "1.2.3", "1,5", " 1",
                           "1 ", "0x1", "1e3", "1*kW"}) {
    EXPECT_FALSE(parse_decimal(text)) << text;
  }
}

TEST(Decimal, PrintsAsItWasWritten) {
  for (const char* text :
       {"123456.789", "01.193", "-063", "001", "0000000240", "-1.000", "-0", "0"}) {
    EXPECT_EQ(to_string(decimal(text)), text);
  }
}

TEST(Decimal, ReadsWhatItPrints) {
  test::Xorshift random(2);
  for (int i = 0; i < 5000; ++i) {
    const std::size_t width = 1 + random.below(18);
    std::string text = random.text("0123456789", width);
    if (const std::size_t decimals = random.below(width); decimals > 0) {
      text.insert(width - decimals, 1, '.');
    }
    if (random.below(4) == 0) text.insert(0, 1, '-');
    EXPECT_EQ(to_string(decimal(text)), text);
  }
}

TEST(Decimal, PlainFormDropsLeadingZerosOnly) {
  EXPECT_EQ(to_plain_string(decimal("01.190")), "1.190");
  EXPECT_EQ(to_plain_string(decimal("00.193")), "0.193");
  EXPECT_EQ(to_plain_string(decimal("-00.024")), "-0.024");
  EXPECT_EQ(to_plain_string(decimal("000")), "0");
  EXPECT_EQ(to_plain_string(decimal("0000000240")), "240");
}

TEST(Decimal, ComparesValuesNotSpellings) {
  const auto compare = [](std::string_view a, std::string_view b) {
    return compare_values(decimal(a), decimal(b));
  };
  EXPECT_EQ(compare("00.193", "0.193"), 0);
  EXPECT_EQ(compare("1.5", "1.50"), 0);
  EXPECT_EQ(compare("-0", "0.000"), 0);
  EXPECT_EQ(compare("1.19", "1.2"), -1);
  EXPECT_EQ(compare("-1.19", "-1.2"), 1);
  EXPECT_EQ(compare("-0.5", "0"), -1);
  EXPECT_EQ(compare("-0.9", "-1"), 1);
  EXPECT_EQ(compare("2", "-3"), 1);
  EXPECT_EQ(compare("999999999999999999", "9.99999999999999999"), 1);
  EXPECT_EQ(compare("0.00000000000000001", "0.00000000000000002"), -1);
}

TEST(Decimal, ScalesExactly) {
  const auto scale = [](std::string_view text, int exponent) {
    const auto result = scaled(decimal(text), exponent);
    return result ? to_plain_string(*result) : "nothing";
  };
  EXPECT_EQ(scale("1.193", 3), "1193");
  EXPECT_EQ(scale("1.193", 2), "119.3");
  EXPECT_EQ(scale("1.193", 5), "119300");
  EXPECT_EQ(scale("01219311.383", -3), "1219.311383");
  EXPECT_EQ(scale("-063", -3), "-0.063");
  EXPECT_EQ(scale("5", 0), "5");
  EXPECT_EQ(scale("12", 16), "120000000000000000");
  EXPECT_EQ(scale("12", 17), "nothing");
  EXPECT_EQ(scale("1", -17), "0.00000000000000001");
  EXPECT_EQ(scale("1", -18), "nothing");
  EXPECT_EQ(scale("10", -18), "0.00000000000000001") << "a trailing zero gives way";
}

TEST(Decimal, ZeroScalesToZeroHoweverFar) {
  for (const int exponent : {-100, -18, 18, 100}) {
    const auto zero = scaled(decimal("000.00"), exponent);
    ASSERT_TRUE(zero) << exponent;
    EXPECT_EQ(compare_values(*zero, decimal("0")), 0);
    EXPECT_TRUE(parse_decimal(to_string(*zero))) << to_string(*zero);
  }
}

TEST(Decimal, ScalingThereAndBackKeepsTheValue) {
  test::Xorshift random(3);
  for (int i = 0; i < 2000; ++i) {
    const Decimal number =
        decimal(random.text("0123456789", 5) + "." + random.text("0123456789", 3));
    const int exponent = static_cast<int>(random.below(17)) - 8;
    const auto there = scaled(number, exponent);
    ASSERT_TRUE(there);
    const auto back = scaled(*there, -exponent);
    ASSERT_TRUE(back);
    EXPECT_EQ(compare_values(*back, number), 0) << to_string(number) << " by " << exponent;
    EXPECT_EQ(parse_decimal(to_string(*there)), there);
  }
}

}  // namespace
}  // namespace p1rig::decimal_test
