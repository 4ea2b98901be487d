#include "simulator/scenario/load.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>
#include <vector>

#include "protocol/decimal.h"
#include "protocol/wording.h"
#include "simulator/day_kind.h"
#include "simulator/random.h"
#include "simulator/scenario/day_powers.h"
#include "simulator/scenario/household.h"

namespace p1rig {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

sys_seconds next_minute(sys_seconds t) {
  return std::chrono::floor<std::chrono::minutes>(t) + std::chrono::minutes{1};
}

/// Splits a power over the chosen phases; what does not divide goes to the first.
PhasePowers over_phases(std::int64_t active, const std::array<bool, 3>& phases) {
  PhasePowers powers{};
  const std::int64_t count = std::ranges::count(phases, true);
  std::int64_t rest = count > 0 ? active % count : 0;
  for (std::size_t phase = 0; phase < 3; ++phase) {
    if (!phases[phase]) continue;
    powers[phase].active = active / count + std::exchange(rest, 0);
  }
  return powers;
}

// --- the sun, at 52° north ------------------------------------------------------------------------

struct SolarMonth {
  std::int64_t noon;      ///< per mille of the peak power at noon of a clear day
  std::int64_t half_day;  ///< minutes from noon to sunset
};
constexpr std::array<SolarMonth, kSeasons> kSolarMonths = {{{300, 250},
                                                            {450, 310},
                                                            {600, 360},
                                                            {720, 420},
                                                            {780, 475},
                                                            {800, 500},
                                                            {780, 490},
                                                            {730, 440},
                                                            {640, 380},
                                                            {480, 325},
                                                            {330, 265},
                                                            {250, 235}}};
// The sun ignores summer time and, in the countries of P1, is somewhat behind standard time: by 40
// minutes at 5° east.
constexpr std::int64_t kSolarNoon = 12 * 60 + 40;  // of standard time
constexpr std::int64_t kSummer = 60;               // minutes that the clock is ahead

/// How high the sun is in the middle of each slot, per mille of noon: (1 - x²)², flat at noon, and no
/// edge at sunrise.
constexpr auto kSunHeights = [] {
  std::array<std::array<std::int16_t, kSlotsPerDay>, kSeasons> heights{};
  for (std::size_t season = 0; season < kSeasons; ++season) {
    const std::int64_t half_day = 2 * kSolarMonths[season].half_day, square = half_day * half_day;
    for (std::int64_t slot = 0; slot < kSlotsPerDay; ++slot) {
      const std::int64_t from_noon = (2 * slot + 1) * kSlotMinutes - 2 * kSolarNoon;
      const std::int64_t root = std::max<std::int64_t>(square - from_noon * from_noon, 0);
      heights[season][static_cast<std::size_t>(slot)] =
          static_cast<std::int16_t>(root * 1000 / square * (root * 1000 / square) / 1000);
    }
  }
  return heights;
}();

/// What a photovoltaic system gives on a day.
class SunDay {
 public:
  SunDay(const SunLoad& sun, std::uint64_t seed, std::uint64_t stream, const DayKind& day)
      : sun_(sun), seed_(seed), stream_(stream), day_(day) {
    // Of all patterns, some are grey throughout, some are blue: as far from the average as 0 to 100
    // allows.
    constexpr auto kMost = static_cast<std::int64_t>(kDayPatterns) - 1;
    const auto shift = static_cast<std::size_t>(
        random_below(random_at(seed, 0x53756E, stream), std::int64_t{kDayPatterns}));
    const auto draw = static_cast<std::int64_t>((day.pattern * 3 + shift) % kDayPatterns);
    grey_ = sun.clouds <= 50 ? draw * 2 * sun.clouds / kMost
                             : 100 - (kMost - draw) * 2 * (100 - sun.clouds) / kMost;
  }

  /// In that slot of standard time.
  std::int64_t power(std::int64_t slot) const {
    const std::int64_t height = kSunHeights[day_.season][static_cast<std::size_t>(slot)];
    if (height == 0) return 0;
    const std::int64_t clear = sun_.peak / 1000 * kSolarMonths[day_.season].noon / 1000 * height;
    return -clear / 100 * sky_percent(slot);
  }

  void add_to(PhasesOfDay<SlotsOfDay>& powers, bool summer) const {
    for (std::int64_t slot = 0; slot < kSlotsPerDay; ++slot) {
      const std::int64_t active = power(slot);
      if (active == 0) continue;
      const PhasePowers split = over_phases(active, sun_.phases);
      const std::int64_t at = slot + (summer ? kSummer / kSlotMinutes : 0);
      for (std::size_t phase = 0; phase < 3; ++phase)
        powers.of(phase).add(at, at + 1, split[phase]);
    }
  }

 private:
  std::int64_t sky_percent(std::int64_t slot) const {
    const std::uint64_t random =
        random_at(seed_, 0x436C6F7564, stream_,
                  day_.pattern * kSlotsPerDay + static_cast<std::uint64_t>(slot));
    const bool cloudy = random_below(random, 100) < grey_;
    return cloudy ? 8 + random_below(random >> 24, 25) : 88 + random_below(random >> 24, 9);
  }

  const SunLoad& sun_;
  std::uint64_t seed_, stream_;
  DayKind day_;
  std::int64_t grey_ = 0;
};

struct LocalMinute {
  std::int64_t day = 0, minute = 0;
};

/// Minutes of the zone's clock, or of that behind it, changing with the minutes of UTC.
LocalMinute local_minute(const Zone& zone, sys_seconds t, std::int64_t behind = 0) {
  const std::int64_t minutes =
      std::chrono::floor<std::chrono::minutes>(t + zone.offset(t)).time_since_epoch().count() -
      behind;
  return {minutes / kMinutesPerDay, minutes % kMinutesPerDay};
}

PhasePowers power_of(const HouseholdLoad& home, const Load& load, const Zone& zone,
                     std::uint64_t seed, sys_seconds t) {
  const LocalMinute now = local_minute(zone, t);
  return HouseholdDay(home, random_at(seed, load.stream), day_kind(now.day)).at(now.minute);
}

PhasePowers power_of(const SunLoad& sun, const Load& load, const Zone& zone, std::uint64_t seed,
                     sys_seconds t) {
  const bool summer = zone.local(t).season == 'S';
  const LocalMinute now = local_minute(zone, t, summer ? kSummer : 0);
  const SunDay day(sun, seed, load.stream, day_kind(now.day));
  return over_phases(day.power(now.minute / kSlotMinutes), sun.phases);
}

PhasePowers power_of(const CarLoad& car) {
  PhasePowers powers{};
  for (std::size_t phase = 0; phase < 3; ++phase) {
    if (!car.phases[phase]) continue;
    powers[phase].active = car.current * 230;
    powers[phase].reactive = powers[phase].active * 3 / 100;  // power factor 0.9996
  }
  return powers;
}

const TableLoad::Row* row_at(const TableLoad& table, sys_seconds t) {
  const auto after = std::ranges::upper_bound(table.rows, t, {}, &TableLoad::Row::from);
  // The last row says where the curve ends.
  const bool ended = after == table.rows.end() && table.rows.size() > 1;
  return after == table.rows.begin() || ended ? nullptr : &*(after - 1);
}

/// Of a load that is constant between its edges.
PhasePowers power_that_lasts(const Load& load, sys_seconds t) {
  if (const auto* fixed = std::get_if<FixedLoad>(&load.kind)) return fixed->power;
  if (const auto* car = std::get_if<CarLoad>(&load.kind)) return power_of(*car);
  const auto* row = row_at(std::get<TableLoad>(load.kind), t);
  return row == nullptr ? PhasePowers{} : row->power;
}

// --- CSV -----------------------------------------------------------------------------------------

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (;;) {
    const auto comma = line.find(',');
    std::string_view cell = line.substr(0, comma);
    cell.remove_prefix(std::min(cell.find_first_not_of(" \t"), cell.size()));
    cell = cell.substr(0, cell.find_last_not_of(" \t") + 1);
    cells.push_back(cell);
    if (comma == std::string_view::npos) return cells;
    line.remove_prefix(comma + 1);
  }
}

Result<sys_seconds> parse_time(std::string_view cell, const Zone& zone,
                               std::optional<sys_seconds> start) {
  std::int64_t after = 0;
  const auto [rest, code] = std::from_chars(cell.data(), cell.data() + cell.size(), after);
  const bool number = code == std::errc{} && rest == cell.data() + cell.size() && cell.size() < 12;
  if (number && !start) {
    return fail(std::string(cell) +
                " s after the start: the scenario gives none, [scenario] start");
  }
  if (number) return *start + seconds{after};
  return zone.parse_instant(cell);
}

/// The active power of a cell in mW.
Result<std::int64_t> parse_power(std::string_view cell) {
  const auto watts = parse_decimal(cell);
  const auto milliwatts = watts ? scaled(*watts, 3) : std::nullopt;
  if (!milliwatts || milliwatts->decimals != 0) {
    return fail("\"" + std::string(cell) + "\" is not a power in W with at most three decimals");
  }
  if (milliwatts->digits > kMostOnPhase || milliwatts->digits < -kMostOnPhase) {
    return fail(std::string(cell) + " W: expected at most 500 kW on a phase");
  }
  return milliwatts->digits;
}

/// The error begins with the column.
Result<TableLoad::Row> parse_row(std::string_view line, std::size_t columns, const Zone& zone,
                                 std::optional<sys_seconds> start, int phases) {
  const auto cells = cells_of(line);
  const auto wrong = [&](std::string_view cell, const std::string& why) {
    return fail(std::to_string(cell.data() - line.data() + 1) + ": " + why);
  };
  if (cells.size() != columns) {
    return wrong(
        line, "has " + counted(cells.size(), "cell") + ", the header " + std::to_string(columns));
  }
  const auto time = parse_time(cells[0], zone, start);
  if (!time) return wrong(cells[0], time.error().message);
  TableLoad::Row row{*time, {}};
  for (std::size_t i = 1; i < cells.size(); ++i) {
    const auto power = parse_power(cells[i]);
    if (!power) return wrong(cells[i], power.error().message);
    if (*power != 0 && static_cast<int>(i) > phases) {
      return wrong(cells[i], "the meter has no phase L" + std::to_string(i));
    }
    row.power[i - 1].active = *power;
  }
  return row;
}

}  // namespace

PhasePowers power_at(const Load& load, const Zone& zone, std::uint64_t seed, sys_seconds t) {
  if (t < load.from || t >= load.until) return {};
  if (const auto* home = std::get_if<HouseholdLoad>(&load.kind)) {
    return power_of(*home, load, zone, seed, t);
  }
  if (const auto* sun = std::get_if<SunLoad>(&load.kind)) {
    return power_of(*sun, load, zone, seed, t);
  }
  return power_that_lasts(load, t);
}

PhasePowers most_of(const Load& load) {
  if (const auto* fixed = std::get_if<FixedLoad>(&load.kind)) return fixed->power;
  if (const auto* home = std::get_if<HouseholdLoad>(&load.kind)) return most_household_power(*home);
  if (const auto* sun = std::get_if<SunLoad>(&load.kind)) {
    return over_phases(-sun->peak, sun->phases);
  }
  const auto* car = std::get_if<CarLoad>(&load.kind);
  return car != nullptr ? power_of(*car) : PhasePowers{};
}

void add_minutes(const Load& load, std::uint64_t seed, const DayKind& day, sys_seconds t,
                 PhasesOfDay<MinutesOfDay>& powers) {
  const auto* home = std::get_if<HouseholdLoad>(&load.kind);
  if (home == nullptr || t < load.from || t >= load.until) return;
  HouseholdDay(*home, random_at(seed, load.stream), day).add_to(powers);
}

void add_slots(const Load& load, std::uint64_t seed, const DayKind& day, bool summer, sys_seconds t,
               PhasesOfDay<SlotsOfDay>& powers) {
  if (t < load.from || t >= load.until) return;
  if (const auto* home = std::get_if<HouseholdLoad>(&load.kind)) {
    return HouseholdDay(*home, random_at(seed, load.stream), day).add_to(powers);
  }
  if (const auto* sun = std::get_if<SunLoad>(&load.kind)) {
    return SunDay(*sun, seed, load.stream, day).add_to(powers, summer);
  }
  const PhasePowers all_day = power_that_lasts(load, t);
  for (std::size_t phase = 0; phase < 3; ++phase) {
    powers.of(phase).add(0, kSlotsPerDay, all_day[phase]);
  }
}

void end_at_successors(std::vector<Load>& loads) {
  std::map<std::string_view, std::vector<Load*>> of_name;
  for (Load& load : loads) {
    if (!load.name.empty()) of_name[load.name].push_back(&load);
  }
  for (auto& [name, followers] : of_name) {
    std::ranges::stable_sort(followers, {}, &Load::from);
    for (std::size_t i = 0; i + 1 < followers.size(); ++i) {
      followers[i]->until = std::min(followers[i]->until, followers[i + 1]->from);
    }
  }
  // Those that another one replaces at once never draw anything.
  std::erase_if(loads,
                [](const Load& load) { return !load.name.empty() && load.until <= load.from; });
}

sys_seconds next_edge(const Load& load, sys_seconds t) {
  if (t < load.from) return load.from;
  if (t >= load.until) return sys_seconds::max();
  sys_seconds next = load.until;
  if (const auto* table = std::get_if<TableLoad>(&load.kind)) {
    const auto after = std::ranges::upper_bound(table->rows, t, {}, &TableLoad::Row::from);
    if (after != table->rows.end()) next = std::min(next, after->from);
  }
  return next;
}

sys_seconds next_change(const Load& load, sys_seconds t) {
  const bool varies = std::holds_alternative<HouseholdLoad>(load.kind) ||
                      std::holds_alternative<SunLoad>(load.kind);
  const bool active = t >= load.from && t < load.until;
  const sys_seconds edge = next_edge(load, t);
  return varies && active ? std::min(edge, next_minute(t)) : edge;
}

Result<std::vector<TableLoad::Row>> parse_load_table(std::string_view csv, const Zone& zone,
                                                     std::optional<sys_seconds> start, int phases) {
  static constexpr std::string_view kColumns[] = {"time", "l1", "l2", "l3"};
  static constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (csv.starts_with(kByteOrderMark)) csv.remove_prefix(kByteOrderMark.size());
  std::vector<TableLoad::Row> rows;
  std::size_t number = 0, columns = 0;
  while (!csv.empty()) {
    const auto end = std::min(csv.find('\n'), csv.size());
    std::string_view line = csv.substr(0, end);
    csv.remove_prefix(std::min(end + 1, csv.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++number;
    if (line.empty()) continue;
    const auto wrong = [&](const std::string& why) {
      return fail(std::to_string(number) + ":" + why);
    };
    if (columns == 0) {
      const auto names = cells_of(line);
      columns = names.size();
      if ((columns != 2 && columns != 4) ||
          !std::equal(names.begin(), names.end(), std::begin(kColumns))) {
        return wrong("1: expected the header \"time,l1\" or \"time,l1,l2,l3\"");
      }
      continue;
    }
    auto row = parse_row(line, columns, zone, start, phases);
    if (!row) return wrong(row.error().message);
    if (!rows.empty() && row->from <= rows.back().from) {
      return wrong("1: its time is not after that of the previous row");
    }
    rows.push_back(*row);
  }
  if (rows.empty()) {
    return fail(std::to_string(number + 1) + ":1: expected a header and at least one row");
  }
  return rows;
}

}  // namespace p1rig
