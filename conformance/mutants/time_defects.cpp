#include <fmt/core.h>

#include <chrono>
#include <cstdlib>

#include "conformance/mutants/report_defects.h"
#include "conformance/mutants/report_edit.h"

namespace p1rig {
namespace {

using Kind = ContractValue::Kind;

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

}  // namespace

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

/// By the clock's face: enough where no switch of the season lies between two telegrams.
void drop_older(MutantReport& report, MutantState& state) {
  constexpr Obis kClock{0, 0, 1, 0, 0};
  const ContractValue* const now = find_value(report.telegram, kClock);
  if (now == nullptr || !state.previous) return;
  const auto before = state.previous->values.find(kClock);
  if (before == state.previous->values.end() || now->text.size() < kFace) return;
  if (now->text.substr(0, kFace) < before->second.text.substr(0, kFace)) report.times = 0;
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
    if (is_reading(code) && value.kind == Kind::kNull) {
      value = {.kind = Kind::kTimed, .text = "0.000 m3", .at = invented};
    }
    for (ContractValue& item : value.items) {
      if (item.kind == Kind::kTimed && item.at && item.at->empty()) item.at = invented;
    }
  }
}

/// Wherever the meter is.
void central_european_always(MutantReport& report, MutantState& state) {
  edit_times(report.telegram, [&](Obis, std::string& time) {
    if (has_offset(time)) set_offset(time, offset_hours(time) - normal_hours(state) + 1);
  });
}

}  // namespace p1rig
