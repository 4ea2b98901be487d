// Readers that expect other objects, or other brackets, than a telegram may have.

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "conformance/mutants/mutant_rows.h"
#include "conformance/mutants/telegram_look.h"
#include "protocol/decimal.h"
#include "protocol/dialect.h"
#include "protocol/unit.h"

namespace p1rig {
namespace {

constexpr auto kFamily = MutantFamily::kValues;

bool is_known(const DataLine& line, const MutantState& state) {
  return line.code && find_object_rule(*state.dialect, line.code->code) != nullptr;
}

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

/// Takes each of the first power lines for what is there in the printed example.
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

/// Keeps the parts of a code in bytes with a sign.
bool refuse_high_codes(Telegram& telegram, MutantState&) {
  constexpr int kMost = 127;
  return !any_line(telegram, [](const DataLine& line) {
    if (!line.code) return false;
    const Obis& code = line.code->code;
    return std::max({code.a, code.b, code.c, code.d, code.e}) > kMost;
  });
}

/// "1-0:257.7.0" becomes 1-0:1.7.0.
std::optional<Obis> code_in_eight_bits(std::string_view text) {
  std::array<std::uint8_t, 5> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    parts.at(i) = static_cast<std::uint8_t>(number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    constexpr std::string_view kBehind = "-:..";
    if (i == kBehind.size()) break;
    if (!text.starts_with(kBehind[i])) return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return Obis{parts[0], parts[1], parts[2], parts[3], parts[4]};
}

/// The last line with a code is the one that counts.
bool wrap_codes(Telegram& telegram, MutantState&) {
  for (DataLine& line : telegram.lines) {
    const auto code = line.code ? std::nullopt : code_in_eight_bits(line.code_text);
    if (!code) continue;
    std::erase_if(telegram.lines,
                  [&](const DataLine& other) { return other.code && other.code->code == *code; });
    // Erased lines moved it.
    const auto moved = std::ranges::find_if(telegram.lines, [&](const DataLine& other) {
      return !other.code && code_in_eight_bits(other.code_text) == code;
    });
    moved->code = WrittenObis{*code};
    return true;
  }
  return true;
}

/// A line of brackets belongs to an old meter's reading, it thinks, and asks for its unit.
bool crash_at_lone_brackets(Telegram& telegram, MutantState& state) {
  return crash_if(any_line(telegram,
                           [](const DataLine& line) {
                             const bool continues = std::ranges::any_of(
                                 line.brackets,
                                 [&](const Bracket& bracket) { return bracket.line != line.line; });
                             return continues && line.code && !is_mbus_code(line, 24, 3);
                           }),
                  state);
}

/// Looks for the next ')' beyond the end of the line, and for '(' as well.
bool take_bracket_of_next_line(Telegram& telegram, MutantState&) {
  for (std::size_t i = 0; i + 1 < telegram.lines.size(); ++i) {
    DataLine& line = telegram.lines[i];
    const bool is_whole = line.text.ends_with(')') && line.text.find('(') != std::string_view::npos;
    if (is_whole || telegram.lines[i + 1].brackets.empty()) continue;
    const std::size_t end = line.text.find_first_of("([");
    line.code = parse_obis(line.text.substr(0, end));
    line.brackets = telegram.lines[i + 1].brackets;
  }
  return true;
}

void forget_channel_1(MutantReport& report, MutantState&) {
  std::erase_if(report.telegram.values,
                [](const auto& entry) { return entry.first.a == 1 && entry.first.b == 1; });
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

/// The number of what `keep` leaves of a value that is none, or nothing: as atof() and others read it.
template <class Keep>
void read_loosely(Telegram& telegram, Keep keep) {
  for (DataLine& line : telegram.lines) {
    const bool is_register = line.code && line.code->code.a == 1 && line.brackets.size() == 1;
    for (Bracket& bracket : line.brackets) {
      const auto [value, unit] = split_unit(bracket.text);
      const bool is_number = is_register || !unit.empty();
      if (is_number && !bracket.number) bracket.number = parse_decimal(keep(value));
    }
  }
}

constexpr std::string_view kDigits = "0123456789.";

bool read_to_letter(Telegram& telegram, MutantState&) {
  read_loosely(telegram, [](std::string_view value) {
    return std::string(value.substr(0, value.find_first_not_of(kDigits)));
  });
  return true;
}

bool leave_letters_out(Telegram& telegram, MutantState&) {
  read_loosely(telegram, [](std::string_view value) {
    std::string digits(value);
    std::erase_if(digits, [](char c) { return kDigits.find(c) == std::string_view::npos; });
    return digits;
  });
  return true;
}

bool read_ten_digits(Telegram& telegram, MutantState&) {
  constexpr std::size_t kRoom = 10;  // as F9(3,3) needs
  read_loosely(telegram, [](std::string_view value) {
    return std::string(value.find_first_not_of(kDigits) == value.npos ? value.substr(0, kRoom)
                                                                      : "");
  });
  return true;
}

bool refuse_negative(Telegram& telegram, MutantState&) {
  return !any_bracket(telegram, [](std::string_view text) { return text.starts_with('-'); });
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

bool crash_at_long_text(Telegram& telegram, MutantState& state) {
  constexpr std::size_t kRoom = 255;
  return crash_if(any_bracket(telegram, [](std::string_view text) { return text.size() > kRoom; }),
                  state);
}

bool refuse_non_ascii(Telegram& telegram, MutantState&) {
  return std::ranges::all_of(telegram.bytes,
                             [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// A pattern for any channel finds the line of another first.
bool merge_channels(Telegram& telegram, MutantState&) {
  for (DataLine& line : telegram.lines) {
    if (!line.code || line.code->code.a != 1) continue;
    const auto first = std::ranges::find_if(telegram.lines, [&](const DataLine& other) {
      if (!other.code) return false;
      Obis code = other.code->code;
      code.b = line.code->code.b;
      return code == line.code->code;
    });
    line.brackets = std::vector<Bracket>(first->brackets);
  }
  return true;
}

constexpr auto kRows = std::to_array<Mutant>({
    telegram_filter("known-objects-only", kFamily, "rejects a telegram with an unknown object",
                    refuse_unknown_objects),
    telegram_filter("stops-at-unknown", kFamily, "stops at an unknown object",
                    stop_at_unknown_object),
    telegram_filter("needs-both-powers", kFamily, "rejects a telegram without 1.7.0 or 2.7.0",
                    refuse_missing_objects),
    telegram_filter("needs-gas", kFamily, "crashes if no M-Bus device is connected",
                    crash_without_gas),
    telegram_filter("needs-three-phases", kFamily, "rejects a meter of one phase",
                    require_three_phases),
    telegram_filter("needs-order", kFamily, "rejects registers in another order",
                    refuse_other_order),
    telegram_filter("by-position", kFamily, "takes the first power for 1.7.0", go_by_position),
    telegram_filter("refuses-double", kFamily, "rejects a telegram with an object twice",
                    refuse_double),
    telegram_filter("crashes-at-double", kFamily, "crashes on an object that appears twice",
                    crash_at_double),
    telegram_filter("refuses-empty", kFamily, "rejects a telegram with empty brackets",
                    refuse_empty_value),
    telegram_filter("crashes-at-empty", kFamily, "crashes on empty brackets", crash_at_empty_value),
    telegram_filter("first-bracket", kFamily, "reads the first bracket of each object",
                    take_first_bracket),
    telegram_filter("refuses-inner-brackets", kFamily, "rejects ((ER11))", refuse_inner_brackets),
    telegram_filter("one-bracket", kFamily, "rejects a register or a power with a second bracket",
                    refuse_second_bracket),
    telegram_filter("ignores-suffixes", kFamily, "does not know a code with *255",
                    ignore_suffixed_codes),
    telegram_filter("crashes-at-odd-codes", kFamily,
                    "ends at a code with *255 or at a line without one", crash_at_odd_codes),
    telegram_filter("codes-to-127", kFamily, "refuses a code with a part above 127",
                    refuse_high_codes),
    telegram_filter("wraps-codes", kFamily, "keeps eight bits of each part of a code", wrap_codes),
    telegram_filter("crashes-at-lone-brackets", kFamily,
                    "ends at a line of brackets that is no gas reading", crash_at_lone_brackets),
    telegram_filter("bracket-over-lines", kFamily,
                    "takes the value of the next line where a bracket is missing",
                    take_bracket_of_next_line),
    telegram_filter("number-to-letter", kFamily, "reads a number as far as its digits go",
                    read_to_letter),
    telegram_filter("number-without-letters", kFamily, "leaves out what is no digit of a number",
                    leave_letters_out),
    telegram_filter("numbers-of-10", kFamily, "reads the first ten characters of a number",
                    read_ten_digits),
    telegram_filter("merges-channels", kFamily,
                    "takes 1-0 and 1-1 for the same where a telegram has both", merge_channels),
    report_filter("ignores-channel-1", kFamily, "does not know electricity under 1-1",
                  forget_channel_1),
    telegram_filter("fixed-widths", kFamily, "rejects energies and powers of other widths",
                    refuse_other_widths),
    telegram_filter("refuses-negative", kFamily, "rejects a telegram with a negative number",
                    refuse_negative),
    telegram_filter("no-continuations", kFamily, "a line that begins with a bracket is skipped",
                    ignore_continuations),
    telegram_filter("refuses-continuations", kFamily, "rejects a line that begins with a bracket",
                    refuse_continuations),
    telegram_filter("crashes-at-long-text", kFamily, "crashes on a text of more than 255 digits",
                    crash_at_long_text),
    telegram_filter("ascii-only", kFamily, "rejects a telegram with a byte that is not ASCII",
                    refuse_non_ascii),
});

}  // namespace

std::span<const Mutant> object_mutants() { return kRows; }

}  // namespace p1rig
