// Loads: constant between their changes, the energies of a real year, other days on other days.

#include "simulator/scenario/load.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "simulator/scenario/load_sums.h"
#include "tests/protocol/xorshift.h"

namespace p1rig::load_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

const Zone& zone(std::string_view name = "Europe/Amsterdam") {
  static std::map<std::string, Zone, std::less<>> zones;
  const auto known = zones.find(name);
  return known != zones.end() ? known->second
                              : zones.emplace(name, *Zone::find(name)).first->second;
}

sys_seconds utc(std::string_view text) {
  const auto t = zone().parse_instant(text);
  EXPECT_TRUE(t) << text;
  return t.value_or(sys_seconds{});
}

constexpr sys_seconds kNewYear = sys_days{std::chrono::year{2026} / 1 / 1};

Load load_of(decltype(Load::kind) kind, sys_seconds from = sys_seconds{}) {
  Load load;
  load.kind = std::move(kind);
  load.from = from;
  return load;
}

std::int64_t active(const PhasePowers& powers) {
  return powers[0].active + powers[1].active + powers[2].active;
}

std::int64_t power(const Load& load, sys_seconds t, std::uint64_t seed = 1,
                   std::string_view zone_name = "Europe/Amsterdam") {
  return active(power_at(load, zone(zone_name), seed, t));
}

/// kWh over the minutes of a span.
std::int64_t energy(const Load& load, sys_seconds from, sys_seconds until, std::uint64_t seed = 1) {
  std::int64_t sum = 0;
  for (auto t = from; t < until; t += 1min) sum += power(load, t, seed);
  return sum / 60'000'000;
}

void expect_near(std::int64_t got, std::int64_t expected, std::int64_t tolerance) {
  EXPECT_GE(got, expected - tolerance);
  EXPECT_LE(got, expected + tolerance);
}

/// Whether the load is constant between its changes, second by second over a span, and says so from
/// any second.
void expect_constant_between_changes(const Load& load, sys_seconds from, sys_seconds until) {
  PhasePowers before = power_at(load, zone(), 7, from);
  sys_seconds next = next_change(load, from);
  for (auto t = from + 1s; t <= until; t += 1s) {
    const PhasePowers now = power_at(load, zone(), 7, t);
    if (t < next) {
      ASSERT_EQ(now, before) << "at " << t.time_since_epoch().count();
      ASSERT_EQ(next_change(load, t), next) << "at " << t.time_since_epoch().count();
    } else {
      ASSERT_EQ(t, next);
      next = next_change(load, t);
      ASSERT_GT(next, t);
    }
    before = now;
  }
}

// --- from and until ------------------------------------------------------------------------------

TEST(Load, IsNothingOutsideItsTime) {
  Load load = load_of(FixedLoad{{Power{100'000, 5'000}}}, sys_seconds{1000s});
  load.until = sys_seconds{2000s};
  EXPECT_EQ(power(load, sys_seconds{999s}), 0);
  EXPECT_EQ(power(load, sys_seconds{1000s}), 100'000);
  EXPECT_EQ(power(load, sys_seconds{1999s}), 100'000);
  EXPECT_EQ(power(load, sys_seconds{2000s}), 0);
  EXPECT_EQ(next_change(load, sys_seconds{0s}), sys_seconds{1000s});
  EXPECT_EQ(next_change(load, sys_seconds{1000s}), sys_seconds{2000s});
  EXPECT_EQ(next_change(load, sys_seconds{2000s}), sys_seconds::max());
}

TEST(Load, FixedPowerNeverChanges) {
  const Load load = load_of(FixedLoad{{Power{1, 2}, Power{3, 4}, Power{-5, -6}}});
  EXPECT_EQ(power_at(load, zone(), 1, sys_seconds{9999s}),
            (PhasePowers{Power{1, 2}, Power{3, 4}, Power{-5, -6}}));
  EXPECT_EQ(next_change(load, sys_seconds{9999s}), sys_seconds::max());
}

TEST(Load, IsConstantBetweenChanges) {
  // Second by second over both changes of the clock; from and until in the middle of minutes.
  for (const char* day : {"2026-03-28T20:00:17Z", "2026-10-24T20:00:17Z"}) {
    for (Load load : {load_of(HouseholdLoad{}), load_of(SunLoad{}), load_of(CarLoad{})}) {
      load.from = utc(day) + 100s;
      load.until = load.from + 14h + 31s;
      expect_constant_between_changes(load, utc(day), utc(day) + 15h);
    }
  }
}

TEST(Load, ChangesOnWholeMinutesOfUtc) {
  for (const Load& load : {load_of(HouseholdLoad{}), load_of(SunLoad{})}) {
    const sys_seconds next = next_change(load, utc("2026-06-01T10:00:59Z"));
    EXPECT_EQ(next.time_since_epoch() % 60s, 0s);
    EXPECT_EQ(next_change(load, utc("2026-06-01T10:01:00Z")), utc("2026-06-01T10:02:00Z"));
  }
}

// --- household -----------------------------------------------------------------------------------

TEST(Household, UsesWhatAHouseholdUsesInAYear) {
  const auto from = kNewYear, until = kNewYear + 365 * 24h;
  for (const std::uint64_t seed : {1U, 2U}) {
    const std::int64_t kwh = energy(load_of(HouseholdLoad{}), from, until, seed);
    EXPECT_GE(kwh, 2500) << "seed " << seed;
    EXPECT_LE(kwh, 3500) << "seed " << seed;
  }
}

TEST(Household, ScalesWithItsPercentage) {
  const auto from = utc("2026-02-01T00:00:00Z"), until = utc("2026-02-03T00:00:00Z");
  const Load whole = load_of(HouseholdLoad{}), half = load_of(HouseholdLoad{50});
  for (auto t = from; t < until; t += 1min) ASSERT_EQ(power(half, t), power(whole, t) / 2);
}

TEST(Household, NeverGivesPowerBack) {
  const Load load = load_of(HouseholdLoad{});
  for (auto t = kNewYear; t < utc("2026-02-01T00:00:00Z"); t += 1min) {
    for (const Power& phase : power_at(load, zone(), 1, t)) ASSERT_GE(phase.active, 0);
    ASSERT_GE(power(load, t), 50'000) << "something always stands around";
  }
}

TEST(Household, HasOtherDaysOnOtherDaysSeedsAndStreams) {
  const Load load = load_of(HouseholdLoad{});
  Load other = load;
  other.stream = 1;
  const auto monday = utc("2026-01-05T00:00:00Z");
  int same_day = 0, same_seed = 0, same_stream = 0;
  for (auto t = monday; t < monday + 24h; t += 1min) {
    same_day += power(load, t) == power(load, t + 24h);
    same_seed += power(load, t) == power(load, t, 2);
    same_stream += power(load, t) == power(other, t);
  }
  EXPECT_LT(same_day, 500);
  EXPECT_LT(same_seed, 500);
  EXPECT_LT(same_stream, 500);
}

TEST(Household, CooksAndWashesAtOtherTimesOnOtherDays) {
  const Load load = load_of(HouseholdLoad{});
  const auto is_large = [&](sys_seconds t) { return power(load, t) > 1'500'000; };
  const auto monday = utc("2026-01-05T00:00:00Z");
  int large = 0, again = 0;
  for (int week = 0; week < 10; ++week) {
    for (auto t = monday + week * 168h; t < monday + week * 168h + 24h; t += 1min) {
      if (!is_large(t)) continue;
      ++large;
      again += is_large(t + 168h);
    }
  }
  EXPECT_GT(large, 100);
  EXPECT_LT(again * 3, large);
}

TEST(Household, KnowsWeekendsAndSeasons) {
  const Load load = load_of(HouseholdLoad{});
  // Forenoons: at home on Saturdays and Sundays. 2026-01-05 is a Monday.
  std::array<std::int64_t, 7> forenoon{};
  for (int day = 0; day < 52 * 7; ++day) {
    const auto nine = utc("2026-01-05T08:00:00Z") + day * 24h;
    for (auto t = nine; t < nine + 2h; t += 1min)
      forenoon.at(static_cast<std::size_t>(day) % 7) += power(load, t);
  }
  const std::int64_t working_days =
      (forenoon[0] + forenoon[1] + forenoon[2] + forenoon[3] + forenoon[4]) / 5;
  EXPECT_LT(working_days * 11 / 10, forenoon[5]);
  EXPECT_LT(working_days * 11 / 10, forenoon[6]);
  // Light: the months around the solstices.
  const auto winter = energy(load, kNewYear, kNewYear + 56 * 24h);
  const auto summer = energy(load, kNewYear + 155 * 24h, kNewYear + 211 * 24h);
  EXPECT_GT(winter * 100, summer * 107);
}

TEST(Household, CooksByLocalTime) {
  // The same minute of the local day before and after the clock is put forward: evenings are
  // brighter than nights in either.
  const Load load = load_of(HouseholdLoad{});
  for (const char* midnight : {"2026-03-20T23:00:00Z", "2026-03-31T22:00:00Z"}) {
    std::int64_t night = 0, evening = 0;
    for (int day = 0; day < 7; ++day) {
      const auto begin = utc(midnight) + day * 24h;
      for (auto t = begin + 2h; t < begin + 4h; t += 1min) night += power(load, t);
      for (auto t = begin + 18h; t < begin + 20h; t += 1min) evening += power(load, t);
    }
    EXPECT_GT(evening, 3 * night);
  }
}

TEST(Household, DrawsReactivePowerAndUsesAllPhases) {
  const Load load = load_of(HouseholdLoad{});
  std::array<bool, 3> used{};
  bool reactive = false;
  for (auto t = utc("2026-01-05T00:00:00Z"); t < utc("2026-01-12T00:00:00Z"); t += 1min) {
    const PhasePowers powers = power_at(load, zone(), 1, t);
    for (std::size_t phase = 0; phase < 3; ++phase) {
      used.at(phase) = used.at(phase) || powers.at(phase).active > 1'000'000;
      reactive = reactive || powers.at(phase).reactive != 0;
    }
  }
  EXPECT_TRUE(reactive);
  EXPECT_EQ(used, (std::array<bool, 3>{true, true, true}));
}

// --- sun -----------------------------------------------------------------------------------------

TEST(Sun, YieldsWhatARoofYieldsInAYear) {
  const auto from = kNewYear, until = kNewYear + 365 * 24h;
  for (const std::uint64_t seed : {1U, 2U}) {
    const std::int64_t kwh = -energy(load_of(SunLoad{}), from, until, seed);
    EXPECT_GE(kwh, 3400) << "seed " << seed;
    EXPECT_LE(kwh, 4200) << "seed " << seed;
  }
}

TEST(Sun, GivesNothingAtNightAndNeverDrawsOrExceedsItsPeak) {
  const Load load = load_of(SunLoad{});
  for (int day = 0; day < 365; ++day) {
    const auto midnight = kNewYear + day * 24h;
    for (auto t = midnight; t < midnight + 24h; t += 1min) {
      const auto p = power(load, t);
      ASSERT_LE(p, 0);
      ASSERT_GE(p, -4'000'000);
      const bool night = t < midnight + 3h || t >= midnight + 21h;
      ASSERT_TRUE(!night || power_at(load, zone(), 1, t) == PhasePowers{});
    }
  }
}

TEST(Sun, RisesAndSetsWithTheSeason) {
  const auto daylight = [](std::string_view midnight) {
    int count = 0;
    for (auto t = utc(midnight); t < utc(midnight) + 24h; t += 1min) {
      count += power(load_of(SunLoad{.clouds = 0}), t) < 0;
    }
    return count;
  };
  expect_near(daylight("2026-06-21T00:00:00Z"), 16 * 60 + 30, 45);
  expect_near(daylight("2026-12-21T00:00:00Z"), 7 * 60 + 45, 45);
  expect_near(daylight("2026-03-20T00:00:00Z"), 12 * 60, 45);
}

/// Minutes of UTC around which a clear day's yield is balanced.
std::int64_t solar_noon(std::string_view zone_name, std::string_view midnight) {
  std::int64_t weighted = 0, sum = 0;
  for (int minute = 0; minute < 1440; ++minute) {
    const auto p =
        power(load_of(SunLoad{.clouds = 0}), utc(midnight) + minutes{minute}, 1, zone_name) / 1000;
    weighted += p * minute;
    sum += p;
  }
  return weighted / sum;
}

TEST(Sun, FollowsTheSunAndNotTheClock) {
  for (const char* midnight : {"2026-01-15T00:00:00Z", "2026-07-15T00:00:00Z"}) {
    expect_near(solar_noon("Europe/Amsterdam", midnight), 11 * 60 + 40, 3);
    expect_near(solar_noon("Europe/Vilnius", midnight), 10 * 60 + 40, 3);
    expect_near(solar_noon("Etc/GMT-1", midnight), 11 * 60 + 40, 3);
  }
}

TEST(Sun, HasCloudsInSlotsOfFiveMinutes) {
  // A cloud takes away more than half; within a slot only the sun itself moves, slowly.
  const Load load = load_of(SunLoad{.clouds = 50});
  int jumps = 0;
  for (auto t = utc("2026-06-01T08:00:00Z"); t < utc("2026-06-30T14:00:00Z"); t += 1min) {
    const auto hour = (t - std::chrono::floor<std::chrono::days>(t)) / 1h;
    if (hour < 8 || hour > 14) continue;
    const auto now = -power(load, t), before = -power(load, t - 1min);
    if (now * 10 > before * 9 && now * 9 < before * 10) continue;
    EXPECT_EQ(t.time_since_epoch() % 300s, 0s);
    ++jumps;
  }
  EXPECT_GT(jumps, 200);
}

TEST(Sun, IsCloudyAsOftenAsAsked) {
  const auto yield = [](std::int64_t clouds) {
    const Load load = load_of(SunLoad{.clouds = clouds});
    std::int64_t sum = 0;
    for (int slot = 0; slot < 365 * 288; ++slot) {
      sum -= power(load, kNewYear + slot * 5min) / 1000;
    }
    return sum;
  };
  const auto clear = yield(0), overcast = yield(100);
  EXPECT_LT(overcast * 3, clear);
  for (const std::int64_t clouds : {20, 50, 80}) {
    expect_near((clear - yield(clouds)) * 100 / (clear - overcast), clouds, 5);
  }
}

TEST(Sun, SpreadsOverItsPhasesToTheMilliwatt) {
  const auto noon = utc("2026-06-21T11:40:00Z");
  const Load one = load_of(SunLoad{.peak = 4'000'000, .phases = {false, true, false}});
  const Load three = load_of(SunLoad{.peak = 4'000'000, .phases = {true, true, true}});
  const PhasePowers on_one = power_at(one, zone(), 1, noon);
  const PhasePowers on_three = power_at(three, zone(), 1, noon);
  EXPECT_EQ(on_one[0], Power{});
  EXPECT_EQ(on_one[2], Power{});
  EXPECT_LT(on_three[0].active, 0);
  expect_near(on_three[0].active, on_three[2].active, 2);
  for (auto t = noon; t < noon + 2h; t += 1min) ASSERT_EQ(power(one, t), power(three, t));
  EXPECT_EQ(power(load_of(SunLoad{.phases = {false, false, false}}), noon), 0);
}

TEST(Sun, HasItsOwnSkyForEachDaySeedAndStream) {
  Load load = load_of(SunLoad{}), other = load_of(SunLoad{});
  other.stream = 1;
  std::set<std::int64_t> noons;
  int same_seed = 0, same_stream = 0;
  for (int day = 0; day < 30; ++day) {
    const auto noon = utc("2026-06-01T11:40:00Z") + day * 24h;
    noons.insert(power(load, noon));
    same_seed += power(load, noon) == power(load, noon, 2);
    same_stream += power(load, noon) == power(other, noon);
  }
  EXPECT_GE(noons.size(), 4U) << "of five patterns";
  EXPECT_LT(same_seed, 12);
  EXPECT_LT(same_stream, 12);
}

// --- car -----------------------------------------------------------------------------------------

TEST(Car, DrawsItsCurrentAt230Volts) {
  const PhasePowers three = power_at(load_of(CarLoad{}), zone(), 1, sys_seconds{5s});
  for (const Power& phase : three) {
    EXPECT_EQ(phase.active, 3'680'000);
    EXPECT_GT(phase.reactive, 0);
    EXPECT_LT(phase.reactive, phase.active / 20);
  }
  const PhasePowers one =
      power_at(load_of(CarLoad{32'000, {false, true, false}}), zone(), 1, sys_seconds{5s});
  EXPECT_EQ(one[0], Power{});
  EXPECT_EQ(one[1].active, 7'360'000);
  EXPECT_EQ(one[2], Power{});
}

// --- measured curves -----------------------------------------------------------------------------

const sys_seconds kStart = sys_days{std::chrono::year{2026} / 5 / 28};

TEST(LoadTable, RefusesPowerOnPhasesThatAMeterHasNot) {
  const char* const zeros = "time,l1,l2,l3\n0,100,0,0\n60,0,0,0\n";
  EXPECT_TRUE(parse_load_table(zeros, zone(), kStart, 1));
  const char* const three = "time,l1,l2,l3\n0,100,0,0\n60,0,0,5\n";
  EXPECT_TRUE(parse_load_table(three, zone(), kStart, 3));
  const auto refused = parse_load_table(three, zone(), kStart, 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "3:8: the meter has no phase L3");
}

TEST(LoadTable, HoldsEachRowUntilTheNext) {
  const auto rows =
      parse_load_table("time,l1,l2,l3\n0,100,0,-50.5\n60,200.125,0,0\n90,0,0,0\n", zone(), kStart);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 3U);
  const Load load = load_of(TableLoad{*rows});
  const auto at = [&](std::chrono::seconds s) { return power_at(load, zone(), 1, kStart + s); };
  EXPECT_EQ(at(-1s), PhasePowers{});
  EXPECT_EQ(at(0s), (PhasePowers{Power{100'000, 0}, Power{}, Power{-50'500, 0}}));
  EXPECT_EQ(at(59s), at(0s));
  EXPECT_EQ(at(60s)[0].active, 200'125);
  EXPECT_EQ(at(89s)[0].active, 200'125);
  EXPECT_EQ(at(90s), PhasePowers{});
  EXPECT_EQ(next_change(load, kStart - 1s), kStart);
  EXPECT_EQ(next_change(load, kStart), kStart + 60s);
  EXPECT_EQ(next_change(load, kStart + 60s), kStart + 90s);
  EXPECT_EQ(next_change(load, kStart + 90s), sys_seconds::max());
  expect_constant_between_changes(load, kStart - 10s, kStart + 100s);
}

TEST(LoadTable, EndsWithItsLastRowWhateverItsPower) {
  const auto rows = parse_load_table("time,l1\n0,100\n60,300\n", zone(), kStart);
  ASSERT_TRUE(rows);
  EXPECT_EQ(power(load_of(TableLoad{*rows}), kStart + 60s), 0);
  const auto alone = parse_load_table("time,l1\n0,100\n", zone(), kStart);
  ASSERT_TRUE(alone);
  EXPECT_EQ(power(load_of(TableLoad{*alone}), kStart + 24h), 100'000);
}

TEST(LoadTable, ReadsTimesInAllForms) {
  const auto rows = parse_load_table(
      "time,l1\r\n2026-05-28T00:00:00Z,1\r\n2026-05-28T02:30:00+02:00,2\r\n260528030000S,3\r\n",
      zone(), kStart);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), 3U);
  EXPECT_EQ((*rows)[0].from, kStart);
  EXPECT_EQ((*rows)[1].from, kStart + 30min);
  EXPECT_EQ((*rows)[2].from, kStart + 1h);
}

TEST(LoadTable, ReadsWhatSpreadsheetsWrite) {
  const auto rows =
      parse_load_table("\xEF\xBB\xBFtime, l1\r\n0 , 5\r\n1,\t6\r\n\r\n", zone(), kStart);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(rows->size(), 2U);
}

TEST(LoadTable, RefusesWhatIsNoCurveAndNamesTheLine) {
  const struct {
    const char* csv;
    const char* line;
    const char* why;
  } kWrong[] = {
      {"", "1:1: ", "expected a header"},
      {"time,l1\n", "2:1: ", "at least one row"},
      {"t,l1\n0,1\n", "1:1: ", "time,l1"},
      {"time,l2\n0,1\n", "1:1: ", "time,l1"},
      {"time,l1,l2\n0,1,2\n", "1:1: ", "time,l1"},
      {"time,l1,l2,l3,l4\n0,1,2,3,4\n", "1:1: ", "time,l1"},
      {"time,l1\n0,1\n0,2\n", "3:1: ", "not after"},
      {"time,l1\n60,1\n0,2\n", "3:1: ", "not after"},
      {"time,l1\n0\n", "2:1: ", "has 1 cell, the header 2"},
      {"time,l1,l2,l3\n0,1,2\n", "2:1: ", "cells"},
      {"time,l1\n0,1,2\n", "2:1: ", "cells"},
      {"time,l1\n0,\n", "2:3: ", "not a power"},
      {"time,l1\n0,1e3\n", "2:3: ", "not a power"},
      {"time,l1\n0,1.2345\n", "2:3: ", "not a power"},
      {"time,l1\n0,1 W\n", "2:3: ", "not a power"},
      {"time,l1\n0,500000.001\n", "2:3: ", "500 kW"},
      {"time,l1,l2,l3\n0,1, 20,-99999999999\n", "2:9: ", "500 kW"},
      {"time,l1\nyesterday,1\n", "2:1: ", "yesterday"},
      {"time,l1\n260329023000S,1\n", "2:1: ", "does not exist"},
      {"time,l1\n261025023000,1\n", "2:1: ", "twice"},
  };
  for (const auto& wrong : kWrong) {
    const auto rows = parse_load_table(wrong.csv, zone(), kStart);
    ASSERT_FALSE(rows) << wrong.csv;
    EXPECT_TRUE(rows.error().message.starts_with(wrong.line)) << rows.error().message;
    EXPECT_NE(rows.error().message.find(wrong.why), std::string::npos) << rows.error().message;
  }
}

// --- together ------------------------------------------------------------------------------------

constexpr std::int64_t kKilowatt = 1'000'000;  // mW

TEST(Load, DrawsNoMoreThanItsMost) {
  const Load loads[] = {load_of(HouseholdLoad{100}), load_of(HouseholdLoad{1000}),
                        load_of(SunLoad{7 * kKilowatt, {true, false, true}, 0}),
                        load_of(CarLoad{32'000, {false, true, true}}),
                        load_of(FixedLoad{{{{-5, 7}, {3, -9}, {}}}})};
  for (const Load& load : loads) {
    const PhasePowers most = most_of(load);
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      for (auto t = kNewYear; t < kNewYear + 24h * 365; t += 7min) {
        const PhasePowers now = power_at(load, zone(), seed, t);
        for (std::size_t phase = 0; phase < 3; ++phase) {
          ASSERT_LE(std::abs(now[phase].active), std::abs(most[phase].active));
          ASSERT_LE(std::abs(now[phase].reactive), std::abs(most[phase].reactive));
        }
      }
    }
  }
}

TEST(Load, EightTimes450KilowattAreTooMuch) {
  std::vector<Load> loads;
  const auto fixed = [](std::int64_t kilowatts) {
    return FixedLoad{{{{kilowatts * kKilowatt, 0}, {}, {}}}};
  };
  for (int i = 0; i < 8; ++i) loads.push_back(load_of(fixed(450), kNewYear));
  const auto over = find_overload(loads, 3);
  ASSERT_TRUE(over);
  EXPECT_EQ(over->load, 7U);
  EXPECT_EQ(over->phase, 0U);
  EXPECT_EQ(over->power, 3600 * kKilowatt);
  EXPECT_EQ(over->from, kNewYear);
  EXPECT_FALSE(over->reactive);
  // One after the other they are not.
  for (std::size_t i = 0; i < loads.size(); ++i) {
    loads[i].from = kNewYear + i * 1h;
    loads[i].until = kNewYear + (i + 1) * 1h;
  }
  EXPECT_FALSE(find_overload(loads, 3));
  EXPECT_FALSE(find_overload({load_of(fixed(500))}, 3));
  // What is given does not count against what is drawn.
  EXPECT_FALSE(find_overload({load_of(fixed(400)), load_of(fixed(-400))}, 3));
  EXPECT_TRUE(find_overload({load_of(fixed(-300)), load_of(fixed(-201))}, 3));
}

TEST(Load, AMeterOfOnePhaseHasAllOnIt) {
  const Load household = load_of(HouseholdLoad{1000});
  std::vector<Load> loads(4, household);
  EXPECT_FALSE(find_overload(loads, 3));
  EXPECT_TRUE(find_overload(loads, 1));
}

/// Against a sum at every second.
TEST(Load, OverloadIsFoundWhereItIs) {
  test::Xorshift random(11);
  int found = 0;
  for (int turn = 0; turn < 2000; ++turn) {
    std::vector<Load> loads;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto power = [&] {
        const auto kilowatts = static_cast<std::int64_t>(random.below(601)) - 300;
        return PhasePowers{{{kilowatts * kKilowatt, 0}, {0, kilowatts * kKilowatt / 2}, {}}};
      };
      Load load = load_of(FixedLoad{power()}, kStart + random.below(20) * 1s);
      if (random.below(2) == 0) load.until = load.from + (1 + random.below(20)) * 1s;
      if (random.below(2) == 0) {
        std::vector<TableLoad::Row> rows;
        auto t = kStart;
        for (std::size_t row = random.below(5); row < 5; ++row) {
          rows.push_back({t += (1 + random.below(8)) * 1s, power()});
        }
        load.kind = TableLoad{rows};
      }
      loads.push_back(load);
    }
    std::optional<sys_seconds> expected;
    for (auto t = kStart; t < kStart + 60s && !expected; t += 1s) {
      std::int64_t drawn = 0, given = 0, inductive = 0, capacitive = 0;
      for (const Load& load : loads) {
        const PhasePowers now = power_at(load, zone(), 1, t);
        (now[0].active > 0 ? drawn : given) += std::abs(now[0].active);
        (now[1].reactive > 0 ? inductive : capacitive) += std::abs(now[1].reactive);
      }
      if (std::max({drawn, given, inductive, capacitive}) > kMostOnPhase) expected = t;
    }
    const auto over = find_overload(loads, 3);
    ASSERT_EQ(over.has_value(), expected.has_value()) << turn;
    if (!over) continue;
    ++found;
    ASSERT_EQ(over->from, *expected) << turn;
    ASSERT_EQ(over->phase, over->reactive ? 1U : 0U) << turn;
  }
  EXPECT_GT(found, 200);
}

}  // namespace
}  // namespace p1rig::load_test
