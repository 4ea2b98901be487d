#include "conformance/judge/clock_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace p1rig {
namespace {

/// 01:00 UTC of the month's last Sunday, when Europe changes its clocks.
std::chrono::sys_seconds clock_change(std::chrono::year year, std::chrono::month month) {
  return std::chrono::sys_days(year / month / std::chrono::Sunday[std::chrono::last]) +
         std::chrono::hours(1);
}

bool is_european_summer(std::chrono::sys_seconds instant) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(instant));
  return instant >= clock_change(date.year(), std::chrono::March) &&
         instant < clock_change(date.year(), std::chrono::October);
}

/// "UTC+2", "UTC+5:30".
std::string utc(std::chrono::minutes offset) {
  const auto minutes = std::abs(offset.count());
  const std::string rest = minutes % 60 == 0 ? "" : fmt::format(":{:02}", minutes % 60);
  return fmt::format("UTC{}{}{}", offset.count() < 0 ? '-' : '+', minutes / 60, rest);
}

}  // namespace

Dialect with_clock(const Dialect& dialect, const ClockRule& rule) {
  Dialect result = dialect;
  result.normal_offset = rule.normal_offset;
  result.summer_time = dialect.summer_time && !rule.summers.empty();
  result.summers = rule.summers;
  return result;
}

bool is_in(std::span<const Summer> summers, std::chrono::sys_seconds instant) {
  const auto after = std::ranges::upper_bound(summers, instant, {}, &Summer::begin);
  return after != summers.begin() && instant < std::prev(after)->end;
}

bool is_summer(const Dialect& dialect, std::chrono::sys_seconds instant) {
  if (!dialect.summer_time) return false;
  return dialect.summers.empty() ? is_european_summer(instant) : is_in(dialect.summers, instant);
}

std::string clock_in_words(const Dialect& dialect, std::string_view said_by) {
  const std::chrono::minutes normal = dialect.normal_offset;
  return dialect.summer_time ? fmt::format("W is {}, S is {} ({})", utc(normal),
                                           utc(normal + std::chrono::hours(1)), said_by)
                             : fmt::format("W all year is {} ({})", utc(normal), said_by);
}

}  // namespace p1rig
