// A meter that has lived since 2000: whatever is asked in whatever order is of one life, and is there
// without living through it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "simulator/meter/mbus_use.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/day_powers.h"
#include "simulator/scenario/load.h"
#include "simulator/scenario/scenario.h"
#include "tests/protocol/xorshift.h"
#include "tests/simulator/meter_invariants.h"

namespace p1rig::meter_leap_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::uint64_t kSeed = 3;

std::shared_ptr<const Profile> profile_named(const std::string& name) {
  auto found = find_profile(name);
  EXPECT_TRUE(found) << name;
  return std::make_shared<const Profile>(std::move(*found));
}

/// The shipped household, with what else there is.
std::shared_ptr<Scenario> household(const Profile& profile, bool sun = false, bool car = false) {
  auto scenario = find_scenario("household", profile);
  EXPECT_TRUE(scenario) << scenario.error().message;
  const sys_seconds start = scenario->start;
  const auto add = [&](auto kind, sys_seconds from, sys_seconds until) {
    Load load;
    load.kind = kind;
    load.from = from;
    load.until = until;
    load.stream = scenario->loads.size() + 1;
    scenario->loads.push_back(load);
  };
  if (sun) add(SunLoad{}, start, sys_seconds::max());
  if (car) {  // for an evening, and for days on end
    const sys_seconds evening = sys_days{std::chrono::year{2026} / 3 / 3} + 18h + 20s;
    add(CarLoad{}, evening, evening + 3h);
    add(CarLoad{6'000, {true, false, false}}, evening + days{30}, evening + days{45});
  }
  return std::make_shared<Scenario>(std::move(*scenario));
}

struct Energy {
  std::int64_t import = 0, export_ = 0;
};

/// mW s, from the loads' powers minute by minute and at their edges.
Energy integral(const Scenario& scenario, const Zone& zone, sys_seconds from, sys_seconds until) {
  Energy sum;
  for (sys_seconds t = from; t < until;) {
    sys_seconds next =
        std::min<sys_seconds>(until, std::chrono::floor<std::chrono::minutes>(t) + 1min);
    std::int64_t net = 0;
    for (const Load& load : scenario.loads) {
      next = std::min(next, next_change(load, t));
      for (const Power& phase : power_at(load, zone, kSeed, t)) net += phase.active;
    }
    (net >= 0 ? sum.import : sum.export_) += std::abs(net) * (next - t).count();
    t = next;
  }
  return sum;
}

class Anchored : public ::testing::TestWithParam<const char*> {};

TEST_P(Anchored, NeverShowsARegisterThatFallsInWhateverOrderItIsAsked) {
  const auto profile = profile_named(GetParam());
  for (const bool sun : {false, true}) {
    const auto scenario = household(*profile, sun, sun);
    const sys_seconds first = sys_days{std::chrono::year{2026} / 1 / 12};
    struct Asked {
      sys_seconds t;
      MeterState state;
    };
    test::Xorshift random{7};
    std::vector<Asked> asked;
    for (int day = 0; day < 400; ++day) {
      asked.push_back({first + days{day} + seconds{random.below(86'400)}, {}});
    }
    for (std::size_t i = asked.size(); i-- > 1;) std::swap(asked[i], asked[random.below(i + 1)]);
    Meter meter(profile, scenario, kSeed);
    for (Asked& one : asked) one.state = meter.at(one.t);
    std::ranges::sort(asked, {}, &Asked::t);
    for (std::size_t i = 1; i < asked.size(); ++i) {
      const MeterState &before = asked[i - 1].state, &now = asked[i].state;
      const std::string where = std::to_string(asked[i].t.time_since_epoch().count());
      test::expect_only_forward(before, now, where);
      const Energy sum = integral(*scenario, profile->zone, asked[i - 1].t, asked[i].t);
      ASSERT_EQ(now[Quantity::kEnergyImport] - before[Quantity::kEnergyImport], sum.import)
          << where;
      ASSERT_EQ(now[Quantity::kEnergyExport] - before[Quantity::kEnergyExport], sum.export_)
          << where;
      if (HasFatalFailure()) return;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dialects, Anchored,
                         ::testing::Values("iskra-am550", "kaifa-ma304", "sagemcom-t211-d-emucs17"),
                         [](const auto& name) {
                           std::string words(name.param);
                           std::ranges::replace(words, '-', '_');
                           return words;
                         });

TEST(MeterLeap, LeadsToWhereSteppingLeads) {
  // Month peaks and values, four tariffs, no summer time; over both changes of the clock.
  for (const char* name : {"sagemcom-t211-d-emucs17", "eso-maximum", "landisgyr-e360-se"}) {
    const auto profile = profile_named(name);
    for (const bool sun : {false, true}) {
      const auto scenario = household(*profile, sun, true);
      for (const auto start :
           {std::chrono::year{2026} / 2 / 25, std::chrono::year{2026} / 10 / 2}) {
        scenario->start = sys_days{start} + 5h + 7s;
        Meter stepping(profile, scenario, kSeed);
        for (int day = 1; day <= 45; ++day) {
          const sys_seconds t = scenario->start + days{day} + seconds{day * 997};
          const MeterState stepped = stepping.at(t);
          if (day % 9 != 0) continue;
          ASSERT_EQ(Meter(profile, scenario, kSeed).at(t), stepped)
              << name << ", sun " << sun << ", day " << day;
        }
      }
    }
  }
}

TEST(MeterLeap, RemembersThirteenMonthPeaks) {
  const auto profile = profile_named("sagemcom-t211-d-emucs17");
  const auto scenario = household(*profile);
  scenario->start = sys_days{std::chrono::year{2024} / 12 / 31};
  Meter stepping(profile, scenario, kSeed);
  const sys_seconds end = scenario->start + days{500};
  for (sys_seconds t = scenario->start; t < end; t += days{1}) stepping.at(t);
  const MeterState stepped = stepping.at(end);
  EXPECT_EQ(stepped.peaks.size(), 13U);
  EXPECT_EQ(Meter(profile, scenario, kSeed).at(end), stepped);
}

TEST(MeterLeap, StopsForWhatHappens) {
  const auto profile = profile_named("iskra-am550");
  const auto scenario = household(*profile);
  const sys_seconds start = sys_days{std::chrono::year{2026} / 5 / 1};
  scenario->start = start;
  scenario->events = {{start + days{20} + 5h, PowerFailureEvent{days{2}, 10s}, {}},
                      {start + days{30}, ValveEvent{1, 0}, {}},
                      {start + days{40} + 7h, SetEvent{{{Quantity::kBreaker, "0"}}}, {}},
                      {start + days{50}, ClockEvent{false, 100s}, {}},
                      {start + days{57}, ClockEvent{false, 0s}, {}}};
  Meter stepping(profile, scenario, kSeed);
  for (int day = 0; day <= 70; ++day) {
    const sys_seconds t = start + days{day} + 11h;
    const MeterState stepped = stepping.at(t);
    if (day % 5 == 0) {
      ASSERT_EQ(Meter(profile, scenario, kSeed).at(t), stepped) << day;
    }
  }
}

// 5122.273 kWh at 22:50Z and 5120.843 kWh ten minutes later, once, when each day began anew.
TEST(MeterLeap, MidnightIsNotTheBeginningOfAnotherLife) {
  const auto profile = profile_named("kaifa-ma304");
  const auto scenario = household(*profile);
  const sys_seconds late = sys_days{std::chrono::year{2026} / 11 / 29} + 22h + 50min;
  const auto imported = [&](sys_seconds t) {
    return Meter(profile, scenario, 1).at(t)[Quantity::kEnergyImport];
  };
  std::int64_t sum = 0;
  for (sys_seconds t = late; t < late + 10min; t += 1min) {
    for (const Power& phase : power_at(scenario->loads[0], profile->zone, 1, t)) {
      sum += phase.active * 60;
    }
  }
  EXPECT_GT(sum, 0);
  EXPECT_EQ(imported(late + 10min) - imported(late), sum);
}

TEST(MeterLeap, CostsTheSameInAnyYear) {
  for (const char* name : {"iskra-am550", "sagemcom-t211-d-emucs17", "eso-maximum"}) {
    const auto profile = profile_named(name);
    const auto scenario = household(*profile, true);
    for (const int year : {2001, 2026, 2099}) {
      Meter meter(profile, scenario, kSeed);
      meter.at(sys_days{std::chrono::year{year} / 12 / 31} + 21h);
      // At most two days step by step, each once more where the month's end is shown; and twelve
      // seasons, five patterns, weekends or not, in summer and winter time and on both sides of its
      // two changes.
      EXPECT_LT(meter.effort(), 4U * 1500 + 2U * 12 * 5 * 2 * 6) << name << ' ' << year;
    }
  }
}

TEST(DayPowers, AreThoseOfTheMinutes) {
  const auto zone = Zone::find("Europe/Brussels").value();
  Load home, sun, fixed;
  home.kind = HouseholdLoad{73};
  sun.kind = SunLoad{3'333'000, {true, false, true}};
  fixed.kind = FixedLoad{{Power{5, -7}, Power{-9, 11}, Power{13, 17}}};
  for (const auto date : {std::chrono::year{2026} / 1 / 3, std::chrono::year{2026} / 7 / 7,
                          std::chrono::year{2026} / 9 / 20}) {
    const std::int64_t day = sys_days{date}.time_since_epoch().count();
    const sys_seconds noon = sys_days{date} + 12h;
    const bool summer = zone.local(noon).season == 'S';
    const sys_seconds midnight = sys_days{date} - zone.offset(noon);
    for (const Load& load : {home, sun, fixed}) {
      PhasesOfDay<MinutesOfDay> minutes(3);
      PhasesOfDay<SlotsOfDay> slots(3);
      add_minutes(load, kSeed, day_kind(day), noon, minutes);
      add_slots(load, kSeed, day_kind(day), summer, noon, slots);
      for (std::size_t minute = 0; minute < 1440; ++minute) {
        const PhasePowers expected =
            power_at(load, zone, kSeed, midnight + std::chrono::minutes{minute});
        for (std::size_t phase = 0; phase < 3; ++phase) {
          ASSERT_EQ(minutes.of(phase).active[minute] + slots.of(phase).active[minute / 5],
                    expected[phase].active);
          ASSERT_EQ(minutes.of(phase).reactive[minute] + slots.of(phase).reactive[minute / 5],
                    expected[phase].reactive);
        }
      }
    }
  }
}

TEST(DayKind, IsAnotherOnNeighbouringDaysAndInNeighbouringWeeks) {
  for (std::int64_t day = 10'957; day < 47'482; ++day) {  // 2000 to 2099
    const auto differ = [&](std::int64_t other) {
      return day_kind(day).pattern != day_kind(day + other).pattern;
    };
    ASSERT_TRUE(differ(1) && differ(7)) << day;
  }
  EXPECT_EQ(day_kind(20'458).weekday, 0U) << "2026-01-05, a Monday";
  EXPECT_FALSE(day_kind(20'462).weekend());
  EXPECT_TRUE(day_kind(20'463).weekend());
}

TEST(MbusUse, BetweenTwoMomentsIsThatOfTheMinutes) {
  const sys_seconds from = sys_days{std::chrono::year{2026} / 2 / 20} + 7h + 13min;
  for (const Medium medium : {Medium::kGas, Medium::kWater, Medium::kHeat, Medium::kCold,
                              Medium::kElectricity, Medium::kUnlinked}) {
    std::int64_t sum = 0;
    sys_seconds t = from;
    for (const auto length : {0min, 5min, 1440min, 100'000min, 200'003min}) {
      for (; t < from + length; t += 1min) sum += use_in_minute(medium, kSeed, 2, t);
      EXPECT_EQ(use_between(medium, kSeed, 2, from, from + length), sum);
    }
  }
}

}  // namespace
}  // namespace p1rig::meter_leap_test
