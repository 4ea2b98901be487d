#include "simulator/meter/mbus_use.h"

#include <algorithm>
#include <array>

#include "simulator/day_kind.h"
#include "simulator/random.h"

namespace p1rig {
namespace {

// Per cent of the yearly mean.
constexpr std::array<std::int64_t, kSeasons> kHeating = {205, 190, 150, 100, 45,  15,
                                                         10,  10,  30,  90,  155, 200};
constexpr std::array<std::int64_t, kSeasons> kCooling = {0,   0,   0,   40, 110, 240,
                                                         320, 290, 150, 50, 0,   0};
// Per cent of the daily mean, by hour of UTC.
constexpr std::array<std::int64_t, 24> kHours = {40,  40,  40,  40,  60,  150, 210, 190,
                                                 120, 90,  80,  80,  80,  80,  90,  110,
                                                 150, 180, 170, 150, 120, 80,  50,  40};

constexpr std::int64_t kHour = 60;  // minutes

/// In one hour: so much in every `step`th minute from `first` on.
struct HourOfUse {
  std::int64_t amount = 0, first = 0, step = 1;

  std::int64_t in_minute(std::int64_t minute) const {
    return minute >= first && (minute - first) % step == 0 ? amount : 0;
  }
  std::int64_t sum() const { return amount * ((kHour - 1 - first) / step + 1); }
};

HourOfUse use_in_hour(Medium medium, std::uint64_t seed, std::uint64_t stream, const DayKind& day,
                      std::int64_t hour) {
  const std::uint64_t random =
      random_at(seed, 0x4D427573, stream, day.pattern * 24 + static_cast<std::uint64_t>(hour));
  const std::int64_t percent = random_below(random, 201);  // 100 on average
  const std::int64_t by_hour = kHours[static_cast<std::size_t>(hour)];
  switch (medium) {
    case Medium::kGas:  // 1500 m3 a year are 2854 cm3 a minute
      return {2854 * kHeating[day.season] / 100 * by_hour / 100 * percent / 100};
    case Medium::kHeat:  // 30 GJ a year are 57,000 J a minute
      return {57'000 * kHeating[day.season] / 100 * by_hour / 100 * percent / 100};
    case Medium::kCold:
      return {12'000 * kCooling[day.season] / 100 * by_hour / 100 * percent / 100};
    case Medium::kWater:  // 110 m3 a year; a tap runs in one of 25 minutes
      return {5200 * by_hour / 100 * percent / 100, random_below(random >> 20, 25), 25};
    case Medium::kElectricity:  // a heat pump, 400 W on average
      return {400'000 * 60 / 100 * kHeating[day.season] / 100 * percent};
    case Medium::kUnlinked:
      return {};
  }
  return {};
}

}  // namespace

std::int64_t use_in_minute(Medium medium, std::uint64_t seed, std::uint64_t stream,
                           std::chrono::sys_seconds minute) {
  const std::int64_t minutes = minute.time_since_epoch().count() / 60;
  const std::int64_t of_day = minutes % kMinutesPerDay;
  return use_in_hour(medium, seed, stream, day_kind(minutes / kMinutesPerDay), of_day / kHour)
      .in_minute(of_day % kHour);
}

std::int64_t use_between(Medium medium, std::uint64_t seed, std::uint64_t stream,
                         std::chrono::sys_seconds from, std::chrono::sys_seconds until) {
  using std::chrono::days;
  std::int64_t sum = 0;
  const auto first = std::min(std::chrono::ceil<days>(from), std::chrono::floor<days>(until));
  const auto last = std::max(first, std::chrono::floor<days>(until));
  const auto one_by_one = [&](std::chrono::sys_seconds begin, std::chrono::sys_seconds end) {
    for (auto minute = begin; minute < end; minute += std::chrono::minutes{1}) {
      sum += use_in_minute(medium, seed, stream, minute);
    }
  };
  if (first < from) {  // all in one day
    one_by_one(from, until);
    return sum;
  }
  one_by_one(from, first);
  std::array<std::array<std::int64_t, kDayPatterns>, kSeasons> counts{};
  for (auto day = first; day < last; day += days{1}) {
    const DayKind kind = day_kind(day.time_since_epoch().count());
    ++counts[kind.season][kind.pattern];
  }
  for (std::size_t season = 0; season < kSeasons; ++season) {
    for (std::size_t pattern = 0; pattern < kDayPatterns; ++pattern) {
      const std::int64_t count = counts[season][pattern];
      for (std::int64_t hour = 0; count > 0 && hour < 24; ++hour) {
        sum += count * use_in_hour(medium, seed, stream, {0, season, pattern}, hour).sum();
      }
    }
  }
  one_by_one(last, until);
  return sum;
}

}  // namespace p1rig
