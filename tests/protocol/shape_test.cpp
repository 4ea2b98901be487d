#include "protocol/shape.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace p1rig::shape_test {
namespace {

using Kind = ShapeMismatch::Kind;

/// The mismatches in short: "format@0 unit@1", empty where the brackets are of the shape.
std::string judge(std::string_view notation, std::initializer_list<std::string_view> brackets) {
  constexpr std::string_view kNames[] = {"count", "format", "unit", "missing-unit", "fixed"};
  const auto shape = parse_shape(notation);
  if (!shape) return shape.error().message;
  std::string text;
  for (const ShapeMismatch& mismatch : match(*shape, {brackets.begin(), brackets.size()})) {
    if (!text.empty()) text += ' ';
    text += std::string(kNames[static_cast<std::size_t>(mismatch.kind)]) + '@' +
            std::to_string(mismatch.field);
  }
  return text;
}

TEST(Shape, OneValueWithItsUnit) {
  EXPECT_EQ(judge("(F9(3,3)*kWh)", {"123456.789*kWh"}), "");
  EXPECT_EQ(judge("(F9(3,3)*kWh)", {"12345.678*kWh"}), "format@0");
  EXPECT_EQ(judge("(F9(3,3)*kWh)", {"123456.789*Wh"}), "unit@0");
  EXPECT_EQ(judge("(F9(3,3)*kWh)", {"123456.789*kwh"}), "unit@0") << "exactly as printed";
  EXPECT_EQ(judge("(F9(3,3)*kWh)", {"123456.789"}), "missing-unit@0");
  EXPECT_EQ(judge("(F9(3,3)*kWh)", {"12345.678*Wh"}), "format@0") << "the first mismatch only";
}

TEST(Shape, NoUnitWhereNoneMayStand) {
  EXPECT_EQ(judge("(F3(0,0))", {"003"}), "");
  EXPECT_EQ(judge("(F3(0,0))", {"003*A"}), "unit@0");
  EXPECT_EQ(judge("(S)", {"a*b"}), "") << "a star is a character of a text";
}

TEST(Shape, AlternativesOfFormatAndUnit) {
  const std::string_view gas = "(TST)(F8(3,3)|F8(2,2)*m3)";
  EXPECT_EQ(judge(gas, {"101209112500W", "12785.123*m3"}), "");
  EXPECT_EQ(judge(gas, {"101209112500W", "012785.12*m3"}), "");
  EXPECT_EQ(judge(gas, {"101209112500", "12785.1*m3"}), "format@0 format@1");
  EXPECT_EQ(judge("(F5(3,3)*kW|kVA)", {"01.193*kVA"}), "");
  EXPECT_EQ(judge("(F5(3,3)*kW|kVA)", {"01.193*kvar"}), "unit@0");
}

// The power failure log (DSMR-P1 5.0.2 §6.11).
TEST(Shape, RepeatedGroup) {
  const std::string_view log = "(I1)(=0-0:96.7.19){(TST)(F10(0,0)*s)}";
  EXPECT_EQ(judge(log, {"0", "0-0:96.7.19"}), "");
  EXPECT_EQ(judge(log, {"2", "0-0:96.7.19", "101208152415W", "0000000240*s", "101208151004W",
                        "0000000301*s"}),
            "");
  EXPECT_EQ(judge(log, {"1", "0-0:96.7.19", "101208152415W"}), "count@3");
  EXPECT_EQ(judge(log, {"1", "0:96.7.19", "101208152415W", "00000000301*s"}), "fixed@1 format@3");
  EXPECT_EQ(judge(log, {""}), "format@0 count@1") << "1-0:99.97.0() of some meters";
}

TEST(Shape, RepeatedGroupAlone) {
  EXPECT_EQ(judge("{(X)}", {}), "");
  EXPECT_EQ(judge("{(X)}", {"00", "0"}), "format@1");
}

TEST(Shape, TooFewAndTooMany) {
  EXPECT_EQ(judge("(I1)(I2)", {"1"}), "count@1");
  EXPECT_EQ(judge("(I1)", {"1", "2", "3"}), "count@1");
  EXPECT_EQ(judge("(I1)", {}), "count@0");
}

TEST(Shape, OctetsMayBeNone) {
  EXPECT_EQ(judge("(X)", {""}), "");
  EXPECT_EQ(judge("(=)", {""}), "");
  EXPECT_EQ(judge("(=)", {"0"}), "fixed@0");
}

TEST(Shape, SaysWhatWasExpected) {
  const auto shape = parse_shape("(F8(3,3)|F8(2,2)*m3|GJ)(=m3)");
  ASSERT_TRUE(shape);
  const std::vector<std::string_view> brackets = {"1*m3"};
  const auto mismatches = match(*shape, brackets);
  ASSERT_EQ(mismatches.size(), 2U);
  EXPECT_EQ(mismatches[0].expected, "F8(3,3) or F8(2,2)");
  EXPECT_EQ(mismatches[1].expected, "another bracket: \"m3\"");
}

TEST(Shape, RefusesOtherNotations) {
  for (const char* notation :
       {"", "F9(3,3)", "()", "(F9(3,3)", "(F9(3,3)*)", "(F9(3,3)*kW|)", "(F9(3,3)|)", "(Q)", "{}",
        "{(TST)", "(I1)}", "(I1){(I1)}(I1)", "(I1) (I1)", "(I1)x", "(F9(3,3)*k(W)"}) {
    EXPECT_FALSE(parse_shape(notation)) << notation;
  }
}

TEST(Shape, ErrorNamesThePlace) {
  const auto shape = parse_shape("(I1)(Q)");
  ASSERT_FALSE(shape);
  EXPECT_EQ(shape.error().message,
            "shape \"(I1)(Q)\", character 5: expected a format such as F9(3,3), I4, S8, TST or X, "
            "not \"Q\"");
}

}  // namespace
}  // namespace p1rig::shape_test
