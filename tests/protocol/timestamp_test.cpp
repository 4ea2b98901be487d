#include "protocol/timestamp.h"

#include <gtest/gtest.h>

#include "tests/protocol/xorshift.h"

namespace p1rig::timestamp_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::year;

constexpr std::chrono::minutes kNetherlands = 1h;
constexpr std::chrono::minutes kLithuania = 2h;

Timestamp timestamp(std::string_view text) {
  const auto time = parse_timestamp(text);
  EXPECT_TRUE(time) << text;
  return time.value_or(Timestamp{});
}

TEST(Timestamp, ReadsTwelveDigitsAndTheLetter) {
  EXPECT_EQ(parse_timestamp("101209113020W"), (Timestamp{10, 12, 9, 11, 30, 20, 'W'}));
  EXPECT_EQ(parse_timestamp("200706104157S"), (Timestamp{20, 7, 6, 10, 41, 57, 'S'}));
  EXPECT_EQ(parse_timestamp("090212160000"), (Timestamp{9, 2, 12, 16, 0, 0, '\0'}));
}

TEST(Timestamp, ReadsAndPrintsSeparators) {
  const Timestamp time{19, 1, 31, 13, 5, 59, '\0'};
  EXPECT_EQ(parse_timestamp("19-01-31 13:05:59"), time);
  EXPECT_EQ(to_dashed_string(time), "19-01-31 13:05:59");
  for (const char* other : {"19-01-31T13:05:59", "19-01-31 13:05:5", "19-01-31 13:05:5a",
                            "19:01:31 13:05:59", "19-01-31 13:05:59W", "a9-01-31 13:05:59"}) {
    EXPECT_FALSE(parse_timestamp(other)) << other;
  }
}

TEST(Timestamp, IsNothingElse) {
  for (const char* text : {"", "W", "10120911302", "10120911302W", "1012091130200", "101209113020X",
                           "101209113020w", "101209113020WW", "10120911302 W", "-01209113020W"}) {
    EXPECT_FALSE(parse_timestamp(text)) << text;
  }
}

TEST(Timestamp, PrintsWhatItRead) {
  test::Xorshift random(4);
  for (int i = 0; i < 2000; ++i) {
    std::string text = random.text("0123456789", 12);
    if (const char letter = random.one_of("SW "); letter != ' ') text += letter;
    EXPECT_EQ(to_string(timestamp(text)), text);
  }
}

TEST(Timestamp, KnowsTheCalendar) {
  EXPECT_TRUE(is_calendar_time(timestamp("240229235959W")));
  EXPECT_FALSE(is_calendar_time(timestamp("230229000000W")));
  EXPECT_FALSE(is_calendar_time(timestamp("230001000000W")));
  EXPECT_FALSE(is_calendar_time(timestamp("231301000000W")));
  EXPECT_FALSE(is_calendar_time(timestamp("230100000000W")));
  EXPECT_FALSE(is_calendar_time(timestamp("230101240000W")));
  EXPECT_FALSE(is_calendar_time(timestamp("230101006000W")));
  EXPECT_FALSE(is_calendar_time(timestamp("230101000060W")));
}

// 632525252525S stands in LUX-P1 1.1.3, appendix A; the others were sent by Dutch meters
// (dsmr-reader#778, #811).
TEST(Timestamp, KnowsTheStampsOfClocksThatWereNeverSet) {
  EXPECT_TRUE(is_unset(timestamp("632525252525S")));
  EXPECT_TRUE(is_unset(timestamp("700101010000W")));
  EXPECT_TRUE(is_unset(timestamp("000101000000W")));
  EXPECT_TRUE(is_unset(timestamp("000101000001W")));
  EXPECT_TRUE(is_unset(timestamp("230229000000W")));
  EXPECT_FALSE(is_unset(timestamp("000102000000W")));
  EXPECT_FALSE(is_unset(timestamp("700102000000W")));
  EXPECT_FALSE(is_unset(timestamp("230101000000W")));
  EXPECT_FALSE(is_unset(timestamp("101209113020W")));
}

TEST(Timestamp, LetterGivesTheOffset) {
  EXPECT_EQ(to_instant(timestamp("101209113020W"), kNetherlands),
            sys_days(year(2010) / 12 / 9) + 10h + 30min + 20s);
  EXPECT_EQ(to_instant(timestamp("200706104157S"), kNetherlands),
            sys_days(year(2020) / 7 / 6) + 8h + 41min + 57s);
  EXPECT_EQ(to_instant(timestamp("240214101855W"), kLithuania),
            sys_days(year(2024) / 2 / 14) + 8h + 18min + 55s);
  EXPECT_EQ(to_instant(timestamp("090212160000"), kNetherlands),
            sys_days(year(2009) / 2 / 12) + 15h)
      << "without a letter: standard time";
  EXPECT_EQ(to_instant(timestamp("210729140950W"), kNetherlands),
            sys_days(year(2021) / 7 / 29) + 13h + 9min + 50s)
      << "Sweden has standard time all year";
}

TEST(Timestamp, FoldHourIsToldApartByTheLetter) {
  EXPECT_EQ(to_instant(timestamp("261025023000S"), kNetherlands),
            sys_days(year(2026) / 10 / 25) + 30min);
  EXPECT_EQ(to_instant(timestamp("261025023000W"), kNetherlands),
            sys_days(year(2026) / 10 / 25) + 1h + 30min);
}

TEST(Timestamp, SpringGapIsOneSecond) {
  const auto before = to_instant(timestamp("260329015959W"), kNetherlands);
  const auto after = to_instant(timestamp("260329030000S"), kNetherlands);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(*after - *before, 1s);
}

TEST(Timestamp, UnsetHasNoInstant) {
  EXPECT_FALSE(to_instant(timestamp("632525252525S"), kNetherlands));
  EXPECT_FALSE(to_instant(timestamp("000101000000W"), kNetherlands));
}

TEST(Timestamp, PrintsIso8601) {
  EXPECT_EQ(to_iso_string(timestamp("101209113020W"), kNetherlands), "2010-12-09T11:30:20+01:00");
  EXPECT_EQ(to_iso_string(timestamp("200706104157S"), kNetherlands), "2020-07-06T10:41:57+02:00");
  EXPECT_EQ(to_iso_string(timestamp("240714101855S"), kLithuania), "2024-07-14T10:18:55+03:00");
  EXPECT_EQ(to_iso_string(timestamp("090212160000"), kNetherlands), "2009-02-12T16:00:00");
  EXPECT_EQ(to_iso_string(timestamp("101209113020W"), -210min), "2010-12-09T11:30:20-03:30");
}

}  // namespace
}  // namespace p1rig::timestamp_test
