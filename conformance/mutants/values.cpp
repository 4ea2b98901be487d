// Readers that report values that were not sent.

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>

#include "conformance/mutants/mutant_rows.h"
#include "conformance/mutants/report_edit.h"
#include "protocol/decimal.h"
#include "protocol/hex.h"

namespace p1rig {
namespace {

constexpr auto kFamily = MutantFamily::kValues;

using Kind = ContractValue::Kind;

double value_of(const std::string& number) { return std::strtod(number.c_str(), nullptr); }

int decimals_of(const std::string& number) {
  const auto decimal = parse_decimal(number);
  return decimal ? decimal->decimals : 0;
}

void print_single_precision(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string& number, std::string&) {
    const auto narrow = static_cast<float>(value_of(number));
    number = fmt::format("{:.{}f}", static_cast<double>(narrow), decimals_of(number));
  });
}

void cut_decimals(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string& number, std::string&) {
    number.resize(std::min(number.find('.'), number.size()));
  });
}

void round_to_one_decimal(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string& number, std::string&) {
    number = fmt::format("{:.1f}", value_of(number));
  });
}

void round_to_two_decimals(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string& number, std::string&) {
    number = fmt::format("{:.2f}", value_of(number));
  });
}

void lose_point(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram,
               [](Obis, std::string& number, std::string&) { std::erase(number, '.'); });
}

void lose_sign(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram,
               [](Obis, std::string& number, std::string&) { std::erase(number, '-'); });
}

void lose_negative(MutantReport& report, MutantState&) {
  edit_values(report.telegram, [](Obis, ContractValue& value) {
    if (value.text.starts_with('-')) value = {};
  });
}

void lose_zero(MutantReport& report, MutantState&) {
  edit_values(report.telegram, [](Obis, ContractValue& value) {
    if (value.text.find(' ') == std::string::npos) return;
    if (value_of(value.text.substr(0, value.text.find(' '))) == 0) value = {};
  });
}

/// Watts in 16 bits with a sign.
void overflow_16_bits(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string& number, std::string& unit) {
    if (unit != "kW") return;
    constexpr double kMilli = 1000;
    const auto watts = static_cast<std::int16_t>(
        static_cast<std::uint16_t>(std::llround(value_of(number) * kMilli)));
    number = fmt::format("{:.3f}", static_cast<double>(watts) / kMilli);
  });
}

/// Registers in tenths of a watt hour or litre, in 32 bits.
void overflow_32_bits(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string& number, std::string& unit) {
    if (unit != "kWh" && unit != "Wh" && unit != "m3") return;
    const double tenths_a_unit = unit == "Wh" ? 10 : 10'000;
    const auto tenths = static_cast<std::uint32_t>(std::llround(value_of(number) * tenths_a_unit));
    number = fmt::format("{:.3f}", static_cast<double>(tenths) / tenths_a_unit);
  });
}

void swap_tariffs(MutantReport& report, MutantState&) {
  ContractTelegram& telegram = report.telegram;
  swap_values(telegram, {1, 0, 1, 8, 1}, {1, 0, 1, 8, 2});
  swap_values(telegram, {1, 0, 2, 8, 1}, {1, 0, 2, 8, 2});
  swap_values(telegram, {1, 1, 1, 8, 1}, {1, 1, 1, 8, 2});
}

void swap_directions(MutantReport& report, MutantState&) {
  ContractTelegram& telegram = report.telegram;
  for (const std::uint8_t e : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
    for (const std::uint8_t b : {std::uint8_t{0}, std::uint8_t{1}}) {
      swap_values(telegram, {1, b, 1, 8, e}, {1, b, 2, 8, e});
    }
  }
  swap_values(telegram, {1, 0, 1, 7, 0}, {1, 0, 2, 7, 0});
}

void swap_phases(MutantReport& report, MutantState&) {
  swap_values(report.telegram, {1, 0, 21, 7, 0}, {1, 0, 41, 7, 0});
  swap_values(report.telegram, {1, 0, 32, 7, 0}, {1, 0, 52, 7, 0});
}

void first_phase_for_all(MutantReport& report, MutantState&) {
  for (const std::uint8_t c : {std::uint8_t{52}, std::uint8_t{72}}) {
    const ContractValue* const first = find_value(report.telegram, {1, 0, 32, 7, 0});
    ContractValue* const other = find_value(report.telegram, {1, 0, c, 7, 0});
    if (first != nullptr && other != nullptr) *other = *first;
  }
}

/// Takes the sum of the currents for the power, at 230 V.
void sum_of_phases(MutantReport& report, MutantState&) {
  ContractValue* const total = find_value(report.telegram, {1, 0, 1, 7, 0});
  if (total == nullptr || total->kind != Kind::kText) return;
  double sum = 0;
  for (const std::uint8_t c : {std::uint8_t{31}, std::uint8_t{51}, std::uint8_t{71}}) {
    const ContractValue* const phase = find_value(report.telegram, {1, 0, c, 7, 0});
    constexpr double kKilovolts = 0.23;
    if (phase != nullptr) sum += value_of(phase->text) * kKilovolts;
  }
  if (sum > 0) total->text = fmt::format("{:.3f} kW", sum);
}

void zero_for_missing(MutantReport& report, MutantState&) {
  for (const Obis code : {Obis{1, 0, 1, 7, 0}, Obis{1, 0, 2, 7, 0}, Obis{1, 0, 41, 7, 0}}) {
    report.telegram.values.try_emplace(code, ContractValue{.kind = Kind::kText, .text = "0 kW"});
  }
}

void keep_old_value(MutantReport& report, MutantState& state) {
  if (!state.previous) return;
  for (const auto& [code, value] : state.previous->values) {
    report.telegram.values.try_emplace(code, value);
  }
}

/// What a meter measures has its place in a list that `known` has filled.
void lose_what_is_new(MutantReport& report, const std::optional<ContractTelegram>& known) {
  if (!known) return;
  std::erase_if(report.telegram.values, [&](const auto& entry) {
    return entry.first.a == 1 && !known->values.contains(entry.first);
  });
}

void objects_of_first(MutantReport& report, MutantState& state) {
  lose_what_is_new(report, state.first);
}

void objects_of_previous(MutantReport& report, MutantState& state) {
  lose_what_is_new(report, state.previous);
}

void keep_first(MutantReport& report, const MutantState& state, std::span<const Obis> codes) {
  if (!state.first) return;
  for (const Obis code : codes) {
    const auto old = state.first->values.find(code);
    ContractValue* const now = find_value(report.telegram, code);
    if (old != state.first->values.end() && now != nullptr) *now = old->second;
  }
}

void keep_limits(MutantReport& report, MutantState& state) {
  constexpr std::array kLimits = {Obis{0, 0, 17, 0, 0}, Obis{1, 0, 31, 4, 0}, Obis{1, 1, 31, 4, 0}};
  keep_first(report, state, kLimits);
}

void keep_version(MutantReport& report, MutantState& state) {
  constexpr std::array kVersions = {Obis{1, 3, 0, 2, 8}, Obis{0, 0, 96, 1, 4}};
  keep_first(report, state, kVersions);
}

void zero_for_null(MutantReport& report, MutantState&) {
  for (auto& [code, value] : report.telegram.values) {
    if (value.kind == Kind::kNull) value = {.kind = Kind::kText, .text = "0"};
  }
}

void old_gas_with_new_power(MutantReport& report, MutantState& state) {
  if (!state.previous) return;
  for (const auto& [code, value] : state.previous->values) {
    if (code.a == 1 && code.d == 8) report.telegram.values[code] = value;
  }
}

void one_telegram_behind(MutantReport& report, MutantState& state) {
  if (!state.previous) {
    report.times = 0;
    return;
  }
  report.telegram = *state.previous;
}

void freeze_power(MutantReport& report, MutantState& state) {
  if (!state.previous) return;
  for (const Obis code : {Obis{1, 0, 1, 7, 0}, Obis{0, 0, 1, 0, 0}}) {
    const ContractValue* const old = find_value(*state.previous, code);
    ContractValue* const now = find_value(report.telegram, code);
    if (old != nullptr && now != nullptr) *now = *old;
  }
}

void lose_tariff_indicator(MutantReport& report, MutantState&) {
  ContractValue* const indicator = find_value(report.telegram, {0, 0, 96, 14, 0});
  if (indicator != nullptr) *indicator = {.kind = Kind::kText, .text = "9"};
}

/// Import less export for import.
void tell_net_power(MutantReport& report, MutantState&) {
  ContractValue* const from = find_value(report.telegram, {1, 0, 1, 7, 0});
  const ContractValue* const to = find_value(report.telegram, {1, 0, 2, 7, 0});
  if (from == nullptr || to == nullptr || !from->text.ends_with(" kW")) return;
  from->text = fmt::format("{:.3f} kW", value_of(from->text) - value_of(to->text));
}

void cut_text(MutantReport& report, MutantState&) {
  constexpr std::size_t kRoom = 255;
  edit_values(report.telegram, [](Obis, ContractValue& value) {
    if (value.text.size() > kRoom) value.text.resize(kRoom);
  });
}

/// As long as the longest identifier of the documents.
void cut_text_to_format(MutantReport& report, MutantState&) {
  constexpr std::size_t kRoom = 96;
  edit_values(report.telegram, [](Obis, ContractValue& value) {
    if (value.text.size() > kRoom) value.text.resize(kRoom);
  });
}

/// Identifiers of digits lose their leading zeros.
void text_as_number(MutantReport& report, MutantState&) {
  edit_values(report.telegram, [](Obis code, ContractValue& value) {
    if (code.c != 96 || value.kind != Kind::kText) return;
    const auto number = parse_decimal(value.text);
    value.text =
        fmt::format("{:.6e}", number ? static_cast<double>(number->digits) : value_of(value.text));
  });
}

/// From the second digit on, as if the first were a length.
void decode_wrongly(MutantReport& report, MutantState&) {
  edit_values(report.telegram, [](Obis code, ContractValue& value) {
    const bool is_text = code.c == 96 && value.kind == Kind::kText && value.text.size() > 4;
    if (is_text && parse_hex(value.text)) value.text.erase(0, 2);
  });
}

/// Printed into a buffer that also holds the rest of the line.
void garble_long_text(MutantReport& report, MutantState&) {
  constexpr std::size_t kRoom = 512;
  edit_values(report.telegram, [](Obis, ContractValue& value) {
    if (value.text.size() > kRoom) value.text.replace(kRoom, 4, "....");
  });
}

bool is_power(Obis code) { return code.a == 1 && code.d == 7; }

/// 00 and 10 are octal numbers, 08 and 09 are none.
void lose_octal_powers(MutantReport& report, MutantState&) {
  edit_values(report.telegram, [](Obis code, ContractValue& value) {
    const bool is_octal = value.text.starts_with("8.") || value.text.starts_with("9.");
    if (is_power(code) && is_octal && value.text.ends_with(" kW")) value = {};
  });
}

void lose_big_powers(MutantReport& report, MutantState&) {
  constexpr double kPlausible = 10;
  edit_values(report.telegram, [](Obis code, ContractValue& value) {
    const bool is_kilowatts = is_power(code) && value.text.ends_with(" kW");
    if (is_kilowatts && value_of(value.text) >= kPlausible) value = {};
  });
}

/// 00.010 becomes 0.10: what is before and behind the point are two numbers.
void lose_zeros_behind_point(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string& number, std::string& unit) {
    const std::size_t point = number.find('.');
    if (point == std::string::npos || !unit.starts_with('k')) return;
    const std::size_t digit = number.find_first_not_of('0', point + 1);
    if (digit != std::string::npos) number.erase(point + 1, digit - point - 1);
  });
}

/// 24 bits hold 16777216 Wh.
void print_watt_hours_of_24_bits(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string& number, std::string& unit) {
    const int decimals = unit == "kWh" ? 3 : 0;
    if (!unit.ends_with("Wh") || decimals_of(number) > decimals) return;
    const double watt_hours = std::pow(10, decimals);
    const auto narrow = static_cast<float>(std::round(value_of(number) * watt_hours));
    number = fmt::format("{:.{}f}", static_cast<double>(narrow) / watt_hours, decimals);
  });
}

/// Knows two tariffs.
void add_two_tariffs(MutantReport& report, MutantState&) {
  const ContractValue* const first = find_value(report.telegram, {1, 0, 1, 8, 1});
  const ContractValue* const second = find_value(report.telegram, {1, 0, 1, 8, 2});
  ContractValue* const total = find_value(report.telegram, {1, 0, 1, 8, 0});
  if (first == nullptr || second == nullptr || total == nullptr) return;
  total->text = fmt::format("{:.3f} kWh", value_of(first->text) + value_of(second->text));
}

/// Of each letter it subtracts 'A': what is left of a small one spills into the digit before it.
void decode_capitals_only(MutantReport& report, MutantState&) {
  edit_values(report.telegram, [](Obis code, ContractValue& value) {
    const bool is_octets = code.c == 96 && value.kind == Kind::kText && parse_hex(value.text);
    if (!is_octets) return;
    for (std::size_t i = 1; i < value.text.size(); i += 2) {
      if (value.text[i] < 'a') continue;
      const int spilled = std::stoi(value.text.substr(i - 1, 1), nullptr, 16) | 2;
      value.text[i - 1] = fmt::format("{:x}", spilled)[0];
    }
  });
}

constexpr auto kRows = std::to_array<Mutant>({
    report_filter("single-precision", kFamily, "numbers of 24 bits", print_single_precision),
    report_filter("cuts-decimals", kFamily, "numbers without their decimals", cut_decimals),
    report_filter("one-decimal", kFamily, "numbers rounded to one decimal", round_to_one_decimal),
    report_filter("two-decimals", kFamily, "numbers rounded to two decimals",
                  round_to_two_decimals),
    report_filter("loses-point", kFamily, "numbers without their point", lose_point),
    report_filter("loses-sign", kFamily, "numbers without their sign", lose_sign),
    report_filter("negative-is-null", kFamily, "negative numbers are no value", lose_negative),
    report_filter("zero-is-null", kFamily, "a value of 0 is no value", lose_zero),
    report_filter("overflows-16-bits", kFamily, "watts of 16 bits with a sign", overflow_16_bits),
    report_filter("overflows-32-bits", kFamily, "tenths of watt hours in 32 bits",
                  overflow_32_bits),
    report_filter("swaps-tariffs", kFamily, "the registers of the tariffs swapped", swap_tariffs),
    report_filter("swaps-directions", kFamily, "import and export swapped", swap_directions),
    report_filter("swaps-phases", kFamily, "L1 and L2 swapped", swap_phases),
    report_filter("first-phase", kFamily, "the voltage of L1 for all phases", first_phase_for_all),
    report_filter("power-of-currents", kFamily, "power computed from the currents", sum_of_phases),
    report_filter("zero-for-missing", kFamily, "reports zero for a missing value",
                  zero_for_missing),
    report_filter("old-for-missing", kFamily, "reports the previous value for a missing one",
                  keep_old_value),
    report_filter("objects-of-first", kFamily,
                  "reports no measured value that the first telegram did not have",
                  objects_of_first),
    report_filter("objects-of-previous", kFamily,
                  "reports no measured value that the previous telegram did not have",
                  objects_of_previous),
    report_filter("limits-of-first", kFamily, "reports the thresholds of the first telegram",
                  keep_limits),
    report_filter("version-of-first", kFamily, "reports the version of the first telegram",
                  keep_version),
    report_filter("zero-for-null", kFamily, "reports zero for empty brackets", zero_for_null),
    report_filter("mixes-telegrams", kFamily, "reports the registers of the previous telegram",
                  old_gas_with_new_power),
    report_filter("one-behind", kFamily, "reports the previous telegram", one_telegram_behind),
    report_filter("freezes-power", kFamily, "reports power and clock of the previous telegram",
                  freeze_power),
    report_filter("tariff-unknown", kFamily, "invents a tariff indicator", lose_tariff_indicator),
    report_filter("net-power", kFamily, "reports import minus export as import", tell_net_power),
    report_filter("cuts-text", kFamily, "texts of 255 characters", cut_text),
    report_filter("texts-of-96", kFamily, "texts of 96 characters", cut_text_to_format),
    report_filter("text-as-number", kFamily, "identifiers are numbers", text_as_number),
    report_filter("text-off-by-one", kFamily, "texts without their first byte", decode_wrongly),
    report_filter("garbles-long-text", kFamily, "garbage in the middle of long texts",
                  garble_long_text),
    report_filter("octal-powers", kFamily, "no value for a power of 8 or 9 kW", lose_octal_powers),
    report_filter("below-10-kilowatts", kFamily, "no value for a power of 10 kW or more",
                  lose_big_powers),
    report_filter("zeros-behind-point", kFamily, "reports 8.009 kW as 8.9 kW",
                  lose_zeros_behind_point),
    report_filter("watt-hours-in-float", kFamily, "watt hours of 24 bits",
                  print_watt_hours_of_24_bits),
    report_filter("total-of-two-tariffs", kFamily, "reports the sum of 1.8.1 and 1.8.2 as 1.8.0",
                  add_two_tariffs),
    report_filter("capital-octets-only", kFamily, "decodes hexadecimal letters as capitals",
                  decode_capitals_only),
});

}  // namespace

std::span<const Mutant> value_mutants() { return kRows; }

}  // namespace p1rig
