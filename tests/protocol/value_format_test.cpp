#include "protocol/value_format.h"

#include <gtest/gtest.h>

#include "tests/protocol/xorshift.h"

namespace p1rig::value_format_test {
namespace {

using Kind = ValueFormat::Kind;

bool fits(std::string_view text, std::string_view notation) {
  const auto format = parse_value_format(notation);
  EXPECT_TRUE(format) << notation;
  return format && conforms(text, *format);
}

TEST(ValueFormat, ReadsTheDocumentsNotation) {
  EXPECT_EQ(parse_value_format("F9(3,3)"), (ValueFormat{Kind::kFixed, 9, 3, 3, false}));
  EXPECT_EQ(parse_value_format("F(2,3)"), (ValueFormat{Kind::kFixed, 0, 2, 3, false}));
  EXPECT_EQ(parse_value_format("+F3(0,0)"), (ValueFormat{Kind::kFixed, 3, 0, 0, true}));
  EXPECT_EQ(parse_value_format("I4"), (ValueFormat{Kind::kInteger, 4, 0, 0, false}));
  EXPECT_EQ(parse_value_format("I"), (ValueFormat{Kind::kInteger, 0, 0, 0, false}));
  EXPECT_EQ(parse_value_format("S8"), (ValueFormat{Kind::kString, 8, 0, 0, false}));
  EXPECT_EQ(parse_value_format("S"), (ValueFormat{Kind::kString, 0, 0, 0, false}));
  EXPECT_EQ(parse_value_format("TST"), (ValueFormat{Kind::kTime, 0, 0, 0, false}));
  EXPECT_EQ(parse_value_format("TST12"), (ValueFormat{Kind::kTime12, 0, 0, 0, false}));
  EXPECT_EQ(parse_value_format("TST17"), (ValueFormat{Kind::kTime17, 0, 0, 0, false}));
  EXPECT_EQ(parse_value_format("X"), (ValueFormat{Kind::kHex, 0, 0, 0, false}));
}

TEST(ValueFormat, RefusesEverythingElse) {
  for (const char* notation :
       {"",        "F",       "F9",        "F9(3)",    "F9(3,)",   "F9(,3)",    "F9(4,3)",
        "F3(3,3)", "F0(0,0)", "F9(3,3",    "F9(3,3))", "F9 (3,3)", "F256(0,0)", "+",
        "+I4",     "+S8",     "++F3(0,0)", "I0",       "I4x",      "S0",        "S256",
        "TST13",   "X4",      "x",         "f9(3,3)",  "-F3(0,0)"}) {
    EXPECT_FALSE(parse_value_format(notation)) << notation;
  }
}

TEST(ValueFormat, ReadsWhatItPrints) {
  for (const char* notation : {"F9(3,3)", "F(2,3)", "+F3(0,0)", "+F(3,3)", "F8(0,3)", "I4", "I",
                               "S8", "S", "TST", "TST12", "TST17", "X"}) {
    const auto format = parse_value_format(notation);
    ASSERT_TRUE(format) << notation;
    EXPECT_EQ(to_string(*format), notation);
  }
}

// The examples printed in DSMR-P1 5.0.2 §6.4 and in the telegrams.
TEST(ValueFormat, PrintedValuesConform) {
  EXPECT_TRUE(fits("123456.789", "F9(3,3)"));
  EXPECT_TRUE(fits("01.193", "F5(3,3)"));
  EXPECT_TRUE(fits("220.1", "F4(1,1)"));
  EXPECT_TRUE(fits("001", "F3(0,0)"));
  EXPECT_TRUE(fits("0000000240", "F10(0,0)"));
  EXPECT_TRUE(fits("12785.123", "F8(3,3)"));
  EXPECT_TRUE(fits("0002", "S4"));
  EXPECT_TRUE(fits("1", "I1"));
  EXPECT_TRUE(fits("101209113020W", "TST"));
  EXPECT_TRUE(fits("090212160000", "TST12"));
  EXPECT_TRUE(fits("19-01-01 13:00:00", "TST17"));  // openhab-addons#4485
  EXPECT_FALSE(fits("19-01-01 13:00:00", "TST12"));
  EXPECT_FALSE(fits("19-01-01 13:00:00", "TST"));
  EXPECT_FALSE(fits("190101130000", "TST17"));
  EXPECT_FALSE(fits("190101130000W", "TST17"));
  EXPECT_FALSE(fits("19-01-01-13:00:00", "TST17"));
  EXPECT_TRUE(fits("3031203631203831", "X"));
  EXPECT_TRUE(fits("-063", "+F3(0,0)"));
  EXPECT_TRUE(fits("-1.000", "+F4(3,3)"));
  EXPECT_TRUE(fits("1.000", "+F4(3,3)"));
}

TEST(ValueFormat, FixedWantsItsNumberOfDigits) {
  EXPECT_FALSE(fits("23456.789", "F9(3,3)"));
  EXPECT_FALSE(fits("0123456.789", "F9(3,3)"));
  EXPECT_FALSE(fits("1234567.89", "F9(3,3)"));
  EXPECT_FALSE(fits("123456789", "F9(3,3)"));
  EXPECT_FALSE(fits("00000000301", "F10(0,0)")) << "one duration of the DSMR-P1 4.0 example";
  EXPECT_FALSE(fits("001.", "F3(0,0)"));
  EXPECT_FALSE(fits(".123", "F(3,3)"));
  EXPECT_FALSE(fits("12.34.5", "F5(3,3)"));
  EXPECT_FALSE(fits("-01.193", "F5(3,3)"));
  EXPECT_FALSE(fits("+01.193", "+F5(3,3)"));
  EXPECT_FALSE(fits("", "F(0,0)"));
  EXPECT_FALSE(fits("-", "+F(0,0)"));
}

// DSMR-P1 3.0 §5.4: n digits in all, and the point may stand at several places.
TEST(ValueFormat, DecimalsMayVary) {
  EXPECT_TRUE(fits("12345.678", "F8(0,3)"));
  EXPECT_TRUE(fits("123456.78", "F8(0,3)"));
  EXPECT_TRUE(fits("12345678", "F8(0,3)"));
  EXPECT_FALSE(fits("1234.5678", "F8(0,3)"));
}

TEST(ValueFormat, AnyNumberOfDigits) {
  EXPECT_TRUE(fits("240.860", "F(3,3)"));
  EXPECT_TRUE(fits("0.860", "F(3,3)"));
  EXPECT_FALSE(fits("240.86", "F(3,3)"));
  EXPECT_TRUE(fits("0", "I"));
  EXPECT_TRUE(fits("0123456789012345678901234567890", "I"));
  EXPECT_FALSE(fits("", "I"));
  EXPECT_FALSE(fits("-1", "I"));
}

TEST(ValueFormat, StringsArePrintable) {
  EXPECT_TRUE(fits("", "S"));
  EXPECT_TRUE(fits("TARIFF 1", "S8"));
  EXPECT_FALSE(fits("TARIFF 1", "S7"));
  EXPECT_FALSE(fits("\xFF", "S1"));
  EXPECT_FALSE(fits("\x7F", "S1"));
  EXPECT_FALSE(fits("a\tb", "S"));
}

TEST(ValueFormat, TimesNeedNotExistButNeedTheirLetter) {
  EXPECT_TRUE(fits("632525252525S", "TST"));
  EXPECT_FALSE(fits("632525252525", "TST"));
  EXPECT_FALSE(fits("632525252525S", "TST12"));
}

TEST(ValueFormat, OctetsArePairsOfHexDigitsInEitherCase) {
  EXPECT_TRUE(fits("", "X"));
  EXPECT_TRUE(fits("4b384B", "X"));
  EXPECT_FALSE(fits("4B3", "X"));
  EXPECT_FALSE(fits("4G", "X"));
}

}  // namespace
}  // namespace p1rig::value_format_test
