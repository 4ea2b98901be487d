#include "simulator/meter/mbus_use.h"

#include <array>

#include "simulator/random.h"

namespace p1rig {
namespace {

// Per cent of the yearly mean, for twelve slices of the year from 1 January on (by day of a mean
// year, since only the season matters).
constexpr std::array<std::int64_t, 12> kHeating = {205, 190, 150, 100, 45,  15,
                                                   10,  10,  30,  90,  155, 200};
constexpr std::array<std::int64_t, 12> kCooling = {0, 0, 0, 40, 110, 240, 320, 290, 150, 50, 0, 0};
// Per cent of the daily mean, by hour of UTC.
constexpr std::array<std::int64_t, 24> kHours = {40,  40,  40,  40,  60,  150, 210, 190,
                                                 120, 90,  80,  80,  80,  80,  90,  110,
                                                 150, 180, 170, 150, 120, 80,  50,  40};

std::size_t slice_of_year(std::int64_t seconds) {
  const std::int64_t day_of_year = seconds / 86'400 * 10'000 % 3'652'425 / 10'000;
  return static_cast<std::size_t>(day_of_year * 12 / 366);
}

}  // namespace

std::int64_t use_in_minute(Medium medium, std::uint64_t seed, std::uint64_t stream,
                           std::chrono::sys_seconds minute) {
  const std::int64_t seconds = minute.time_since_epoch().count();
  const auto count = static_cast<std::uint64_t>(seconds / 60);
  const std::uint64_t random = random_at(seed, 0x4D427573, stream, count);
  const std::int64_t percent = random_below(random, 201);  // 100 on average
  const std::size_t month = slice_of_year(seconds);
  const std::int64_t hour = kHours[static_cast<std::size_t>(seconds / 3600 % 24)];
  switch (medium) {
    case Medium::kGas:  // 1500 m3 a year are 2854 cm3 a minute
      return 2854 * kHeating[month] / 100 * hour / 100 * percent / 100;
    case Medium::kHeat:  // 30 GJ a year are 57,000 J a minute
      return 57'000 * kHeating[month] / 100 * hour / 100 * percent / 100;
    case Medium::kCold:
      return 12'000 * kCooling[month] / 100 * hour / 100 * percent / 100;
    case Medium::kWater:  // 110 m3 a year; a tap runs in one of 25 minutes
      return random_below(random >> 20, 25) == 0 ? 5200 * hour / 100 * percent / 100 : 0;
    case Medium::kElectricity:  // a heat pump, 400 W on average
      return 400'000 * 60 / 100 * kHeating[month] / 100 * percent;
    case Medium::kUnlinked:
      return 0;
  }
  return 0;
}

}  // namespace p1rig
