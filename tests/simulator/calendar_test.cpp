// Tariff calendars: the shipped ones hour by hour, both changes of the clock, and broken files.

#include "simulator/scenario/calendar.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "simulator/files/data_dir.h"

namespace p1rig::calendar_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

Calendar calendar(std::string_view name) {
  auto found = find_calendar(name);
  if (!found) ADD_FAILURE() << found.error().message;
  return found.value_or(Calendar{});
}

const Zone& amsterdam() {
  static const Zone kZone = *Zone::find("Europe/Amsterdam");
  return kZone;
}

/// The tariffs of the 24 hours of a local day, a digit each, asked for in the middle of the hours;
/// both ends of every hour must agree.
std::string day_of(const Calendar& calendar, std::string_view midnight, int hours = 24,
                   const Zone& zone = amsterdam()) {
  const auto begin = zone.parse_instant(midnight);
  EXPECT_TRUE(begin) << midnight;
  std::string day;
  for (int hour = 0; begin && hour < hours; ++hour) {
    const auto t = *begin + hour * 1h;
    day += std::to_string(calendar.tariff_at(zone, t + 30min));
    EXPECT_EQ(calendar.tariff_at(zone, t), calendar.tariff_at(zone, t + 3599s)) << "hour " << hour;
  }
  return day;
}

// 2026-01-09 is a Friday.
constexpr const char* kFriday = "2026-01-09T00:00:00+01:00";
constexpr const char* kSaturday = "2026-01-10T00:00:00+01:00";
constexpr const char* kSunday = "2026-01-11T00:00:00+01:00";
constexpr const char* kMonday = "2026-01-12T00:00:00+01:00";

TEST(Calendar, NetherlandsHasLowAsOne) {
  const Calendar nl = calendar("nl");
  for (const char* day : {kFriday, kMonday}) {
    EXPECT_EQ(day_of(nl, day), "111111122222222222222221");
  }
  for (const char* day : {kSaturday, kSunday}) {
    EXPECT_EQ(day_of(nl, day), "111111111111111111111111");
  }
}

TEST(Calendar, BelgiumHasNormalAsOne) {
  for (const char* region : {"be-flanders", "be-brussels"}) {
    const Calendar be = calendar(region);
    for (const char* day : {kFriday, kMonday}) {
      EXPECT_EQ(day_of(be, day), "222222211111111111111122") << region;
    }
    for (const char* day : {kSaturday, kSunday}) {
      EXPECT_EQ(day_of(be, day), "222222222222222222222222") << region;
    }
  }
}

TEST(Calendar, WalloniaHasLowHoursAtNoonSince2026) {
  const Calendar wallonia = calendar("be-wallonia");
  // 2025-12-28 is a Sunday, the 31st a Wednesday.
  EXPECT_EQ(day_of(wallonia, "2025-12-28T00:00:00+01:00"), "222222222222222222222222");
  EXPECT_EQ(day_of(wallonia, "2025-12-31T00:00:00+01:00"), "222222211111111111111122");
  for (const char* day : {"2026-01-01T00:00:00+01:00", kFriday, kSaturday, kSunday}) {
    EXPECT_EQ(day_of(wallonia, day), "222222211112222221111122") << day;
  }
}

TEST(Calendar, LithuaniaHasFourTariffs) {
  const Zone vilnius = *Zone::find("Europe/Vilnius");
  const Calendar lt = calendar("lt");
  EXPECT_EQ(day_of(lt, "2026-01-09T00:00:00+02:00", 24, vilnius), "333333321112222222112223");
  EXPECT_EQ(day_of(lt, "2026-01-10T00:00:00+02:00", 24, vilnius), "444444444444444444444444");
}

TEST(Calendar, ChangesToTheSecond) {
  const Calendar nl = calendar("nl");
  const auto seven = *amsterdam().parse_instant("2026-01-09T07:00:00+01:00");
  EXPECT_EQ(nl.tariff_at(amsterdam(), seven - 1s), 1);
  EXPECT_EQ(nl.tariff_at(amsterdam(), seven), 2);
  const auto wallonia = calendar("be-wallonia");
  const auto new_year = *amsterdam().parse_instant("2026-01-01T11:00:00+01:00");
  EXPECT_EQ(wallonia.tariff_at(amsterdam(), new_year - 1s), 1);
  EXPECT_EQ(wallonia.tariff_at(amsterdam(), new_year), 2);
}

/// A weekday rule on Sundays, when the clock is changed: 2 from 02:00 to 03:00, else 1.
Calendar two_at_night() {
  Calendar calendar;
  Calendar::Period period{{}, 1, {}};
  Calendar::Rule rule{{}, 2 * 60, 3 * 60, 2};
  rule.days[6] = true;
  period.rules = {rule};
  calendar.periods = {period};
  return calendar;
}

TEST(Calendar, FollowsTheClockThroughTheFold) {
  // The 25 hours of 2026-10-25: two of them begin at 02:00.
  EXPECT_EQ(day_of(two_at_night(), "2026-10-25T00:00:00+02:00", 25), "1122111111111111111111111");
}

TEST(Calendar, FollowsTheClockThroughTheGap) {
  // The 23 hours of 2026-03-29: none begins at 02:00. The next Sunday has one again.
  EXPECT_EQ(day_of(two_at_night(), "2026-03-29T00:00:00+01:00", 23), "11111111111111111111111");
  EXPECT_EQ(day_of(two_at_night(), "2026-04-05T00:00:00+02:00"), "112111111111111111111111");
}

TEST(Calendar, FollowsTheClockInShippedFilesToo) {
  const Calendar nl = calendar("nl");
  // Monday after the change: 07:00 is an hour earlier in UTC than the Friday before.
  EXPECT_EQ(nl.tariff_at(amsterdam(), *amsterdam().parse_instant("2026-03-27T05:30:00Z")), 1);
  EXPECT_EQ(nl.tariff_at(amsterdam(), *amsterdam().parse_instant("2026-03-30T05:30:00Z")), 2);
}

TEST(Calendar, UsesTheFirstRuleThatApplies) {
  Calendar calendar = two_at_night();
  Calendar::Rule all{{}, 0, 24 * 60, 3};
  all.days.fill(true);
  calendar.periods[0].rules.push_back(all);
  EXPECT_EQ(day_of(calendar, "2026-04-05T00:00:00+02:00"), "332333333333333333333333");
  std::ranges::reverse(calendar.periods[0].rules);
  EXPECT_EQ(day_of(calendar, "2026-04-05T00:00:00+02:00"), "333333333333333333333333");
}

TEST(Calendar, BeforeItsFirstPeriodIsLikeIt) {
  Calendar calendar = two_at_night();
  calendar.periods[0].otherwise = 4;
  EXPECT_EQ(calendar.tariff_at(amsterdam(), *amsterdam().parse_instant("2001-05-01T12:00:00Z")), 4);
}

TEST(Calendar, OfCountriesWithoutOneHasNoTariffs) {
  for (const char* country : {"LU", "SE", "XX"}) {
    const auto none = calendar_of_country(country);
    ASSERT_TRUE(none) << none.error().message;
    EXPECT_TRUE(none->periods.empty()) << country;
    EXPECT_EQ(none->tariff_at(amsterdam(), sys_seconds{1'780'000'000s}), 0) << country;
  }
}

TEST(Calendar, IsTheDefaultOfItsCountry) {
  for (const auto& [country, name] : {std::pair{"NL", "nl"},
                                      {"BE", "be-flanders"},
                                      {"LT", "lt"},
                                      {"HU", "hu"},
                                      {"AT", "at"},
                                      {"CH", "ch"}}) {
    const auto found = calendar_of_country(country);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->name, name);
  }
}

TEST(Calendar, EveryShippedFileLoadsAndNoCountryHasTwoDefaults) {
  std::map<std::string, std::string> defaults;
  for (const auto& [name, file] : list_data("profiles/tariffs")) {
    const auto loaded = load_calendar(file);
    ASSERT_TRUE(loaded) << loaded.error().message;
    EXPECT_EQ(loaded->name, name);
    EXPECT_FALSE(loaded->title.empty()) << name;
    for (const std::string& country : loaded->countries) {
      EXPECT_TRUE(defaults.emplace(country, name).second) << country << ": " << name;
    }
  }
  EXPECT_GE(defaults.size(), 6U);
}

TEST(Calendar, SuggestsTheNearestName) {
  const auto found = find_calendar("be-flandres");
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("did you mean \"be-flanders\"?"), std::string::npos)
      << found.error().message;
}

// --- broken files --------------------------------------------------------------------------------

class CalendarFile : public ::testing::Test {
 protected:
  CalendarFile()
      : folder_(std::filesystem::temp_directory_path() /
                ("p1rig-calendar-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_ / "profiles" / "tariffs");
  }
  ~CalendarFile() override { std::filesystem::remove_all(folder_); }

  Result<Calendar> load(std::string_view text, const std::string& name = "x") {
    const auto file = folder_ / "profiles" / "tariffs" / (name + ".toml");
    std::ofstream(file) << text;
    return load_calendar(file);
  }

  std::filesystem::path folder_;
};

constexpr const char* kHead = "[calendar]\ntitle = \"T\"\n";

TEST_F(CalendarFile, WithEverythingIsRead) {
  const auto loaded = load(std::string(kHead) +
                           "countries = [\"IS\", \"MT\"]\n[[period]]\nfrom = 2026-01-01\n"
                           "otherwise = 5\n[[period.rule]]\ndays = [\"tue\", \"sun\"]\n"
                           "from = \"06:30\"\nuntil = \"24:00\"\ntariff = 3\n");
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->countries, (std::vector<std::string>{"IS", "MT"}));
  ASSERT_EQ(loaded->periods.size(), 1U);
  EXPECT_EQ(loaded->periods[0].begin, std::chrono::sys_days{std::chrono::year{2026} / 1 / 1});
  EXPECT_EQ(loaded->periods[0].otherwise, 5);
  ASSERT_EQ(loaded->periods[0].rules.size(), 1U);
  const Calendar::Rule& rule = loaded->periods[0].rules[0];
  EXPECT_EQ(rule.days, (std::array<bool, 7>{false, true, false, false, false, false, true}));
  EXPECT_EQ(rule.from_minute, 390);
  EXPECT_EQ(rule.until_minute, 1440);
  EXPECT_EQ(rule.tariff, 3);
}

TEST_F(CalendarFile, WithAMistakeIsRefusedAtItsPlace) {
  const std::string period = std::string(kHead) + "[[period]]\nfrom = \"2026-01-01\"\n";  // line 5
  const std::string rule = period + "otherwise = 1\n[[period.rule]]\n";                   // line 7
  const struct {
    std::string text;
    const char* place;
    const char* why;
  } kWrong[] = {
      {"", ":1:1: ", "[calendar] is missing"},
      {"[calendar]\n[[period]]\nfrom = \"2026-01-01\"\notherwise = 1\n", ":1:1: ", "title"},
      {kHead, ":1:1: ", "at least one [[period]]"},
      {std::string(kHead) + "color = 1\n", ":3:9: ", "unknown key \"color\""},
      {period, ":3:1: ", "otherwise"},
      {period + "otherwise = 1\n[periods]\n", ":6:1: ", "unknown key \"periods\""},
      {period + "otherwise = 0\n", ":5:13: ", "1 to 5"},
      {period + "otherwise = 6\n", ":5:13: ", "1 to 5"},
      {period + "otherwise = 4294967297\n", ":5:13: ", "1 to 5"},
      {period + "otherwise = \"1\"\n", ":5:13: ", "an integer"},
      {period + "otherwise = 1\nuntill = 1\n", ":6:10: ", "unknown key \"untill\""},
      {std::string(kHead) + "[[period]]\nfrom = \"2026-02-30\"\notherwise = 1\n",
       ":4:8: ", "not a date"},
      {std::string(kHead) + "[[period]]\nfrom = \"01-02-2026\"\notherwise = 1\n",
       ":4:8: ", "not a date"},
      {period + "otherwise = 1\n[[period]]\nfrom = \"2025-01-01\"\notherwise = 1\n",
       ":6:1: ", "not after"},
      {period + "otherwise = 1\n[[period]]\nfrom = \"2026-01-01\"\notherwise = 1\n",
       ":6:1: ", "not after"},
      {rule, ":6:1: ", "tariff"},
      {rule + "tariff = 1\nfrom = \"7:00\"\n", ":8:8: ", "not a time of day"},
      {rule + "tariff = 1\nfrom = \"07:60\"\n", ":8:8: ", "not a time of day"},
      {rule + "tariff = 1\nuntil = \"24:01\"\n", ":8:9: ", "not a time of day"},
      {rule + "tariff = 1\nfrom = \"22:00\"\nuntil = \"07:00\"\n", ":9:9: ", "second one"},
      {rule + "tariff = 1\ndays = [\"fry\"]\n", ":8:8: ", "did you mean \"fri\"?"},
      {rule + "tariff = 1\ndays = []\n", ":8:8: ", "is empty"},
      {rule + "tariff = 9\n", ":7:10: ", "1 to 5"},
      {std::string(kHead) + "countries = [\"NL\", \"XX\"]\n", ":3:13: ", "\"XX\" is not a country"},
  };
  for (const auto& wrong : kWrong) {
    const auto loaded = load(wrong.text);
    ASSERT_FALSE(loaded) << wrong.text;
    EXPECT_NE(loaded.error().message.find("x.toml" + std::string(wrong.place)), std::string::npos)
        << wrong.text << "\n"
        << loaded.error().message;
    EXPECT_NE(loaded.error().message.find(wrong.why), std::string::npos) << wrong.text << "\n"
                                                                         << loaded.error().message;
  }
}

TEST_F(CalendarFile, ThatIsBrokenDoesNotPassForNoTariffs) {
  const std::string good = std::string(kHead) +
                           "countries = [\"IS\"]\n[[period]]\nfrom = \"2026-01-01\"\n"
                           "otherwise = 1\n";
  load(good, "good");
  load("[calendar", "broken");
  ::setenv("P1RIG_DATA", folder_.c_str(), 1);
  const auto with = calendar_of_country("IS");
  const auto without = calendar_of_country("MT");
  ::unsetenv("P1RIG_DATA");
  ASSERT_TRUE(with) << with.error().message;
  EXPECT_EQ(with->name, "good");
  ASSERT_FALSE(without);
  EXPECT_NE(without.error().message.find("broken.toml:1:"), std::string::npos)
      << without.error().message;
}

}  // namespace
}  // namespace p1rig::calendar_test
