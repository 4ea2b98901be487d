#include "simulator/scenario/household.h"

#include <algorithm>
#include <array>

#include "simulator/random.h"

namespace p1rig {
namespace {

/// What runs once on a day, if it does.
struct Appliance {
  std::int64_t chance_weekday, chance_weekend;  ///< per cent
  std::int64_t earliest, latest;                ///< minute of the day at which it starts
  std::int64_t heating, heating_power;          ///< minutes and W at first
  std::int64_t running, running_power;          ///< and then
  std::int64_t reactive_percent;                ///< of the running power
  std::size_t phase;
};

constexpr Appliance kAppliances[] = {
    {95, 90, 6 * 60 + 30, 8 * 60 + 30, 3, 2000, 0, 0, 0, 0},        // kettle at breakfast
    {60, 85, 9 * 60, 12 * 60, 3, 2000, 0, 0, 0, 0},                 // and before noon
    {85, 85, 19 * 60 + 30, 22 * 60, 3, 2000, 0, 0, 0, 0},           // and in the evening
    {80, 70, 17 * 60, 18 * 60 + 30, 8, 2600, 17, 1100, 2, 1},       // hob
    {25, 40, 16 * 60 + 30, 18 * 60 + 30, 12, 2300, 30, 900, 2, 1},  // oven
    {65, 80, 18 * 60 + 30, 21 * 60, 22, 2000, 60, 90, 20, 2},       // dishwasher
    {45, 65, 8 * 60, 19 * 60, 18, 2050, 65, 220, 40, 2},            // washing machine
    {20, 35, 10 * 60, 20 * 60, 0, 0, 70, 1500, 12, 2},              // dryer
    {15, 45, 9 * 60, 17 * 60, 0, 0, 18, 850, 25, 0},                // vacuum cleaner
};

// Light, screens and what stands around, in W by hour of the local day.
constexpr std::array<std::int64_t, 24> kWeekday = {25, 20,  20,  20,  20,  30,  70,  110,
                                                   70, 50,  50,  55,  60,  55,  50,  55,
                                                   80, 130, 190, 230, 240, 210, 140, 60};
constexpr std::array<std::int64_t, 24> kWeekend = {45,  25,  20,  20,  20,  20,  25,  50,
                                                   90,  110, 115, 115, 120, 115, 110, 115,
                                                   130, 160, 200, 235, 245, 230, 180, 90};
// Light follows the season: per cent by twelfth of the year.
constexpr std::array<std::int64_t, 12> kSeason = {125, 118, 105, 95,  85,  78,
                                                  75,  80,  92,  105, 118, 125};

constexpr std::int64_t kStandby = 105;     // W
constexpr std::int64_t kFridgeCycle = 48;  // minutes
constexpr std::int64_t kFridgeRuns = 17;
constexpr Power kFridge{85, 51};            // W and var
constexpr std::int64_t kUnrest = 3;         // per cent
constexpr std::int64_t kMostOfUsual = 140;  // per cent of what stands around

struct LocalMinute {
  std::uint64_t day = 0;
  std::int64_t minute = 0;
  bool weekend = false;
  std::size_t season = 0;
};

LocalMinute local_minute(const Zone& zone, std::chrono::sys_seconds t) {
  const auto local = t + zone.offset(t);
  const std::int64_t minutes =
      std::chrono::floor<std::chrono::minutes>(local).time_since_epoch().count();
  const std::int64_t day = minutes / 1440;
  const std::int64_t day_of_year = day * 10'000 % 3'652'425 / 10'000;
  // 1970-01-01 was a Thursday: day 2 a Saturday.
  return {static_cast<std::uint64_t>(day), minutes % 1440, (day + 5) % 7 < 2,
          static_cast<std::size_t>(day_of_year * 12 / 366)};
}

void add_base(const LocalMinute& now, std::uint64_t seed, PhasePowers& watts) {
  const auto hour = static_cast<std::size_t>(now.minute / 60);
  const std::int64_t usual = (now.weekend ? kWeekend : kWeekday)[hour] * kSeason[now.season] / 100;
  const auto quarter = static_cast<std::uint64_t>(now.minute / 15);
  const std::int64_t percent =
      60 + random_below(random_at(seed, 1, now.day, quarter), kMostOfUsual - 60 + 1);
  watts[0].active += kStandby + usual * percent / 100;
  watts[0].reactive += 22 + usual / 5;

  const std::int64_t shift = random_below(random_at(seed, 2, now.day), kFridgeCycle);
  if ((now.minute + shift) % kFridgeCycle < kFridgeRuns) {
    watts[1].active += kFridge.active;
    watts[1].reactive += kFridge.reactive;
  }
}

void add_appliances(const LocalMinute& now, std::uint64_t seed, PhasePowers& watts) {
  std::uint64_t number = 0;
  for (const Appliance& appliance : kAppliances) {
    const std::uint64_t random = random_at(seed, 3, now.day, ++number);
    const std::int64_t chance = now.weekend ? appliance.chance_weekend : appliance.chance_weekday;
    if (random_below(random, 100) >= chance) continue;
    const std::int64_t start =
        appliance.earliest + random_below(random >> 20, appliance.latest - appliance.earliest);
    const std::int64_t since = now.minute - start;
    Power& power = watts[appliance.phase];
    if (since < 0 || since >= appliance.heating + appliance.running) continue;
    if (since < appliance.heating) {
      power.active += appliance.heating_power;
    } else {
      power.active += appliance.running_power;
      power.reactive += appliance.running_power * appliance.reactive_percent / 100;
    }
  }
}

}  // namespace

PhasePowers household_power(const HouseholdLoad& home, const Zone& zone, std::uint64_t seed,
                            std::chrono::sys_seconds t) {
  const LocalMinute now = local_minute(zone, t);
  PhasePowers watts{};
  add_base(now, seed, watts);
  add_appliances(now, seed, watts);
  // A little unrest, so that no two minutes are alike to the watt.
  const std::uint64_t unrest = random_at(seed, 4, now.day, static_cast<std::uint64_t>(now.minute));
  for (std::size_t phase = 0; phase < 3; ++phase) {
    const std::int64_t own = watts[phase].active;
    const std::int64_t percent =
        100 - kUnrest + random_below(unrest >> (phase * 8), 2 * kUnrest + 1);
    watts[phase].active = own * percent * home.percent / 10;  // W per cent² to mW
    watts[phase].reactive = watts[phase].reactive * home.percent * 10;
  }
  return watts;
}

PhasePowers most_household_power(const HouseholdLoad& home) {
  const std::int64_t usual = std::max(std::ranges::max(kWeekday), std::ranges::max(kWeekend)) *
                             std::ranges::max(kSeason) / 100;
  PhasePowers watts{};
  watts[0] = {kStandby + usual * kMostOfUsual / 100, 22 + usual / 5};
  watts[1] = kFridge;
  for (const Appliance& appliance : kAppliances) {
    Power& power = watts[appliance.phase];
    power.active += std::max(appliance.heating_power, appliance.running_power);
    power.reactive += appliance.running_power * appliance.reactive_percent / 100;
  }
  for (Power& power : watts) {
    power.active = power.active * (100 + kUnrest) * home.percent / 10;
    power.reactive = power.reactive * home.percent * 10;
  }
  return watts;
}

}  // namespace p1rig
