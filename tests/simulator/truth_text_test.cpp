#include "simulator/truth_text.h"

#include <gtest/gtest.h>

namespace p1rig::truth_text_test {
namespace {

using Kind = TruthField::Kind;
using std::chrono::hours;
using std::chrono::sys_days;
using std::chrono::year;

Zone amsterdam() { return *Zone::find("Europe/Amsterdam"); }

std::string number_text(std::int64_t digits, int decimals, const std::string& unit) {
  TruthField field;
  field.kind = Kind::kNumber;
  field.digits = digits;
  field.decimals = decimals;
  field.unit = unit;
  return truth_text(field, amsterdam());
}

std::string time_text(std::chrono::sys_seconds instant) {
  TruthField field;
  field.kind = Kind::kTime;
  field.instant = instant;
  return truth_text(field, amsterdam());
}

TEST(TruthText, KeepsTheZerosOfANumber) {
  EXPECT_EQ(number_text(1500, 3, "kW"), "1.500 kW");
  EXPECT_EQ(number_text(4, 0, ""), "4");
}

TEST(TruthText, PutsTheSignBeforeTheNumber) { EXPECT_EQ(number_text(-63, 1, "A"), "-6.3 A"); }

// The switch of 2026 is on 29 March at 01:00 UTC.
TEST(TruthText, TellsTheOffsetOfTheSeason) {
  const auto spring = sys_days{year{2026} / 3 / 29};
  EXPECT_EQ(time_text(spring), "2026-03-29T01:00:00+01:00");
  EXPECT_EQ(time_text(spring + hours{1}), "2026-03-29T03:00:00+02:00");
}

TEST(TruthText, IsEmptyForNoValueAlone) {
  TruthField field;
  field.text = "0002";
  EXPECT_EQ(truth_text(field, amsterdam()), "0002");
  field.kind = Kind::kUnset;
  EXPECT_EQ(truth_text(field, amsterdam()), "");
}

}  // namespace
}  // namespace p1rig::truth_text_test
