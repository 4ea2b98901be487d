// Readers that are wrong about times.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <string>

#include "conformance/mutants/mutant_rows.h"
#include "conformance/mutants/report_edit.h"
#include "conformance/mutants/telegram_look.h"
#include "protocol/dialect.h"
#include "protocol/timestamp.h"

namespace p1rig {
namespace {

constexpr auto kFamily = MutantFamily::kTimestamps;

using Kind = ContractValue::Kind;

constexpr Obis kPeak{1, 0, 1, 6, 0};

bool is_letterless_time(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  const auto time = parse_timestamp(text);
  return text.size() == kDigits && time && is_calendar_time(*time) && time->year > 9;
}

constexpr std::size_t kFace = 19;  // of "2010-12-09T11:30:20"

int number_at(const std::string& text, std::size_t at, std::size_t length) {
  return std::atoi(text.substr(at, length).c_str());
}

bool has_offset(const std::string& time) { return time.size() > kFace; }

int offset_hours(const std::string& time) { return number_at(time, kFace + 1, 2); }

void set_offset(std::string& time, int hours) {
  time.replace(kFace + 1, 2, fmt::format("{:02}", hours));
}

std::chrono::sys_seconds face_of(const std::string& time) {
  const std::chrono::year_month_day date{
      std::chrono::year{number_at(time, 0, 4)},
      std::chrono::month{static_cast<unsigned>(number_at(time, 5, 2))},
      std::chrono::day{static_cast<unsigned>(number_at(time, 8, 2))}};
  return std::chrono::sys_days{date} + std::chrono::hours{number_at(time, 11, 2)} +
         std::chrono::minutes{number_at(time, 14, 2)} +
         std::chrono::seconds{number_at(time, 17, 2)};
}

void set_face(std::string& time, std::chrono::sys_seconds face) {
  const auto day = std::chrono::floor<std::chrono::days>(face);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{face - day};
  time.replace(
      0, kFace,
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count()));
}

int normal_hours(const MutantState& state) {
  return static_cast<int>(state.dialect->normal_offset.count() / 60);
}

std::chrono::sys_days last_sunday(const std::string& time, unsigned month) {
  return std::chrono::year_month_weekday_last{std::chrono::year{number_at(time, 0, 4)},
                                              std::chrono::month{month},
                                              std::chrono::weekday_last{std::chrono::Sunday}};
}

/// The hour that comes twice: on the last Sunday of October, from two hours after midnight.
bool is_in_fold(const std::string& time) {
  const auto begin = last_sunday(time, 10) + std::chrono::hours{2};
  return face_of(time) >= begin && face_of(time) < begin + std::chrono::hours{1};
}

bool refuse_unset_times(Telegram& telegram, MutantState&) {
  return !any_bracket(telegram, is_unset_time);
}

bool crash_at_unset_times(Telegram& telegram, MutantState& state) {
  return crash_if(any_bracket(telegram, is_unset_time), state);
}

/// By the clock's face: enough where no switch of the season lies between two telegrams.
void drop_older(MutantReport& report, MutantState& state) {
  constexpr Obis kClock{0, 0, 1, 0, 0};
  const ContractValue* const now = find_value(report.telegram, kClock);
  if (now == nullptr || !state.previous) return;
  const auto before = state.previous->values.find(kClock);
  if (before == state.previous->values.end() || now->text.size() < kFace) return;
  if (now->text.substr(0, kFace) < before->second.text.substr(0, kFace)) report.times = 0;
}

bool refuse_times_without_letter(Telegram& telegram, MutantState& state) {
  if (!state.dialect->has_crc) return true;
  return !any_line(telegram, [](const DataLine& line) {
    const bool timed = line.code && (line.code->code == kPeak || is_mbus_code(line, 24, 2) ||
                                     line.code->code == Obis{0, 0, 1, 0, 0});
    return timed && std::ranges::any_of(line.brackets, [](const Bracket& bracket) {
             return is_letterless_time(bracket.text);
           });
  });
}

/// Between the last second of W and the first of S there is an hour that it never handles.
bool crash_in_spring_gap(Telegram& telegram, MutantState& state) {
  const DataLine* const clock = telegram.find({0, 0, 1, 0, 0});
  if (clock == nullptr || clock->brackets.empty()) return true;
  const auto time = parse_timestamp(clock->brackets[0].text);
  if (!time || is_unset(*time)) return true;
  const std::chrono::year_month_day date{std::chrono::year{2000 + time->year},
                                         std::chrono::month{time->month},
                                         std::chrono::day{time->day}};
  const std::chrono::year_month_weekday_last last{date.year(), date.month(),
                                                  std::chrono::weekday_last{std::chrono::Sunday}};
  const bool switches =
      time->month == 3 && std::chrono::sys_days{date} == std::chrono::sys_days{last};
  return crash_if(switches && time->season == 'S', state);
}

void summer_as_winter(MutantReport& report, MutantState& state) {
  edit_times(report.telegram, [&](Obis, std::string& time) {
    if (has_offset(time)) set_offset(time, normal_hours(state));
  });
}

void winter_as_summer(MutantReport& report, MutantState& state) {
  edit_times(report.telegram, [&](Obis, std::string& time) {
    if (has_offset(time)) set_offset(time, normal_hours(state) + 1);
  });
}

void hour_later_in_summer(MutantReport& report, MutantState& state) {
  edit_times(report.telegram, [&](Obis, std::string& time) {
    if (!has_offset(time) || offset_hours(time) == normal_hours(state)) return;
    set_face(time, face_of(time) + std::chrono::hours{1});
  });
}

void no_offset(MutantReport& report, MutantState&) {
  edit_times(report.telegram, [](Obis, std::string& time) { time.resize(kFace); });
}

void label_as_utc(MutantReport& report, MutantState&) {
  edit_times(report.telegram, [](Obis, std::string& time) { time = time.substr(0, kFace) + "Z"; });
}

void fold_as_summer(MutantReport& report, MutantState& state) {
  edit_times(report.telegram, [&](Obis, std::string& time) {
    if (has_offset(time) && is_in_fold(time)) set_offset(time, normal_hours(state) + 1);
  });
}

void fold_as_winter(MutantReport& report, MutantState& state) {
  edit_times(report.telegram, [&](Obis, std::string& time) {
    if (has_offset(time) && is_in_fold(time)) set_offset(time, normal_hours(state));
  });
}

/// By the rules of the European Union, whatever the letter says.
void offset_by_calendar(MutantReport& report, MutantState& state) {
  edit_times(report.telegram, [&](Obis, std::string& time) {
    if (!has_offset(time)) return;
    const auto face = face_of(time);
    const bool summer = face >= last_sunday(time, 3) + std::chrono::hours{3} &&
                        face < last_sunday(time, 10) + std::chrono::hours{2};
    if (!is_in_fold(time)) set_offset(time, normal_hours(state) + (summer ? 1 : 0));
  });
}

void swap_day_and_month(MutantReport& report, MutantState&) {
  constexpr int kMonths = 12;
  edit_times(report.telegram, [](Obis, std::string& time) {
    if (number_at(time, 8, 2) > kMonths) return;
    const std::string month = time.substr(5, 2);
    time.replace(5, 2, time.substr(8, 2));
    time.replace(8, 2, month);
  });
}

void century_before(MutantReport& report, MutantState&) {
  edit_times(report.telegram, [](Obis, std::string& time) { time.replace(0, 2, "19"); });
}

void lose_seconds(MutantReport& report, MutantState&) {
  edit_times(report.telegram, [](Obis, std::string& time) { time.replace(17, 2, "00"); });
}

/// 632525252525 is a time in 2063, or one that the next field carries over to.
void invent_time_for_unset(MutantReport& report, MutantState&) {
  const std::string invented = "2065-02-25T01:25:25+01:00";
  for (auto& [code, value] : report.telegram.values) {
    if (code == Obis{0, 0, 1, 0, 0} && value.kind == Kind::kNull) {
      value = {.kind = Kind::kText, .text = invented};
    }
    if (is_mbus_reading(code) && value.kind == Kind::kNull) {
      value = {.kind = Kind::kTimed, .text = "0.000 m3", .at = invented};
    }
    for (ContractValue& item : value.items) {
      if (item.kind == Kind::kTimed && item.at && item.at->empty()) item.at = invented;
    }
  }
}

/// The year to which the week of the day belongs: that of its Thursday.
void year_of_week(MutantReport& report, MutantState&) {
  edit_times(report.telegram, [](Obis, std::string& time) {
    const auto day = std::chrono::floor<std::chrono::days>(face_of(time));
    const auto since_monday = std::chrono::weekday{day} - std::chrono::Monday;
    const std::chrono::year_month_day thursday{day - since_monday + std::chrono::days{3}};
    time.replace(0, 4, fmt::format("{:04}", static_cast<int>(thursday.year())));
  });
}

/// Of what it takes for no time.
template <class Predicate>
void lose_times(MutantReport& report, Predicate is_none) {
  ContractValue* const clock = find_value(report.telegram, {0, 0, 1, 0, 0});
  const bool has_time = clock != nullptr && clock->text.size() >= kFace;
  if (has_time && is_none(clock->text)) *clock = {};
}

void lose_midnight(MutantReport& report, MutantState&) {
  lose_times(report, [](const std::string& time) { return time.substr(11, 8) == "00:00:00"; });
}

/// August and September.
void lose_octal_months(MutantReport& report, MutantState&) {
  lose_times(report, [](const std::string& time) { return number_at(time, 5, 2) / 2 == 4; });
}

/// From two to three on the last Sunday of March: not in a zone with summer time.
void lose_gap_hour(MutantReport& report, MutantState&) {
  lose_times(report, [](const std::string& time) {
    const auto gap = last_sunday(time, 3) + std::chrono::hours{2};
    return face_of(time) >= gap && face_of(time) < gap + std::chrono::hours{1};
  });
}

/// Each year has 365 days.
void skip_leap_day(MutantReport& report, MutantState&) {
  edit_times(report.telegram, [](Obis, std::string& time) {
    if (time.substr(5, 5) == "02-29") time.replace(5, 5, "03-01");
  });
}

/// Into a date of a month of 30 days it puts the day first, and the month then.
void set_day_before_month(MutantReport& report, MutantState&) {
  edit_times(report.telegram, [](Obis, std::string& time) {
    if (time.substr(8, 2) == "31") time.replace(8, 2, "01");
  });
}

/// Wherever the meter is.
void central_european_always(MutantReport& report, MutantState& state) {
  edit_times(report.telegram, [&](Obis, std::string& time) {
    if (has_offset(time)) set_offset(time, offset_hours(time) - normal_hours(state) + 1);
  });
}

constexpr auto kRows = std::to_array<Mutant>({
    telegram_filter("refuses-unset-times", kFamily, "rejects a telegram with an invalid time",
                    refuse_unset_times),
    telegram_filter("crashes-at-unset-times", kFamily, "crashes on an invalid time",
                    crash_at_unset_times),
    report_filter("needs-later-time", kFamily,
                  "drops a telegram that is older than the previous one", drop_older),
    telegram_filter("needs-season", kFamily, "rejects a telegram with a time without letter",
                    refuse_times_without_letter),
    telegram_filter("crashes-in-spring", kFamily, "crashes on the day that has 23 hours",
                    crash_in_spring_gap),
    report_filter("ignores-summer", kFamily, "S means the same as W", summer_as_winter),
    report_filter("ignores-winter", kFamily, "W means the same as S", winter_as_summer),
    report_filter("hour-later-in-summer", kFamily, "S is added to the clock", hour_later_in_summer),
    report_filter("no-offset", kFamily, "times without their offset", no_offset),
    report_filter("labels-utc", kFamily, "reports local time as UTC", label_as_utc),
    report_filter("fold-as-summer", kFamily, "treats the repeated hour as summer time",
                  fold_as_summer),
    report_filter("fold-as-winter", kFamily, "treats the repeated hour as standard time",
                  fold_as_winter),
    report_filter("season-by-calendar", kFamily, "summer time by the calendar, not by the letter",
                  offset_by_calendar),
    report_filter("swaps-day-and-month", kFamily, "day and month swapped", swap_day_and_month),
    report_filter("century-before", kFamily, "the years of 1900", century_before),
    report_filter("loses-seconds", kFamily, "times without seconds", lose_seconds),
    report_filter("unset-is-a-time", kFamily, "normalises an invalid time to a valid one",
                  invent_time_for_unset),
    report_filter("year-of-week", kFamily, "the year of the week, not of the day", year_of_week),
    report_filter("midnight-is-none", kFamily, "no time at midnight", lose_midnight),
    report_filter("octal-months", kFamily, "no time in August and September", lose_octal_months),
    report_filter("gap-is-none", kFamily, "no time in the hour that a change to summer time skips",
                  lose_gap_hour),
    report_filter("no-leap-day", kFamily, "reports 29 February as 1 March", skip_leap_day),
    report_filter("day-before-month", kFamily, "reports the 31st as the 1st", set_day_before_month),
    report_filter("central-europe-only", kFamily, "the offset of the Netherlands everywhere",
                  central_european_always),
});

}  // namespace

std::span<const Mutant> timestamp_mutants() { return kRows; }

}  // namespace p1rig
