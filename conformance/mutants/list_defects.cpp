#include <algorithm>
#include <cstdint>

#include "conformance/mutants/report_defects.h"
#include "conformance/mutants/report_edit.h"
#include "protocol/decimal.h"

namespace p1rig {
namespace {

using Kind = ContractValue::Kind;

constexpr Obis kFailureLog{1, 0, 99, 97, 0};
constexpr Obis kMonths{0, 0, 98, 1, 0};
constexpr Obis kPeak{1, 0, 1, 6, 0};
constexpr Obis kAverage{1, 0, 1, 4, 0};

/// Calls `edit` with the entries of a list, where the telegram has it.
template <class Edit>
void edit_entries(MutantReport& report, Obis code, Edit edit) {
  ContractValue* const list = find_value(report.telegram, code);
  if (list != nullptr && list->kind == Kind::kList) edit(list->items);
}

/// With each of them.
template <class Edit>
void edit_each(MutantReport& report, Obis code, Edit edit) {
  edit_entries(report, code, [&](std::vector<ContractValue>& entries) {
    for (ContractValue& entry : entries) edit(entry);
  });
}

template <class Edit>
void edit_durations(MutantReport& report, Edit edit) {
  edit_each(report, kFailureLog, [&](ContractValue& entry) {
    const auto number = parse_decimal(entry.text.substr(0, entry.text.find(' ')));
    if (number) entry.text = std::to_string(edit(number->digits)) + " s";
  });
}

std::optional<Decimal> power_of(const ContractValue& peak) {
  return parse_decimal(peak.text.substr(0, peak.text.find(' ')));
}

bool is_hungarian(const MutantState& state) { return state.dialect->name == "hu-eon"; }

void set_tariffs(MutantReport& report, std::uint8_t normal) {
  const auto text = [&](std::uint8_t c, std::uint8_t e) -> std::optional<std::string> {
    const ContractValue* const value = find_value(report.telegram, {1, 0, c, 8, e});
    return value == nullptr ? std::nullopt : std::optional(value->text);
  };
  const auto low = static_cast<std::uint8_t>(3 - normal);
  report.telegram.import = {text(1, normal), text(1, low)};
  report.telegram.exported = {text(2, normal), text(2, low)};
}

}  // namespace

void lose_first_entry(MutantReport& report, MutantState&) {
  edit_entries(report, kFailureLog, [](auto& log) {
    if (!log.empty()) log.erase(log.begin());
  });
}

void lose_last_entry(MutantReport& report, MutantState&) {
  edit_entries(report, kFailureLog, [](auto& log) {
    if (!log.empty()) log.pop_back();
  });
}

void five_entries(MutantReport& report, MutantState&) {
  edit_entries(report, kFailureLog, [](auto& log) {
    constexpr std::size_t kRoom = 5;
    if (log.size() > kRoom) log.resize(kRoom);
  });
}

void pair_with_next_time(MutantReport& report, MutantState&) {
  edit_entries(report, kFailureLog, [](auto& log) {
    for (std::size_t i = 0; i + 1 < log.size(); ++i) std::swap(log[i].at, log[i + 1].at);
  });
}

/// In 16 bits: a day has 86400 seconds.
void overflow_durations(MutantReport& report, MutantState&) {
  edit_durations(report, [](std::int64_t s) { return static_cast<std::uint16_t>(s); });
}

void durations_in_minutes(MutantReport& report, MutantState&) {
  constexpr std::int64_t kMinute = 60;
  edit_durations(report, [](std::int64_t s) { return s / kMinute; });
}

/// Takes the stamp for the beginning of the failure.
void start_for_end(MutantReport& report, MutantState&) {
  edit_each(report, kFailureLog, [](ContractValue& entry) {
    constexpr std::size_t kHour = 11;
    if (!entry.at || entry.at->size() < kHour + 2) return;
    entry.at->replace(kHour, 2, entry.at->substr(kHour, 2) == "00" ? "23" : "00");
  });
}

void invent_entry_for_empty_log(MutantReport& report, MutantState&) {
  ContractValue* const list = find_value(report.telegram, kFailureLog);
  if (list == nullptr || !list->items.empty()) return;
  list->kind = Kind::kList;
  list->items.push_back({.kind = Kind::kTimed, .text = "0 s", .at = ""});
}

void values_in_reverse(MutantReport& report, MutantState&) {
  edit_entries(report, kMonths, [](auto& months) {
    for (std::size_t i = 0; i < months.size() / 2; ++i) {
      std::swap(months[i].text, months[months.size() - 1 - i].text);
    }
  });
}

void twelve_peaks(MutantReport& report, MutantState& state) {
  edit_entries(report, kMonths, [&](auto& months) {
    constexpr std::size_t kYear = 12;
    if (months.size() > kYear && !is_hungarian(state)) months.resize(kYear);
  });
}

void month_for_peak_time(MutantReport& report, MutantState&) {
  edit_each(report, kMonths, [](ContractValue& entry) {
    if (entry.month) entry.at = entry.month;
  });
}

void swap_month_and_time(MutantReport& report, MutantState&) {
  edit_each(report, kMonths, [](ContractValue& entry) {
    if (entry.month && entry.at) std::swap(entry.month, entry.at);
  });
}

void average_for_peak(MutantReport& report, MutantState&) {
  ContractValue* const peak = find_value(report.telegram, kPeak);
  const ContractValue* const average = find_value(report.telegram, kAverage);
  if (peak != nullptr && average != nullptr && peak->kind == Kind::kTimed) {
    peak->text = average->text;
  }
}

void zero_peak_as_none(MutantReport& report, MutantState&) {
  ContractValue* const peak = find_value(report.telegram, kPeak);
  const auto power = peak == nullptr ? std::nullopt : power_of(*peak);
  if (power && power->digits == 0) *peak = {};
}

void keep_highest_peak(MutantReport& report, MutantState& state) {
  ContractValue* const peak = find_value(report.telegram, kPeak);
  if (peak == nullptr || !state.previous) return;
  const ContractValue* const before = find_value(*state.previous, kPeak);
  const auto power = power_of(*peak), power_before = before == nullptr ? power : power_of(*before);
  if (power && power_before && compare_values(*power, *power_before) < 0) *peak = *before;
}

void dutch_tariffs(MutantReport& report, MutantState&) { set_tariffs(report, 2); }

void belgian_tariffs(MutantReport& report, MutantState&) { set_tariffs(report, 1); }

void tell_invalid_peaks(MutantReport& report, MutantState&) {
  edit_each(report, kMonths, [](ContractValue& entry) {
    if (entry.kind == Kind::kTimed && entry.at && entry.at->empty()) {
      entry.at = "2065-02-25T01:25:25+01:00";
    }
  });
}

void limit_off_as_zero(MutantReport& report, MutantState&) {
  for (const Obis code : {Obis{0, 0, 17, 0, 0}, Obis{1, 0, 31, 4, 0}}) {
    ContractValue* const limit = find_value(report.telegram, code);
    if (limit != nullptr && limit->text.starts_with("99")) limit->text = "0 kW";
  }
}

void lose_month_list(MutantReport& report, MutantState& state) {
  if (is_hungarian(state)) report.telegram.values.erase(kMonths);
}

/// Each value of the Hungarian list under the meaning of the one before.
void shift_month_list(MutantReport& report, MutantState& state) {
  edit_entries(report, kMonths, [&](auto& values) {
    if (is_hungarian(state) && values.size() > 2) {
      std::rotate(values.begin() + 1, values.begin() + 2, values.end());
    }
  });
}

}  // namespace p1rig
