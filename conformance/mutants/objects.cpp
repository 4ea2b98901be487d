// Readers that expect other objects, or other brackets, than a telegram may have.

#include <algorithm>
#include <array>
#include <set>
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

constexpr auto kRows = std::to_array<Mutant>({
    telegram_filter("known-objects-only", kFamily,
                    "refuses a telegram with an object it does not know", refuse_unknown_objects),
    telegram_filter("stops-at-unknown", kFamily,
                    "an object that it does not know ends the telegram", stop_at_unknown_object),
    telegram_filter("needs-both-powers", kFamily, "refuses a telegram without 1.7.0 or 2.7.0",
                    refuse_missing_objects),
    telegram_filter("needs-gas", kFamily, "ends where no M-Bus device is connected",
                    crash_without_gas),
    telegram_filter("needs-three-phases", kFamily, "refuses a meter of one phase",
                    require_three_phases),
    telegram_filter("needs-order", kFamily, "refuses registers in another order",
                    refuse_other_order),
    telegram_filter("by-position", kFamily, "takes the first power for 1.7.0", go_by_position),
    telegram_filter("refuses-double", kFamily, "refuses a telegram with an object twice",
                    refuse_double),
    telegram_filter("crashes-at-double", kFamily, "ends at an object that comes twice",
                    crash_at_double),
    telegram_filter("refuses-empty", kFamily, "refuses a telegram with empty brackets",
                    refuse_empty_value),
    telegram_filter("crashes-at-empty", kFamily, "ends at empty brackets", crash_at_empty_value),
    telegram_filter("first-bracket", kFamily, "reads the first bracket of each object",
                    take_first_bracket),
    telegram_filter("refuses-inner-brackets", kFamily, "refuses ((ER11))", refuse_inner_brackets),
    telegram_filter("one-bracket", kFamily, "refuses a register or a power with a second bracket",
                    refuse_second_bracket),
    telegram_filter("ignores-suffixes", kFamily, "does not know a code with *255",
                    ignore_suffixed_codes),
    telegram_filter("crashes-at-odd-codes", kFamily,
                    "ends at a code with *255 or at a line without one", crash_at_odd_codes),
    report_filter("ignores-channel-1", kFamily, "does not know electricity under 1-1",
                  forget_channel_1),
    telegram_filter("fixed-widths", kFamily, "refuses energies and powers of other widths",
                    refuse_other_widths),
    telegram_filter("refuses-negative", kFamily, "refuses a telegram with a negative number",
                    refuse_negative),
    telegram_filter("no-continuations", kFamily, "a line that begins with a bracket is skipped",
                    ignore_continuations),
    telegram_filter("refuses-continuations", kFamily, "refuses a line that begins with a bracket",
                    refuse_continuations),
    telegram_filter("crashes-at-long-text", kFamily, "ends at a text of more than 255 digits",
                    crash_at_long_text),
    telegram_filter("ascii-only", kFamily, "refuses a telegram with a byte that is not ASCII",
                    refuse_non_ascii),
});

}  // namespace

std::span<const Mutant> object_mutants() { return kRows; }

}  // namespace p1rig
