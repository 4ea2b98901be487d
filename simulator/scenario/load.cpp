#include "simulator/scenario/load.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "protocol/decimal.h"
#include "protocol/wording.h"
#include "simulator/random.h"
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
constexpr std::array<SolarMonth, 12> kSolarMonths = {{{300, 250},
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

/// Minutes since 1970 by standard time, changing with the minutes of UTC.
std::int64_t normal_minutes(const Zone& zone, sys_seconds t) {
  const auto minute = std::chrono::floor<std::chrono::minutes>(t);
  const auto summer = std::chrono::hours{zone.local(minute).season == 'S' ? 1 : 0};
  const auto normal = minute + zone.offset(minute) - summer;
  return std::chrono::floor<std::chrono::minutes>(normal).time_since_epoch().count();
}

/// Between the middles of two months their values are mixed, so that days lengthen steadily.
SolarMonth solar_day(std::int64_t day) {
  const std::int64_t day_of_year = day * 10'000 % 3'652'425 / 10'000;
  const std::int64_t from_first_middle = (day_of_year + 365 - 15) % 365;
  const std::int64_t month = std::min<std::int64_t>(from_first_middle * 12 / 365, 11);
  const std::int64_t into = from_first_middle * 12 - month * 365;  // of 365
  const SolarMonth& a = kSolarMonths[static_cast<std::size_t>(month)];
  const SolarMonth& b = kSolarMonths[static_cast<std::size_t>((month + 1) % 12)];
  return {(a.noon * (365 - into) + b.noon * into) / 365,
          (a.half_day * (365 - into) + b.half_day * into) / 365};
}

std::int64_t sky_percent(const SunLoad& sun, std::uint64_t seed, std::uint64_t stream,
                         std::int64_t day, std::int64_t minute) {
  // Some days are grey throughout, some are blue: as far from the average as 0 to 100 allows.
  const std::uint64_t of_day = random_at(seed, 0x53756E, stream, static_cast<std::uint64_t>(day));
  const std::int64_t draw = random_below(of_day, 101);
  const std::int64_t grey = sun.clouds <= 50 ? draw * 2 * sun.clouds / 100
                                             : 100 - (100 - draw) * 2 * (100 - sun.clouds) / 100;
  const auto slot = static_cast<std::uint64_t>(day * 288 + minute / 5);
  const std::uint64_t of_slot = random_at(seed, 0x436C6F7564, stream, slot);
  const bool cloudy = random_below(of_slot, 100) < grey;
  return cloudy ? 8 + random_below(of_slot >> 24, 25) : 88 + random_below(of_slot >> 24, 9);
}

PhasePowers power_of(const SunLoad& sun, const Load& load, const Zone& zone, std::uint64_t seed,
                     sys_seconds t) {
  const std::int64_t minutes = normal_minutes(zone, t);
  const std::int64_t day = minutes / 1440, minute = minutes % 1440;
  const SolarMonth today = solar_day(day);
  const std::int64_t from_noon = minute > kSolarNoon ? minute - kSolarNoon : kSolarNoon - minute;
  if (from_noon >= today.half_day) return {};
  // (1 - x²)²: flat at noon, and no edge at sunrise.
  const std::int64_t square = today.half_day * today.half_day;
  const std::int64_t height = (square - from_noon * from_noon) * 1000 / square;
  const std::int64_t clear = sun.peak / 1000 * today.noon / 1000 * height / 1000 * height;
  return over_phases(-clear / 100 * sky_percent(sun, seed, load.stream, day, minute), sun.phases);
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

Result<sys_seconds> parse_time(std::string_view cell, const Zone& zone, sys_seconds start) {
  std::int64_t after = 0;
  const auto [rest, code] = std::from_chars(cell.data(), cell.data() + cell.size(), after);
  const bool number = code == std::errc{} && rest == cell.data() + cell.size() && cell.size() < 12;
  if (number) return start + seconds{after};
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
                                 sys_seconds start, int phases) {
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
  if (const auto* fixed = std::get_if<FixedLoad>(&load.kind)) return fixed->power;
  if (const auto* home = std::get_if<HouseholdLoad>(&load.kind)) {
    return household_power(*home, zone, random_at(seed, load.stream), t);
  }
  if (const auto* sun = std::get_if<SunLoad>(&load.kind))
    return power_of(*sun, load, zone, seed, t);
  if (const auto* car = std::get_if<CarLoad>(&load.kind)) return power_of(*car);
  const auto* row = row_at(std::get<TableLoad>(load.kind), t);
  return row == nullptr ? PhasePowers{} : row->power;
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

sys_seconds next_change(const Load& load, sys_seconds t) {
  if (t < load.from) return load.from;
  if (t >= load.until) return sys_seconds::max();
  sys_seconds next = sys_seconds::max();
  if (std::holds_alternative<HouseholdLoad>(load.kind) ||
      std::holds_alternative<SunLoad>(load.kind)) {
    next = next_minute(t);
  } else if (const auto* table = std::get_if<TableLoad>(&load.kind)) {
    const auto after = std::ranges::upper_bound(table->rows, t, {}, &TableLoad::Row::from);
    if (after != table->rows.end()) next = after->from;
  }
  return std::min(next, load.until);
}

Result<std::vector<TableLoad::Row>> parse_load_table(std::string_view csv, const Zone& zone,
                                                     sys_seconds start, int phases) {
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
