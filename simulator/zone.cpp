#include "simulator/zone.h"

#include <date/tz.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <vector>

#include "protocol/decimal.h"

namespace p1rig {

// The span of one offset and the same day are asked for again and again: the last ones are kept.
struct Zone::Rules {
  const date::time_zone* zone = nullptr;
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
    if (instant < last.begin || instant >= last.end) last = zone->get_info(instant);
    return last;
  }
};

Result<Zone> Zone::find(std::string_view name) {
  try {
    Zone zone;
    zone.name_ = std::string(name);
    auto rules = std::make_shared<Rules>();
    rules->zone = date::locate_zone(zone.name_);
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
  const auto info = rules_->zone->get_info(date::local_seconds{as_utc->time_since_epoch()});
  std::vector<std::chrono::sys_seconds> candidates;
  if (info.result != date::local_info::nonexistent) {
    candidates.push_back(*as_utc - info.first.offset);
  }
  if (info.result == date::local_info::ambiguous)
    candidates.push_back(*as_utc - info.second.offset);
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
