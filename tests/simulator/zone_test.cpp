#include "simulator/zone.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace p1rig::zone_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using testing::HasSubstr;

Zone zone(std::string_view name) {
  const auto found = Zone::find(name);
  EXPECT_TRUE(found) << name;
  return found.value_or(Zone{});
}

sys_seconds utc(int year, unsigned month, unsigned day, std::chrono::seconds time) {
  return sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}} +
         time;
}

std::string written(const Zone& zone, sys_seconds instant) {
  return to_string(zone.local(instant));
}

std::string why_not(const Zone& zone, std::string_view text) {
  const auto instant = zone.parse_instant(text);
  EXPECT_FALSE(instant) << text;
  return instant ? "" : instant.error().message;
}

TEST(Zone, UnknownNameIsExplained) {
  const auto found = Zone::find("Europe/Amsterdm");
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("\"Europe/Amsterdm\" is not an IANA time zone"));
  EXPECT_FALSE(Zone::find(""));
}

// Summer time ends on 25 October 2026: 03:00 S becomes 02:00 W, at 01:00 UTC.
TEST(Zone, TheFoldHourIsToldApartByItsLetter) {
  const Zone amsterdam = zone("Europe/Amsterdam");
  EXPECT_EQ(written(amsterdam, utc(2026, 10, 25, 30min)), "261025023000S");
  EXPECT_EQ(written(amsterdam, utc(2026, 10, 25, 59min + 59s)), "261025025959S");
  EXPECT_EQ(written(amsterdam, utc(2026, 10, 25, 1h)), "261025020000W");
  EXPECT_EQ(written(amsterdam, utc(2026, 10, 25, 1h + 30min)), "261025023000W");
  EXPECT_EQ(amsterdam.offset(utc(2026, 10, 25, 59min)), 2h);
  EXPECT_EQ(amsterdam.offset(utc(2026, 10, 25, 1h)), 1h);

  EXPECT_EQ(amsterdam.parse_instant("261025023000S"), utc(2026, 10, 25, 30min));
  EXPECT_EQ(amsterdam.parse_instant("261025023000W"), utc(2026, 10, 25, 1h + 30min));
  EXPECT_THAT(why_not(amsterdam, "261025023000"), HasSubstr("add S or W"));
}

// The tables of the zone database end in 2037; what comes after follows from its last rule.
TEST(Zone, SummerComesEveryYearOfTheCentury) {
  const Zone amsterdam = zone("Europe/Amsterdam");
  EXPECT_EQ(written(amsterdam, utc(2037, 10, 25, 59min + 59s)), "371025025959S");
  EXPECT_EQ(written(amsterdam, utc(2037, 10, 25, 1h)), "371025020000W");
  EXPECT_EQ(written(amsterdam, utc(2038, 3, 28, 59min + 59s)), "380328015959W");
  EXPECT_EQ(written(amsterdam, utc(2038, 3, 28, 1h)), "380328030000S");
  EXPECT_EQ(written(amsterdam, utc(2069, 6, 15, 12h)), "690615140000S");
  EXPECT_EQ(written(amsterdam, utc(2099, 10, 25, 59min + 59s)), "991025025959S");
  EXPECT_EQ(written(amsterdam, utc(2099, 10, 25, 1h)), "991025020000W");
  EXPECT_EQ(amsterdam.next_switch(utc(2037, 12, 1, 0h)), utc(2038, 3, 28, 1h));
  EXPECT_EQ(amsterdam.next_switch(utc(2099, 6, 1, 0h)), utc(2099, 10, 25, 1h));
  EXPECT_EQ(amsterdam.parse_instant("690615140000S"), utc(2069, 6, 15, 12h));
  EXPECT_EQ(amsterdam.parse_instant("991025023000S"), utc(2099, 10, 25, 30min));
  EXPECT_EQ(amsterdam.parse_instant("991025023000W"), utc(2099, 10, 25, 1h + 30min));
  EXPECT_THAT(why_not(amsterdam, "990329023000"), HasSubstr("does not exist"));
  // Israel: from the Friday before the last Sunday of March, 02:00, to the last Sunday of October, 02:00.
  const Zone israel = zone("Asia/Jerusalem");
  EXPECT_EQ(written(israel, utc(2040, 3, 22, 23h + 59min)), "400323015900W");
  EXPECT_EQ(written(israel, utc(2040, 3, 23, 0h)), "400323030000S");
  EXPECT_EQ(written(israel, utc(2040, 10, 27, 22h + 59min)), "401028015900S");
  EXPECT_EQ(written(israel, utc(2040, 10, 27, 23h)), "401028010000W");
  // South of the equator a summer goes on over the new year.
  EXPECT_EQ(written(zone("Australia/Sydney"), utc(2051, 1, 1, 0h)), "510101110000S");
  EXPECT_EQ(written(zone("Australia/Sydney"), utc(2051, 7, 1, 0h)), "510701100000W");
  EXPECT_EQ(written(zone("Etc/GMT-1"), utc(2069, 6, 15, 12h)), "690615130000W");
}

// Summer time begins on 29 March 2026: 02:00 W becomes 03:00 S, at 01:00 UTC.
TEST(Zone, NothingHappensInTheGap) {
  const Zone amsterdam = zone("Europe/Amsterdam");
  EXPECT_EQ(written(amsterdam, utc(2026, 3, 29, 59min + 59s)), "260329015959W");
  EXPECT_EQ(written(amsterdam, utc(2026, 3, 29, 1h)), "260329030000S");
  EXPECT_THAT(why_not(amsterdam, "260329023000"), HasSubstr("the clock was put forward"));
  EXPECT_THAT(why_not(amsterdam, "260329023000W"), HasSubstr("the clock was put forward"));
  EXPECT_THAT(why_not(amsterdam, "260329023000S"), HasSubstr("the clock was put forward"));
  EXPECT_EQ(amsterdam.parse_instant("260329030000"), utc(2026, 3, 29, 1h));
}

TEST(Zone, TheLetterMustBeTheOneThatIsShown) {
  const Zone amsterdam = zone("Europe/Amsterdam");
  EXPECT_THAT(why_not(amsterdam, "260115120000S"), HasSubstr("the letter would be W"));
  EXPECT_THAT(why_not(amsterdam, "260715120000W"), HasSubstr("the letter would be S"));
  EXPECT_EQ(amsterdam.parse_instant("260115120000"), utc(2026, 1, 15, 11h));
  EXPECT_EQ(amsterdam.parse_instant("260715120000"), utc(2026, 7, 15, 10h));
}

// Swedish meters show standard time all year (SE-P1 2.0 §3.1).
TEST(Zone, SwedenIsAlwaysOnNormalTime) {
  const Zone sweden = zone("Etc/GMT-1");
  EXPECT_EQ(written(sweden, utc(2026, 1, 15, 11h)), "260115120000W");
  EXPECT_EQ(written(sweden, utc(2026, 7, 15, 11h)), "260715120000W");
  EXPECT_EQ(written(sweden, utc(2026, 10, 25, 30min)), "261025013000W");
  EXPECT_EQ(sweden.offset(utc(2026, 7, 15, 11h)), 1h);
  EXPECT_THAT(why_not(sweden, "260715120000S"), HasSubstr("the letter would be W"));
}

TEST(Zone, LithuaniaIsTwoHoursAhead) {
  const Zone vilnius = zone("Europe/Vilnius");
  EXPECT_EQ(written(vilnius, utc(2026, 1, 15, 22h)), "260116000000W");
  EXPECT_EQ(written(vilnius, utc(2026, 7, 15, 21h)), "260716000000S");
}

TEST(Zone, YearsEndAndLeapDays) {
  const Zone amsterdam = zone("Europe/Amsterdam");
  EXPECT_EQ(written(amsterdam, utc(2026, 12, 31, 22h + 59min + 59s)), "261231235959W");
  EXPECT_EQ(written(amsterdam, utc(2026, 12, 31, 23h)), "270101000000W");
  EXPECT_EQ(written(amsterdam, utc(2028, 2, 28, 23h)), "280229000000W");
  EXPECT_EQ(amsterdam.parse_instant("280229000000W"), utc(2028, 2, 28, 23h));
  EXPECT_THAT(why_not(amsterdam, "270229000000W"), HasSubstr("is not a valid date and time"));
}

TEST(Zone, AnyOrderOfAskingIsRight) {
  const Zone amsterdam = zone("Europe/Amsterdam");
  for (int turn = 0; turn < 3; ++turn) {
    EXPECT_EQ(written(amsterdam, utc(2026, 7, 1, 0s)), "260701020000S");
    EXPECT_EQ(written(amsterdam, utc(2026, 1, 1, 0s)), "260101010000W");
    EXPECT_EQ(written(amsterdam, utc(2031, 7, 1, 0s)), "310701020000S");
  }
}

TEST(Zone, ReadsIsoTimes) {
  const Zone amsterdam = zone("Europe/Amsterdam");
  const sys_seconds half_past = utc(2026, 10, 25, 30min);
  EXPECT_EQ(amsterdam.parse_instant("2026-10-25T00:30:00Z"), half_past);
  EXPECT_EQ(amsterdam.parse_instant("2026-10-25T00:30Z"), half_past);
  EXPECT_EQ(amsterdam.parse_instant("2026-10-25 00:30:00Z"), half_past);
  EXPECT_EQ(amsterdam.parse_instant("2026-10-25T02:30:00+02:00"), half_past);
  EXPECT_EQ(amsterdam.parse_instant("2026-10-25T01:30+01:00"), half_past);
  EXPECT_EQ(amsterdam.parse_instant("2026-10-24T19:00:00-05:30"), half_past);
}

TEST(Zone, RefusesWhatIsNoTime) {
  const Zone amsterdam = zone("Europe/Amsterdam");
  for (const char* text :
       {"", "now", "2026-10-25", "2026-10-25T00:30:00", "2026-10-25T00:30", "2026-10-25T00:30:Z",
        "2026-10-25T00:30:0Z", "2026-10-25T00:30:00+1:00", "2026-10-25T00:30:00+15:00",
        "2026-10-25T00:30:00+01:60", "2026-10-25T00:30:00Zx", "2026-10-25T00:30:00.5Z",
        "26-10-25T00:30:00Z", "26102502300S", "261025023000X"}) {
    EXPECT_THAT(why_not(amsterdam, text), HasSubstr("is not a time")) << text;
  }
  for (const char* text :
       {"2026-10-25T24:00:00Z", "2026-10-25T00:60:00Z", "2026-10-25T00:30:60Z",
        "2026-02-29T00:30:00Z", "2026-13-01T00:30:00Z", "2026-00-01T00:30:00Z", "632525252525S"}) {
    EXPECT_THAT(why_not(amsterdam, text), HasSubstr("is not a valid date and time")) << text;
  }
  for (const char* text : {"1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z"}) {
    EXPECT_THAT(why_not(amsterdam, text), HasSubstr("2000 to 2099")) << text;
  }
}

}  // namespace
}  // namespace p1rig::zone_test
