#include "protocol/timestamp.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "protocol/ascii.h"

namespace p1rig {
namespace {

constexpr std::size_t kDigits = 12;
constexpr std::string_view kDashed = "00-00-00 00:00:00";

std::uint8_t two_digits(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>((text[at] - '0') * 10 + (text[at + 1] - '0'));
}

void append_two_digits(std::string& text, unsigned number) {
  text += static_cast<char>('0' + number / 10 % 10);
  text += static_cast<char>('0' + number % 10);
}

/// The digits of a time with dashes; false if its separators are others.
bool take_digits(std::string_view dashed, std::array<char, kDigits>& digits) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < kDashed.size(); ++i) {
    if (kDashed[i] == '0') {
      digits[count++] = dashed[i];
    } else if (dashed[i] != kDashed[i]) {
      return false;
    }
  }
  return true;
}

std::chrono::year_month_day date_of(const Timestamp& time) {
  return std::chrono::year(2000 + time.year) / std::chrono::month(time.month) /
         std::chrono::day(time.day);
}

std::chrono::minutes offset_of(const Timestamp& time, std::chrono::minutes normal_offset) {
  return time.season == 'S' ? normal_offset + std::chrono::hours(1) : normal_offset;
}

}  // namespace

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  Timestamp time;
  std::array<char, kDigits> digits;
  if (text.size() == kDashed.size()) {
    if (!take_digits(text, digits)) return std::nullopt;
    text = {digits.data(), digits.size()};
  }
  if (text.size() == kDigits + 1 && (text.back() == 'S' || text.back() == 'W')) {
    time.season = text.back();
    text.remove_suffix(1);
  }
  if (text.size() != kDigits || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  time.year = two_digits(text, 0);
  time.month = two_digits(text, 2);
  time.day = two_digits(text, 4);
  time.hour = two_digits(text, 6);
  time.minute = two_digits(text, 8);
  time.second = two_digits(text, 10);
  return time;
}

std::string to_string(const Timestamp& time) {
  std::string text;
  for (const unsigned part :
       {time.year, time.month, time.day, time.hour, time.minute, time.second}) {
    append_two_digits(text, part);
  }
  if (time.season != '\0') text += time.season;
  return text;
}

std::string to_dashed_string(const Timestamp& time) {
  const std::string digits = to_string(time);
  std::string text(kDashed);
  std::size_t count = 0;
  for (char& c : text) {
    if (c == '0') c = digits[count++];
  }
  return text;
}

bool is_calendar_time(const Timestamp& time) {
  return date_of(time).ok() && time.hour < 24 && time.minute < 60 && time.second < 60;
}

bool is_unset(const Timestamp& time) {
  // The first day of the century and that of the Unix epoch: a clock that was never set.
  const bool first_day = time.month == 1 && time.day == 1 && (time.year == 0 || time.year == 70);
  return first_day || !is_calendar_time(time);
}

std::optional<std::chrono::sys_seconds> to_instant(const Timestamp& time,
                                                   std::chrono::minutes normal_offset) {
  if (is_unset(time)) return std::nullopt;
  const std::chrono::sys_seconds as_if_utc =
      std::chrono::sys_days(date_of(time)) + std::chrono::hours(time.hour) +
      std::chrono::minutes(time.minute) + std::chrono::seconds(time.second);
  return as_if_utc - offset_of(time, normal_offset);
}

std::string to_iso_string(const Timestamp& time, std::chrono::minutes normal_offset) {
  std::string text = "20";
  append_two_digits(text, time.year);
  const auto add = [&text](char separator, unsigned number) {
    text += separator;
    append_two_digits(text, number);
  };
  add('-', time.month);
  add('-', time.day);
  add('T', time.hour);
  add(':', time.minute);
  add(':', time.second);
  if (time.season == '\0') return text;
  const auto minutes = offset_of(time, normal_offset).count();
  const auto size = static_cast<unsigned>(std::abs(minutes));
  add(minutes < 0 ? '-' : '+', size / 60);
  add(':', size % 60);
  return text;
}

}  // namespace p1rig
