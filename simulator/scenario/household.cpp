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
constexpr std::int64_t kLeastUnrest = -8;   // W
constexpr std::int64_t kMostUnrest = 7;     // W
constexpr std::int64_t kMostOfUsual = 140;  // per cent of what stands around

constexpr std::int64_t kQuarter = 15;  // minutes

/// A little in each minute of a quarter-hour, in W, so that no two minutes are alike.
std::int64_t unrest_in(std::uint64_t random, std::int64_t minute) {
  return static_cast<std::int64_t>(random >> (minute * 4) & 15U) + kLeastUnrest;
}

/// From W and var to mW and mvar of this home.
Power of_home(Power watts, const HouseholdLoad& home) {
  return {watts.active * home.percent * 10, watts.reactive * home.percent * 10};
}

}  // namespace

HouseholdDay::HouseholdDay(const HouseholdLoad& home, std::uint64_t seed, const DayKind& day)
    : home_(home),
      seed_(seed),
      day_(day),
      fridge_shift_(random_below(random_at(seed, 2, day.pattern), kFridgeCycle)) {}

Power HouseholdDay::base(std::int64_t quarter) const {
  const auto hour = static_cast<std::size_t>(quarter / 4);
  const std::int64_t usual =
      (day_.weekend() ? kWeekend : kWeekday)[hour] * kSeason[day_.season] / 100;
  const std::uint64_t random = random_at(seed_, 1, day_.pattern, hour) >> (quarter % 4 * 16);
  const auto draw = static_cast<std::int64_t>(random & 0xFFFFU);
  const std::int64_t percent = 60 + draw * (kMostOfUsual - 60 + 1) / 0x10000;
  return {kStandby + usual * percent / 100, 22 + usual / 5};
}

/// What unrest_in() takes from.
std::uint64_t HouseholdDay::unrest(std::int64_t quarter) const {
  return random_at(seed_, 4, day_.pattern, static_cast<std::uint64_t>(quarter));
}

/// Calls each(phase, from, until, W and var) for what appliances do on this day.
template <class Each>
void HouseholdDay::each_run(Each&& each) const {
  std::uint64_t number = 0;
  for (const Appliance& appliance : kAppliances) {
    const std::uint64_t random = random_at(seed_, 3, day_.pattern, ++number);
    const std::int64_t chance =
        day_.weekend() ? appliance.chance_weekend : appliance.chance_weekday;
    if (random_below(random, 100) >= chance) continue;
    const std::int64_t start =
        appliance.earliest + random_below(random >> 20, appliance.latest - appliance.earliest);
    const std::int64_t heated = start + appliance.heating;
    const Power running{appliance.running_power,
                        appliance.running_power * appliance.reactive_percent / 100};
    each(appliance.phase, start, heated, Power{appliance.heating_power, 0});
    each(appliance.phase, heated, heated + appliance.running, running);
  }
}

PhasePowers HouseholdDay::at(std::int64_t minute) const {
  PhasePowers watts{};
  const auto add = [&](std::size_t phase, Power more) {
    watts[phase].active += more.active;
    watts[phase].reactive += more.reactive;
  };
  add(0, base(minute / kQuarter));
  add(0, {unrest_in(unrest(minute / kQuarter), minute % kQuarter), 0});
  if ((minute + fridge_shift_) % kFridgeCycle < kFridgeRuns) add(1, kFridge);
  each_run([&](std::size_t phase, std::int64_t from, std::int64_t until, Power more) {
    if (minute >= from && minute < until) add(phase, more);
  });
  for (Power& power : watts) power = of_home(power, home_);
  return watts;
}

void HouseholdDay::add_to(PhasesOfDay<MinutesOfDay>& powers) const {
  const auto add = [&](std::size_t phase, std::int64_t from, std::int64_t until, Power watts) {
    powers.of(phase).add(from, until, of_home(watts, home_));
  };
  for (std::int64_t quarter = 0; quarter < kMinutesPerDay / kQuarter; ++quarter) {
    const std::uint64_t random = unrest(quarter);
    for (std::int64_t minute = 0; minute < kQuarter; ++minute) {
      const std::int64_t at = quarter * kQuarter + minute;
      add(0, at, at + 1, {unrest_in(random, minute), 0});
    }
  }
  for (std::int64_t from = -fridge_shift_; from < kMinutesPerDay; from += kFridgeCycle) {
    const std::int64_t until = std::min(from + kFridgeRuns, kMinutesPerDay);
    if (until > 0) add(1, std::max<std::int64_t>(from, 0), until, kFridge);
  }
  each_run(add);
}

void HouseholdDay::add_to(PhasesOfDay<SlotsOfDay>& powers) const {
  constexpr std::int64_t kSlots = kQuarter / kSlotMinutes;
  for (std::int64_t quarter = 0; quarter < kMinutesPerDay / kQuarter; ++quarter) {
    powers.of(0).add(quarter * kSlots, quarter * kSlots + kSlots, of_home(base(quarter), home_));
  }
}

PhasePowers most_household_power(const HouseholdLoad& home) {
  const std::int64_t usual = std::max(std::ranges::max(kWeekday), std::ranges::max(kWeekend)) *
                             std::ranges::max(kSeason) / 100;
  PhasePowers watts{};
  watts[0] = {kStandby + usual * kMostOfUsual / 100 + kMostUnrest, 22 + usual / 5};
  watts[1] = kFridge;
  for (const Appliance& appliance : kAppliances) {
    Power& power = watts[appliance.phase];
    power.active += std::max(appliance.heating_power, appliance.running_power);
    power.reactive += appliance.running_power * appliance.reactive_percent / 100;
  }
  for (Power& power : watts) {
    power = of_home(power, home);
  }
  return watts;
}

}  // namespace p1rig
