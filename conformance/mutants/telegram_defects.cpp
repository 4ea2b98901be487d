#include "conformance/mutants/telegram_defects.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "protocol/decimal.h"
#include "protocol/dialect.h"
#include "protocol/timestamp.h"
#include "protocol/unit.h"

namespace p1rig {
namespace {

constexpr Obis kFailureLog{1, 0, 99, 97, 0};
constexpr Obis kMonths{0, 0, 98, 1, 0};
constexpr Obis kPeak{1, 0, 1, 6, 0};

bool is_known(const DataLine& line, const MutantState& state) {
  return line.code && find_object_rule(*state.dialect, line.code->code) != nullptr;
}

template <class Predicate>
bool any_line(const Telegram& telegram, Predicate predicate) {
  return std::ranges::any_of(telegram.lines, predicate);
}

template <class Predicate>
bool any_bracket(const Telegram& telegram, Predicate predicate) {
  return any_line(telegram, [&](const DataLine& line) {
    return std::ranges::any_of(line.brackets,
                               [&](const Bracket& bracket) { return predicate(bracket.text); });
  });
}

/// Crashes if so; nothing is told of the telegram then.
bool crash_if(bool so, MutantState& state) {
  state.crashed = so;
  return !so;
}

bool is_letterless_time(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  const auto time = parse_timestamp(text);
  return text.size() == kDigits && time && is_calendar_time(*time) && time->year > 9;
}

bool is_unset_time(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time && time->season != '\0' && is_unset(*time);
}

/// "01.193*kW", with digits before it only.
bool is_number(std::string_view text) { return parse_decimal(split_unit(text).value).has_value(); }

const DataLine* log_line(const Telegram& telegram) { return telegram.find(kFailureLog); }

bool is_empty_log(const DataLine* line) {
  return line != nullptr && (line->brackets.size() < 2 || line->brackets[0].text.empty());
}

bool is_mbus_code(const DataLine& line, std::uint8_t c, std::uint8_t d) {
  return line.code && is_mbus_object(line.code->code) && line.code->code.c == c &&
         line.code->code.d == d;
}

std::size_t empty_lines_at_start(const Telegram& telegram) {
  std::string_view rest = telegram.bytes;
  rest.remove_prefix(std::min(1 + telegram.identification.size(), rest.size()));
  std::size_t ends = 0;
  while (!rest.empty() && (rest[0] == '\r' || rest[0] == '\n')) {
    rest.remove_prefix(rest.starts_with("\r\n") ? 2 : 1);
    ++ends;
  }
  return ends == 0 ? 0 : ends - 1;
}

}  // namespace

bool refuse_unknown_objects(Telegram& telegram, MutantState& state) {
  return !any_line(telegram, [&](const DataLine& line) { return !is_known(line, state); });
}

bool stop_at_unknown_object(Telegram& telegram, MutantState& state) {
  const auto unknown = std::ranges::find_if_not(
      telegram.lines, [&](const DataLine& line) { return is_known(line, state); });
  telegram.lines.erase(unknown, telegram.lines.end());
  return true;
}

bool refuse_missing_objects(Telegram& telegram, MutantState&) {
  return telegram.find({1, 0, 1, 7, 0}) != nullptr && telegram.find({1, 0, 2, 7, 0}) != nullptr;
}

bool crash_without_gas(Telegram& telegram, MutantState& state) {
  const bool has_reading = any_line(telegram, [](const DataLine& line) {
    return is_mbus_code(line, 24, 2) || is_mbus_code(line, 24, 3);
  });
  return crash_if(!has_reading, state);
}

bool require_three_phases(Telegram& telegram, MutantState&) {
  constexpr Obis kVoltage1{1, 0, 32, 7, 0}, kVoltage2{1, 0, 52, 7, 0}, kVoltage3{1, 0, 72, 7, 0};
  if (telegram.find(kVoltage1) == nullptr) return true;
  return telegram.find(kVoltage2) != nullptr && telegram.find(kVoltage3) != nullptr;
}

/// Expects the energies in the order of the printed example.
bool refuse_other_order(Telegram& telegram, MutantState&) {
  std::vector<Obis> energies;
  for (const DataLine& line : telegram.lines) {
    if (line.code && line.code->code.a == 1 && line.code->code.c <= 2 && line.code->code.d == 8) {
      energies.push_back(line.code->code);
    }
  }
  return std::ranges::is_sorted(energies);
}

/// Takes each of the first power lines for what stands there in the printed example.
bool go_by_position(Telegram& telegram, MutantState&) {
  std::vector<DataLine*> powers;
  std::vector<Obis> codes;
  for (DataLine& line : telegram.lines) {
    if (!line.code || line.code->code.a != 1 || line.code->code.d != 7) continue;
    powers.push_back(&line);
    codes.push_back(line.code->code);
  }
  constexpr std::size_t kTotals = 2;
  if (codes.size() < kTotals) return true;
  std::ranges::sort(codes);
  for (std::size_t i = 0; i < kTotals; ++i) powers[i]->code->code = codes[i];
  return true;
}

bool refuse_double(Telegram& telegram, MutantState&) {
  std::set<Obis> seen;
  return !any_line(telegram, [&](const DataLine& line) {
    return line.code && !seen.insert(line.code->code).second;
  });
}

bool crash_at_double(Telegram& telegram, MutantState& state) {
  return crash_if(!refuse_double(telegram, state), state);
}

bool crash_at_lower_case_crc(Telegram& telegram, MutantState& state) {
  const std::string_view digits = telegram.crc_text;
  return crash_if(digits.find_first_of("abcdef") != std::string_view::npos, state);
}

bool refuse_empty_value(Telegram& telegram, MutantState&) {
  return !any_line(telegram, [](const DataLine& line) {
    const bool is_log = line.code && line.code->code.d == 97;
    return !is_log && line.brackets.size() == 1 && line.brackets[0].text.empty();
  });
}

bool crash_at_empty_value(Telegram& telegram, MutantState& state) {
  return crash_if(!refuse_empty_value(telegram, state), state);
}

bool take_first_bracket(Telegram& telegram, MutantState&) {
  for (DataLine& line : telegram.lines) {
    if (line.brackets.size() > 1) line.brackets.resize(1);
  }
  return true;
}

bool refuse_inner_brackets(Telegram& telegram, MutantState&) {
  return !any_bracket(
      telegram, [](std::string_view text) { return text.find('(') != std::string_view::npos; });
}

/// A register and a power have one value, it thinks.
bool refuse_second_bracket(Telegram& telegram, MutantState&) {
  return !any_line(telegram, [](const DataLine& line) {
    const bool has_one = line.code && line.code->code.a == 1 && line.code->code.b == 0 &&
                         (line.code->code.d == 7 || line.code->code.d == 8);
    return has_one && line.brackets.size() > 1;
  });
}

bool ignore_suffixed_codes(Telegram& telegram, MutantState&) {
  std::erase_if(telegram.lines, [](const DataLine& line) {
    return line.code && line.code->form != ObisForm::kPlain;
  });
  return true;
}

bool crash_at_odd_codes(Telegram& telegram, MutantState& state) {
  return crash_if(any_line(telegram,
                           [](const DataLine& line) {
                             return !line.code || line.code->form != ObisForm::kPlain;
                           }),
                  state);
}

bool refuse_missing_star(Telegram& telegram, MutantState&) {
  return !any_bracket(telegram, [](std::string_view text) {
    const std::size_t end = std::min(text.find_first_not_of("-.0123456789"), text.size());
    return end > 0 && end < text.size() && text.find('*') == std::string_view::npos &&
           find_unit(text.substr(end)).has_value();
  });
}

/// Every number with a point has a unit, it thinks.
bool refuse_missing_unit(Telegram& telegram, MutantState&) {
  return !any_bracket(telegram, [](std::string_view text) {
    const bool no_unit = text.find('*') == std::string_view::npos && is_number(text);
    return no_unit && text.find('.') != std::string_view::npos;
  });
}

/// Energies have nine digits, it thinks, and powers five.
bool refuse_other_widths(Telegram& telegram, MutantState&) {
  return !any_line(telegram, [](const DataLine& line) {
    if (!line.code || line.code->code.a != 1 || line.brackets.size() != 1) return false;
    const auto [value, unit] = split_unit(line.brackets[0].text);
    const auto number = parse_decimal(value);
    if (!number) return false;
    constexpr int kEnergyDigits = 9, kPowerDigits = 5;
    if (unit == "kWh") return number->width != kEnergyDigits;
    return unit == "kW" && number->width != kPowerDigits;
  });
}

bool refuse_text_enums(Telegram& telegram, MutantState&) {
  return !any_line(telegram, [](const DataLine& line) {
    const bool is_enum =
        line.code && line.code->code.c == 96 &&
        (line.code->code.d == 14 || line.code->code.d == 3 || line.code->code.d == 50);
    return is_enum && std::ranges::any_of(line.brackets, [](const Bracket& bracket) {
             return std::ranges::any_of(bracket.text, [](char c) {
               return std::isalpha(static_cast<unsigned char>(c)) != 0;
             });
           });
  });
}

bool refuse_negative(Telegram& telegram, MutantState&) {
  return !any_bracket(telegram, [](std::string_view text) { return text.starts_with('-'); });
}

bool refuse_other_unit_case(Telegram& telegram, MutantState&) {
  return !any_bracket(telegram, [](std::string_view text) {
    const std::string_view unit = split_unit(text).unit;
    const auto known = find_unit(unit);
    return known && known->spelling != unit;
  });
}

bool ignore_continuations(Telegram& telegram, MutantState&) {
  for (DataLine& line : telegram.lines) {
    std::erase_if(line.brackets, [&](const Bracket& bracket) { return bracket.line != line.line; });
  }
  return true;
}

bool refuse_continuations(Telegram& telegram, MutantState&) {
  return !any_line(telegram, [](const DataLine& line) {
    return std::ranges::any_of(line.brackets,
                               [&](const Bracket& bracket) { return bracket.line != line.line; });
  });
}

bool require_blank_line(Telegram& telegram, MutantState&) {
  return empty_lines_at_start(telegram) > 0;
}

bool refuse_more_blank_lines(Telegram& telegram, MutantState&) {
  return empty_lines_at_start(telegram) <= 1;
}

bool require_five(Telegram& telegram, MutantState&) {
  constexpr std::size_t kPlace = 3;
  return telegram.identification.size() > kPlace && telegram.identification[kPlace] == '5';
}

bool require_baud_digit(Telegram& telegram, MutantState&) {
  constexpr std::size_t kPlace = 3;
  return telegram.identification.size() > kPlace &&
         std::isdigit(static_cast<unsigned char>(telegram.identification[kPlace])) != 0;
}

bool refuse_blank_in_identification(Telegram& telegram, MutantState&) {
  return telegram.identification.find(' ') == std::string_view::npos;
}

bool refuse_slash_in_identification(Telegram& telegram, MutantState&) {
  return telegram.identification.find('/') == std::string_view::npos;
}

bool refuse_backslash(Telegram& telegram, MutantState&) {
  return telegram.identification.find('\\') == std::string_view::npos;
}

bool crash_at_long_text(Telegram& telegram, MutantState& state) {
  constexpr std::size_t kRoom = 255;
  return crash_if(any_bracket(telegram, [](std::string_view text) { return text.size() > kRoom; }),
                  state);
}

bool refuse_non_ascii(Telegram& telegram, MutantState&) {
  return std::ranges::all_of(telegram.bytes,
                             [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool refuse_unset_times(Telegram& telegram, MutantState&) {
  return !any_bracket(telegram, is_unset_time);
}

bool crash_at_unset_times(Telegram& telegram, MutantState& state) {
  return crash_if(any_bracket(telegram, is_unset_time), state);
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

bool refuse_empty_log(Telegram& telegram, MutantState&) {
  return !is_empty_log(log_line(telegram));
}

bool crash_at_empty_log(Telegram& telegram, MutantState& state) {
  const DataLine* const line = log_line(telegram);
  if (line == nullptr || line->brackets.empty()) return true;
  const auto count = parse_decimal(line->brackets[0].text);
  return crash_if(is_empty_log(line) || (count && count->digits == 0), state);
}

/// Reads as many entries as the count says.
bool crash_at_log_count(Telegram& telegram, MutantState& state) {
  const DataLine* const line = log_line(telegram);
  if (line == nullptr || line->brackets.size() < 2) return true;
  const auto count = parse_decimal(line->brackets[0].text);
  if (!count) return true;
  return crash_if(static_cast<std::size_t>(count->digits) * 2 + 2 != line->brackets.size(), state);
}

bool refuse_full_log(Telegram& telegram, MutantState&) {
  constexpr std::size_t kRoom = 2 + 2 * 9;
  const DataLine* const line = log_line(telegram);
  return line == nullptr || line->brackets.size() <= kRoom;
}

/// Knows what a channel is by what came before its reading only.
bool require_type_first(Telegram& telegram, MutantState&) {
  std::set<std::uint8_t> typed;
  std::erase_if(telegram.lines, [&](const DataLine& line) {
    if (is_mbus_code(line, 24, 1)) typed.insert(line.code->code.b);
    return is_mbus_code(line, 24, 2) && !typed.contains(line.code->code.b);
  });
  return true;
}

bool end_at_unlinked(Telegram& telegram, MutantState&) {
  const auto unlinked = std::ranges::find_if(telegram.lines, [](const DataLine& line) {
    return is_mbus_code(line, 24, 2) &&
           std::ranges::any_of(line.brackets,
                               [](const Bracket& bracket) { return is_unset_time(bracket.text); });
  });
  telegram.lines.erase(unlinked, telegram.lines.end());
  return true;
}

bool refuse_no_peaks(Telegram& telegram, MutantState&) {
  constexpr std::size_t kHead = 3;
  const DataLine* const line = telegram.find(kMonths);
  return line == nullptr || line->brackets.size() > kHead;
}

bool crash_at_many_peaks(Telegram& telegram, MutantState& state) {
  constexpr std::size_t kRoom = 3 + 3 * 12;
  const DataLine* const line = telegram.find(kMonths);
  return crash_if(line != nullptr && line->brackets.size() > kRoom, state);
}

bool refuse_peak_value_first(Telegram& telegram, MutantState&) {
  const DataLine* const line = telegram.find(kPeak);
  return line == nullptr || line->brackets.empty() ||
         parse_timestamp(line->brackets[0].text).has_value();
}

bool refuse_invalid_peak(Telegram& telegram, MutantState&) {
  const DataLine* const line = telegram.find(kMonths);
  return line == nullptr || std::ranges::none_of(line->brackets, [](const Bracket& bracket) {
           return is_unset_time(bracket.text);
         });
}

bool crash_at_hungarian_months(Telegram& telegram, MutantState& state) {
  const DataLine* const line = telegram.find(kMonths);
  const bool begins_with_time = line != nullptr && !line->brackets.empty() &&
                                parse_timestamp(line->brackets[0].text).has_value();
  return crash_if(begins_with_time, state);
}

/// Looks for the entries of a list of peaks behind three brackets.
bool read_months_as_peaks(Telegram& telegram, MutantState&) {
  for (DataLine& line : telegram.lines) {
    const bool is_hungarian = line.code && line.code->code == kMonths && line.brackets.size() > 4 &&
                              parse_timestamp(line.brackets[0].text).has_value();
    if (!is_hungarian) continue;
    // Without the time at its start the reference takes the rest for one.
    line.brackets.erase(line.brackets.begin());
  }
  return true;
}

}  // namespace p1rig
