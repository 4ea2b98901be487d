#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"
#include "protocol/timestamp.h"
#include "simulator/zone.h"

namespace p1rig {

/// Which tariff is active when, by local time; dated, because operators change it (profiles/tariffs/).
struct Calendar {
  struct Rule {
    std::array<bool, 7> days{};  ///< Monday first
    int from_minute = 0;         ///< of the local day
    int until_minute = 24 * 60;  ///< not included
    int tariff = 1;
  };
  struct Period {
    std::chrono::sys_days begin;  ///< valid from this local date on
    int otherwise = 1;            ///< the tariff where no rule applies
    std::vector<Rule> rules;      ///< the first that applies

    int tariff_at(std::size_t weekday, int minute) const;
  };
  std::string name;
  std::string title;
  std::vector<std::string> countries;  ///< whose meters follow it by default
  std::vector<Period> periods;         ///< by date

  /// What is valid on a local date; nothing where the meter has no tariffs.
  const Period* period_on(std::chrono::sys_days date) const;

  /// The tariff at an instant; 0 where the meter has no tariffs (no periods).
  int tariff_at(const Zone& zone, std::chrono::sys_seconds t) const;
};

Result<Calendar> load_calendar(const std::filesystem::path& file);

/// A calendar of profiles/tariffs/ by name; the error suggests the nearest.
Result<Calendar> find_calendar(std::string_view name);

/// The calendar that meters of the country follow; one without tariffs if there is none.
Result<Calendar> calendar_of_country(std::string_view country);

}  // namespace p1rig
