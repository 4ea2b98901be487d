// Readers that are wrong about the devices on the M-Bus.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "conformance/mutants/mutant_rows.h"
#include "conformance/mutants/report_edit.h"
#include "conformance/mutants/telegram_look.h"
#include "protocol/decimal.h"

namespace p1rig {
namespace {

constexpr auto kFamily = MutantFamily::kMbus;

using Kind = ContractValue::Kind;

std::vector<ContractDevice>& devices(MutantReport& report) {
  if (!report.telegram.mbus) report.telegram.mbus.emplace();
  return *report.telegram.mbus;
}

void rename_medium(MutantReport& report, std::string_view from, std::string_view to) {
  for (ContractDevice& device : devices(report)) {
    if (device.medium == from) device.medium = to;
  }
}

void erase_readings(MutantReport& report, std::uint8_t d, std::optional<std::uint8_t> e) {
  std::set<int> gone;
  std::erase_if(report.telegram.values, [&](const auto& entry) {
    const Obis code = entry.first;
    const bool erased = is_mbus_reading(code) && code.d == d && (!e || code.e == *e);
    if (erased) gone.insert(code.b);
    return erased;
  });
  std::erase_if(devices(report),
                [&](const ContractDevice& device) { return gone.contains(*device.channel); });
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

void gas_on_channel_one_only(MutantReport& report, MutantState&) {
  std::erase_if(devices(report), [](const ContractDevice& device) {
    return device.medium == "gas" && device.channel != 1;
  });
}

void medium_by_channel(MutantReport& report, MutantState&) {
  for (ContractDevice& device : devices(report)) {
    device.medium = device.channel == 1 ? "gas" : device.channel == 2 ? "water" : "heat";
  }
}

void everything_is_gas(MutantReport& report, MutantState&) {
  for (ContractDevice& device : devices(report)) device.medium = "gas";
}

void water_is_gas(MutantReport& report, MutantState&) { rename_medium(report, "water", "gas"); }

void heat_is_gas(MutantReport& report, MutantState&) {
  rename_medium(report, "heat", "gas");
  rename_medium(report, "cold", "gas");
}

void heat_of_type_4_only(MutantReport& report, MutantState&) {
  constexpr std::int64_t kHeat = 4;
  std::erase_if(devices(report), [&](const ContractDevice& device) {
    const auto channel = static_cast<std::uint8_t>(device.channel.value_or(0));
    const ContractValue* const type = find_value(report.telegram, {0, channel, 24, 1, 0});
    const auto number = type == nullptr ? std::nullopt : parse_decimal(type->text);
    return device.medium == "heat" && number && number->digits != kHeat;
  });
}

void last_device_only(MutantReport& report, MutantState&) {
  auto& all = devices(report);
  if (all.size() > 1) all.erase(all.begin(), all.end() - 1);
}

void first_device_only(MutantReport& report, MutantState&) {
  auto& all = devices(report);
  if (all.size() > 1) all.resize(1);
}

void one_device_a_medium(MutantReport& report, MutantState&) {
  std::set<std::optional<std::string>> seen;
  std::erase_if(devices(report),
                [&](const ContractDevice& device) { return !seen.insert(device.medium).second; });
}

void two_channels_only(MutantReport& report, MutantState&) {
  constexpr int kKnown = 2;
  std::erase_if(devices(report),
                [](const ContractDevice& device) { return device.channel.value_or(1) > kKnown; });
  std::erase_if(report.telegram.values, [](const auto& entry) {
    return is_mbus_object(entry.first) && entry.first.b > kKnown;
  });
}

void same_reading_for_all(MutantReport& report, MutantState&) {
  auto& all = devices(report);
  for (ContractDevice& device : all) device.reading = all.front().reading;
}

void sum_of_gas(MutantReport& report, MutantState&) {
  auto& all = devices(report);
  const auto is_gas = [](const ContractDevice& device) { return device.medium == "gas"; };
  if (std::ranges::count_if(all, is_gas) < 2) return;
  std::int64_t litres = 0;
  for (const ContractDevice& device : all) {
    const auto number = parse_decimal(device.reading.text.substr(0, device.reading.text.find(' ')));
    if (is_gas(device) && number) litres += scaled(*number, 3).value_or(Decimal{}).digits;
  }
  const auto first = std::ranges::find_if(all, is_gas);
  first->reading.text = std::to_string(litres / 1000) + " m3";
  const int kept = first->channel.value_or(0);
  std::erase_if(
      all, [&](const ContractDevice& device) { return is_gas(device) && device.channel != kept; });
}

void unset_reading_as_zero(MutantReport& report, MutantState&) {
  for (auto& [code, value] : report.telegram.values) {
    if (!is_mbus_reading(code) || value.kind != Kind::kNull) continue;
    value = {.kind = Kind::kTimed, .text = "0.000 m3", .at = {}};
    devices(report).push_back({.channel = code.b, .medium = "gas", .id = {}, .reading = value});
  }
}

void ignore_uncorrected_gas(MutantReport& report, MutantState&) { erase_readings(report, 2, 3); }

void ignore_old_readings(MutantReport& report, MutantState&) {
  erase_readings(report, 3, std::nullopt);
}

/// Every identifier is the meter's.
void main_id_for_device(MutantReport& report, MutantState&) {
  const ContractValue* main = find_value(report.telegram, {0, 0, 96, 1, 1});
  if (main == nullptr) main = find_value(report.telegram, {0, 0, 96, 1, 0});
  if (main == nullptr) return;
  const ContractValue id = *main;
  for (auto& [code, value] : report.telegram.values) {
    if (code.b > 0 && code.c == 96 && code.d == 1) value = id;
  }
  for (ContractDevice& device : devices(report)) device.id = id.text;
}

void ids_of_neighbours(MutantReport& report, MutantState&) {
  auto& values = report.telegram.values;
  for (std::uint8_t b = 1; b < 4; ++b) {
    swap_values(report.telegram, {0, b, 96, 1, 0}, {0, static_cast<std::uint8_t>(b + 1), 96, 1, 0});
    swap_values(report.telegram, {0, b, 96, 1, 1}, {0, static_cast<std::uint8_t>(b + 1), 96, 1, 1});
  }
  for (ContractDevice& device : devices(report)) {
    for (const std::uint8_t e : {std::uint8_t{1}, std::uint8_t{0}}) {
      const auto id = values.find({0, static_cast<std::uint8_t>(*device.channel), 96, 1, e});
      if (id != values.end()) device.id = id->second.text;
    }
  }
}

void telegram_time_for_capture(MutantReport& report, MutantState&) {
  const ContractValue* const clock = find_value(report.telegram, {0, 0, 1, 0, 0});
  if (clock == nullptr || clock->kind != Kind::kText) return;
  const std::string now = clock->text;
  edit_values(report.telegram, [&](Obis code, ContractValue& value) {
    if (is_mbus_reading(code) && value.kind == Kind::kTimed) value.at = now;
  });
}

void no_capture_time(MutantReport& report, MutantState&) {
  edit_values(report.telegram, [](Obis code, ContractValue& value) {
    if (is_mbus_reading(code) && value.kind == Kind::kTimed) value.at = "";
  });
}

void keep_old_reading(MutantReport& report, MutantState& state) {
  if (!state.previous) return;
  for (auto& [code, value] : report.telegram.values) {
    const ContractValue* const old = find_value(*state.previous, code);
    if (is_mbus_reading(code) && old != nullptr) value = *old;
  }
  report.telegram.mbus = state.previous->mbus;
}

/// Takes a reading that is lower than the one before for a mistake.
void keep_higher_reading(MutantReport& report, MutantState& state) {
  if (!state.previous) return;
  const auto number = [](const std::string& text) {
    const auto parsed = parse_decimal(text.substr(0, text.find(' ')));
    return parsed ? scaled(*parsed, 3).value_or(Decimal{}).digits : 0;
  };
  edit_values(report.telegram, [&](Obis code, ContractValue& value) {
    if (!is_mbus_reading(code)) return;
    const ContractValue* const before = find_value(*state.previous, code);
    if (before != nullptr && number(before->text) > number(value.text)) value.text = before->text;
  });
}

void lose_conclusions(MutantReport& report, MutantState&) {
  for (ContractDevice& device : devices(report)) device.medium = "electricity";
  std::swap(report.telegram.import.normal, report.telegram.import.low);
}

void channels_from_zero(MutantReport& report, MutantState&) {
  for (ContractDevice& device : devices(report)) device.channel = *device.channel - 1;
}

/// Of an old meter: the reading is what is on the line behind, it thinks.
bool read_line_behind_only(Telegram& telegram, MutantState&) {
  for (DataLine& line : telegram.lines) {
    const bool is_whole = is_mbus_code(line, 24, 3) && !line.brackets.empty() &&
                          line.brackets.back().line == line.line;
    if (is_whole) line.brackets.pop_back();
  }
  return true;
}

/// Of an old meter: 08 and 0A are no numbers to it.
bool require_octal_status(Telegram& telegram, MutantState&) {
  return !any_line(telegram, [](const DataLine& line) {
    if (!is_mbus_code(line, 24, 3) || line.brackets.size() < 2) return false;
    return line.brackets[1].text.find_first_not_of("01234567") != std::string_view::npos;
  });
}

/// The point is where it always was: before the last three digits.
void set_point_before_three(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis code, std::string& number, std::string& unit) {
    if (!is_mbus_reading(code) || unit != "m3") return;
    constexpr std::size_t kDecimals = 3;
    std::erase(number, '.');
    if (number.size() > kDecimals) number.insert(number.size() - kDecimals, ".");
  });
}

constexpr auto kRows = std::to_array<Mutant>({
    telegram_filter("needs-type-first", kFamily,
                    "ignores a reading that comes before its device type", require_type_first),
    telegram_filter("ends-at-unlinked", kFamily, "stops at a channel without a device",
                    end_at_unlinked),
    report_filter("gas-on-1-only", kFamily, "finds gas only on channel 1", gas_on_channel_one_only),
    report_filter("medium-by-channel", kFamily, "channel 1 is gas, 2 water, others heat",
                  medium_by_channel),
    report_filter("everything-is-gas", kFamily, "every device is a gas meter", everything_is_gas),
    report_filter("water-is-gas", kFamily, "reports water as gas", water_is_gas),
    report_filter("heat-is-gas", kFamily, "reports heat and cold as gas", heat_is_gas),
    report_filter("heat-is-4-only", kFamily, "knows no heat meter other than type 4",
                  heat_of_type_4_only),
    report_filter("last-device", kFamily, "reports only the last device", last_device_only),
    report_filter("first-device", kFamily, "reports only the first device", first_device_only),
    report_filter("one-of-a-medium", kFamily, "reports only the first device of each medium",
                  one_device_a_medium),
    report_filter("two-channels", kFamily, "knows channels 1 and 2", two_channels_only),
    report_filter("same-reading", kFamily, "reports the reading of the first device for all",
                  same_reading_for_all),
    report_filter("sums-gas", kFamily, "reports the sum of two gas meters as one", sum_of_gas),
    report_filter("unset-is-zero", kFamily, "reports an unset reading as zero",
                  unset_reading_as_zero),
    report_filter("ignores-24.2.3", kFamily, "does not know 0-n:24.2.3", ignore_uncorrected_gas),
    report_filter("ignores-24.3.0", kFamily, "does not know 0-n:24.3.0", ignore_old_readings),
    report_filter("main-id", kFamily, "reports the meter's identifier for its devices",
                  main_id_for_device),
    report_filter("id-of-neighbour", kFamily, "identifiers of other channels", ids_of_neighbours),
    report_filter("telegram-time", kFamily, "reports the telegram time as the capture time",
                  telegram_time_for_capture),
    report_filter("no-capture-time", kFamily, "reports readings without their time",
                  no_capture_time),
    report_filter("keeps-old-reading", kFamily, "reports the reading of the previous telegram",
                  keep_old_reading),
    report_filter("keeps-higher-reading", kFamily, "reports no reading lower than the one before",
                  keep_higher_reading),
    report_filter("loses-conclusions", kFamily, "every device is an electricity meter",
                  lose_conclusions),
    telegram_filter("needs-second-line", kFamily,
                    "finds no gas where an old meter sends it on one line", read_line_behind_only),
    telegram_filter("octal-status", kFamily, "rejects a status of the gas meter with 8, 9 or A",
                    require_octal_status),
    report_filter("gas-of-three-decimals", kFamily, "reports 12785.12 m3 as 1278.512 m3",
                  set_point_before_three),
    report_filter("channels-from-0", kFamily, "channels counted from 0", channels_from_zero),
});

}  // namespace

std::span<const Mutant> mbus_mutants() { return kRows; }

}  // namespace p1rig
