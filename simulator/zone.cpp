#include "simulator/zone.h"

#include <date/tz.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "protocol/ascii.h"
#include "protocol/decimal.h"

namespace p1rig {
namespace {

/// How the clocks change each year, without end: the last line of a file of the zone database, such as
/// "CET-1CEST,M3.5.0,M10.5.0/3" (RFC 8536 §3.3.1). What stands in tables before it ends in 2037, or
/// much earlier, and date::time_zone knows no more.
class YearlyRule {
 public:
  /// Nothing if the clocks never change, or not on a weekday of a month.
  static std::optional<YearlyRule> parse(std::string_view text) {
    YearlyRule rule;
    const bool good =
        rule.skip_name(text) && rule.offset(text, rule.standard_) && rule.skip_name(text);
    if (!good) return std::nullopt;
    rule.summer_ = rule.standard_ + std::chrono::hours{1};
    if (!text.starts_with(',') && !rule.offset(text, rule.summer_)) return std::nullopt;
    const bool all = rule.change(text, rule.begin_) && rule.change(text, rule.end_) && text.empty();
    return all ? std::optional(rule) : std::nullopt;
  }

  /// The span around the instant; `first` is when the rule begins to hold.
  date::sys_info at(std::chrono::sys_seconds instant, std::chrono::sys_seconds first) const {
    const date::year_month_day today{date::floor<date::days>(instant)};
    std::vector<std::pair<std::chrono::sys_seconds, bool>> changes;
    for (int years = -1; years <= 1; ++years) {
      const date::year year = today.year() + date::years{years};
      changes.emplace_back(begin_.local(year) - standard_, true);
      changes.emplace_back(end_.local(year) - summer_, false);
    }
    std::ranges::sort(changes);
    const auto next = std::ranges::upper_bound(changes, instant, {},
                                               &std::pair<std::chrono::sys_seconds, bool>::first);
    const auto& [begin, summer] = *std::prev(next);
    date::sys_info info{};
    info.begin = std::max(begin, first);
    info.end = next->first;
    info.offset = summer ? summer_ : standard_;
    info.save = std::chrono::minutes{summer ? 1 : 0};  // as date::time_zone has it from such files
    return info;
  }

 private:
  struct Change {
    int month = 0, week = 0, weekday = 0;
    std::chrono::seconds time{std::chrono::hours{2}};

    /// As the clock shows it then.
    std::chrono::sys_seconds local(date::year year) const {
      const date::year_month in = year / date::month{static_cast<unsigned>(month)};
      const date::weekday day{static_cast<unsigned>(weekday)};
      constexpr int kLast = 5;
      const date::sys_days date = week == kLast
                                      ? date::sys_days{in / day[date::last]}
                                      : date::sys_days{in / day[static_cast<unsigned>(week)]};
      return date + time;
    }
  };

  /// Letters, or anything between < and >.
  static bool skip_name(std::string_view& text) {
    std::size_t size = 0;
    if (text.starts_with('<')) {
      size = text.find('>') + 1;  // 0 where there is none
    } else {
      while (size < text.size() && is_letter(text[size])) ++size;
    }
    text.remove_prefix(size);
    return size > 0;
  }

  static bool number(std::string_view& text, int& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || value < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
  }

  static bool after(std::string_view& text, char c) {
    if (!text.starts_with(c)) return false;
    text.remove_prefix(1);
    return true;
  }

  /// "[+-]hh[:mm[:ss]]"
  static bool clock(std::string_view& text, std::chrono::seconds& time) {
    const bool minus = after(text, '-');
    if (!minus) after(text, '+');
    int hours = 0, minutes = 0, seconds = 0;
    if (!number(text, hours)) return false;
    if (after(text, ':') && !number(text, minutes)) return false;
    if (after(text, ':') && !number(text, seconds)) return false;
    time =
        std::chrono::hours{hours} + std::chrono::minutes{minutes} + std::chrono::seconds{seconds};
    if (minus) time = -time;
    return true;
  }

  /// What is west of Greenwich is positive there.
  static bool offset(std::string_view& text, std::chrono::seconds& offset) {
    const bool good = clock(text, offset);
    offset = -offset;
    return good;
  }

  /// ",Mm.w.d[/time]"
  static bool change(std::string_view& text, Change& change) {
    const bool good = after(text, ',') && after(text, 'M') && number(text, change.month) &&
                      after(text, '.') && number(text, change.week) && after(text, '.') &&
                      number(text, change.weekday);
    const bool is_date = change.month >= 1 && change.month <= 12 && change.week >= 1 &&
                         change.week <= 5 && change.weekday <= 6;
    return good && is_date && (!after(text, '/') || clock(text, change.time));
  }

  std::chrono::seconds standard_{0}, summer_{0};
  Change begin_, end_;
};

/// The rule of a zone that is known to be in the database.
std::optional<YearlyRule> yearly_rule_of(const std::string& name) {
  std::ifstream file("/usr/share/zoneinfo/" + name, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!text.starts_with("TZif") || !text.ends_with('\n')) return std::nullopt;
  text.pop_back();
  return YearlyRule::parse(std::string_view(text).substr(text.rfind('\n') + 1));
}

}  // namespace

// The span of one offset and the same day are asked for again and again: the last ones are kept.
struct Zone::Rules {
  const date::time_zone* zone = nullptr;
  std::optional<YearlyRule> yearly;  // once the tables end
  mutable date::sys_info last{};
  mutable std::int64_t last_day = INT64_MIN;  // since 1970
  mutable Timestamp last_date;

  /// The date of a day, its century left out.
  const Timestamp& date_of(std::int64_t day) const {
    if (day == last_day) return last_date;
    const date::year_month_day date{date::sys_days{date::days{day}}};
    last_date.year = static_cast<std::uint8_t>((int{date.year()} % 100 + 100) % 100);
    last_date.month = static_cast<std::uint8_t>(unsigned{date.month()});
    last_date.day = static_cast<std::uint8_t>(unsigned{date.day()});
    last_day = day;
    return last_date;
  }

  const date::sys_info& at(std::chrono::sys_seconds instant) const {
    if (instant >= last.begin && instant < last.end) return last;
    last = zone->get_info(instant);
    constexpr date::sys_days kNever = date::year{2200} / 1 / 1;
    if (yearly && last.end > kNever) last = yearly->at(instant, last.begin);
    return last;
  }
};

Result<Zone> Zone::find(std::string_view name) {
  try {
    Zone zone;
    zone.name_ = std::string(name);
    auto rules = std::make_shared<Rules>();
    rules->zone = date::locate_zone(zone.name_);
    rules->yearly = yearly_rule_of(rules->zone->name());
    rules->last = rules->zone->get_info(date::sys_seconds{});
    zone.rules_ = std::move(rules);
    return zone;
  } catch (const std::exception&) {
    return fail("\"" + std::string(name) +
                "\" is not an IANA time zone such as \"Europe/Amsterdam\"");
  }
}

std::chrono::seconds Zone::offset(std::chrono::sys_seconds instant) const {
  return rules_->at(instant).offset;
}

std::chrono::sys_seconds Zone::next_switch(std::chrono::sys_seconds instant) const {
  return rules_->at(instant).end;
}

Timestamp Zone::local(std::chrono::sys_seconds instant) const {
  const date::sys_info& info = rules_->at(instant);
  const std::int64_t shifted = (instant + info.offset).time_since_epoch().count();
  constexpr std::int64_t kDay = 86'400;
  const std::int64_t day = shifted / kDay - (shifted % kDay < 0 ? 1 : 0);
  const auto second = static_cast<std::uint32_t>(shifted - day * kDay);
  Timestamp time = rules_->date_of(day);
  time.hour = static_cast<std::uint8_t>(second / 3600);
  time.minute = static_cast<std::uint8_t>(second / 60 % 60);
  time.second = static_cast<std::uint8_t>(second % 60);
  time.season = info.save != std::chrono::minutes{0} ? 'S' : 'W';
  return time;
}

Result<std::chrono::sys_seconds> Zone::instant(const Timestamp& local) const {
  if (!is_calendar_time(local)) return fail(to_string(local) + " is not a valid date and time");
  const auto as_utc =
      to_instant({local.year, local.month, local.day, local.hour, local.minute, local.second, 'W'},
                 std::chrono::minutes{0});
  if (!as_utc) return fail(to_string(local) + " means an unset clock, not a time");
  // The clock is at most a day from UTC, and changes at most once in two days.
  std::vector<std::chrono::sys_seconds> candidates;
  for (const int days : {-1, 1}) {
    const std::chrono::seconds offset = this->offset(*as_utc + std::chrono::days{days});
    const std::chrono::sys_seconds candidate = *as_utc - offset;
    const bool is_shown = this->offset(candidate) == offset;
    if (is_shown && (candidates.empty() || candidates.back() != candidate)) {
      candidates.push_back(candidate);
    }
  }
  if (candidates.empty()) {
    return fail(to_string(local) + " does not exist in " + name_ + ": the clock was put forward");
  }
  if (local.season == '\0' && candidates.size() > 1) {
    return fail(to_string(local) + " occurs twice in " + name_ + ": add S or W");
  }
  for (const auto candidate : candidates) {
    if (local.season == '\0' || this->local(candidate).season == local.season) return candidate;
  }
  return fail(to_string(local) + " does not exist in " + name_ + ": the letter would be " +
              this->local(candidates.front()).season);
}

namespace {

/// Reads `count` digits at `at`; -1 where they are not all digits.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  if (at + count > text.size()) return -1;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}

Result<std::chrono::sys_seconds> parse_iso(std::string_view text) {
  const auto wrong = [&] {
    return fail("\"" + std::string(text) +
                "\" is not a time: expected \"2026-10-25T00:30:00Z\", an offset instead of Z, or "
                "the meter's own form \"261025023000S\"");
  };
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2);
  const bool shape = text.size() >= 17 && text[4] == '-' && text[7] == '-' &&
                     (text[10] == 'T' || text[10] == ' ') && text[13] == ':';
  if (!shape || year < 0 || month < 0 || day < 0 || hour < 0 || minute < 0) return wrong();
  std::size_t at = 16;
  int second = 0;
  if (text[at] == ':') {
    second = digits(text, 17, 2);
    at = 19;
  }
  const std::string_view zone = at <= text.size() ? text.substr(at) : std::string_view{};
  int offset = 0;
  if (zone.size() == 6 && (zone[0] == '+' || zone[0] == '-') && zone[3] == ':') {
    const int hours = digits(zone, 1, 2), minutes = digits(zone, 4, 2);
    if (hours < 0 || minutes < 0 || hours > 14 || minutes > 59) return wrong();
    offset = (hours * 60 + minutes) * (zone[0] == '-' ? -1 : 1);
  } else if (zone != "Z") {
    return wrong();
  }
  const date::year_month_day date{date::year{year}, date::month{static_cast<unsigned>(month)},
                                  date::day{static_cast<unsigned>(day)}};
  if (!date.ok() || hour > 23 || minute > 59 || second < 0 || second > 59) {
    return fail("\"" + std::string(text) + "\" is not a valid date and time");
  }
  if (year < 2000 || year > 2099) {
    return fail("\"" + std::string(text) +
                "\": P1 writes years with two digits, 2000 to 2099 (DSMR-P1 5.0.2 §6.4)");
  }
  return date::sys_days{date} + std::chrono::hours{hour} + std::chrono::minutes{minute - offset} +
         std::chrono::seconds{second};
}

}  // namespace

Result<std::chrono::sys_seconds> Zone::parse_instant(std::string_view text) const {
  if (const auto stamp = parse_timestamp(text)) return instant(*stamp);
  return parse_iso(text);
}

}  // namespace p1rig
