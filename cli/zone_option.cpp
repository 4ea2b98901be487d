#include "cli/zone_option.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "cli/command.h"

namespace p1rig {
namespace {

using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

minutes offset_at(const Zone& zone, sys_seconds instant) {
  return std::chrono::duration_cast<minutes>(zone.offset(instant));
}

/// The first second of the day after `day` with another offset than at `day`'s beginning, if it
/// changes on that day.
sys_seconds change_after(const Zone& zone, sys_seconds day) {
  sys_seconds before = day, after = day + std::chrono::days{1};
  while (after - before > std::chrono::seconds{1}) {
    const sys_seconds middle = before + (after - before) / 2;
    (offset_at(zone, middle) == offset_at(zone, day) ? before : after) = middle;
  }
  return after;
}

}  // namespace

ClockRule clock_rule_of(const Zone& zone, std::string said_by) {
  // Summer is in January south of the equator.
  constexpr sys_days kJanuary = std::chrono::year(2026) / 1 / 1;
  constexpr sys_days kJuly = std::chrono::year(2026) / 7 / 1;
  ClockRule rule{
      std::move(said_by), std::min(offset_at(zone, kJanuary), offset_at(zone, kJuly)), {}};
  constexpr sys_days kFirst = std::chrono::year(2000) / 1 / 1;
  constexpr sys_days kEnd = std::chrono::year(2100) / 1 / 1;
  const auto is_summer = [&](sys_seconds t) { return offset_at(zone, t) > rule.normal_offset; };
  std::optional<sys_seconds> begin;
  if (is_summer(kFirst)) begin = kFirst;
  for (sys_seconds day = kFirst; day < kEnd; day += std::chrono::days{1}) {
    const bool summer = is_summer(day + std::chrono::days{1});
    if (summer == begin.has_value()) continue;
    const sys_seconds change = change_after(zone, day);
    if (begin) rule.summers.push_back({*begin, change});
    begin = summer ? std::optional(change) : std::nullopt;
  }
  if (begin) rule.summers.push_back({*begin, kEnd});
  return rule;
}

void add_zone_option(Options& options) {
  options.value("zone", "ZONE",
                "the meter's clock is that of this zone, such as Europe/Helsinki; a dialect with W "
                "all year keeps it; default: the clock of the dialect's country");
}

int choose_zone(const Options& options, std::optional<ClockRule>& clock) {
  const auto name = options.get("zone");
  if (!name) return kAsExpected;
  const auto zone = Zone::find(*name);
  if (!zone) return complain(kUsage, "--zone: " + zone.error().message);
  clock = clock_rule_of(*zone, "--zone " + *name);
  return kAsExpected;
}

}  // namespace p1rig
