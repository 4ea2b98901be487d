#pragma once

#include <cstddef>
#include <cstdint>

namespace p1rig {

// Days come again: all that loads and devices draw by chance on a day depends on its kind, and
// there are so few kinds that each can be added up. A hundred years of days are then counted, not
// lived through (simulator/meter/meter_leap.cpp).

inline constexpr std::int64_t kMinutesPerDay = 1440;
inline constexpr std::size_t kDayPatterns = 5;
inline constexpr std::size_t kSeasons = 12;

struct DayKind {
  std::size_t weekday = 0;  ///< Monday first
  std::size_t season = 0;   ///< twelfth of a mean year, from January on
  std::size_t pattern = 0;  ///< that chance is drawn for: another one on neighbouring days, and on
                            ///< the same day of neighbouring weeks
  bool weekend() const { return weekday >= 5; }
};

/// The kind of a day, counted from 1970-01-01 on, a Thursday.
constexpr DayKind day_kind(std::int64_t day) {
  const auto count = static_cast<std::uint64_t>(day);
  const std::uint64_t day_of_year = count * 10'000 % 3'652'425 / 10'000;
  return {(count + 3) % 7, day_of_year * kSeasons / 366,
          (count * 3 + count / kDayPatterns) % kDayPatterns};
}

}  // namespace p1rig
