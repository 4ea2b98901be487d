// Readers that are wrong about what Belgian meters send.

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "conformance/mutants/mutant_rows.h"
#include "conformance/mutants/report_edit.h"
#include "conformance/mutants/telegram_look.h"
#include "protocol/decimal.h"
#include "protocol/timestamp.h"

namespace p1rig {
namespace {

constexpr auto kFamily = MutantFamily::kBelgian;

using Kind = ContractValue::Kind;

constexpr Obis kMonths{0, 0, 98, 1, 0};
constexpr Obis kPeak{1, 0, 1, 6, 0};
constexpr Obis kAverage{1, 0, 1, 4, 0};
constexpr std::array kLimits = {Obis{0, 0, 17, 0, 0}, Obis{1, 0, 31, 4, 0}};

std::optional<Decimal> power_of(const ContractValue& peak) {
  return parse_decimal(peak.text.substr(0, peak.text.find(' ')));
}

void set_tariffs(MutantReport& report, std::uint8_t normal) {
  const auto text = [&](std::uint8_t c, std::uint8_t e) -> std::optional<std::string> {
    const ContractValue* const value = find_value(report.telegram, {1, 0, c, 8, e});
    return value == nullptr ? std::nullopt : std::optional(value->text);
  };
  const auto low = static_cast<std::uint8_t>(3 - normal);
  report.telegram.import = {text(1, normal), text(1, low)};
  report.telegram.exported = {text(2, normal), text(2, low)};
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

void values_in_reverse(MutantReport& report, MutantState&) {
  edit_entries(report.telegram, kMonths, [](auto& months) {
    for (std::size_t i = 0; i < months.size() / 2; ++i) {
      std::swap(months[i].text, months[months.size() - 1 - i].text);
    }
  });
}

void twelve_peaks(MutantReport& report, MutantState& state) {
  edit_entries(report.telegram, kMonths, [&](auto& months) {
    constexpr std::size_t kYear = 12;
    if (months.size() > kYear && !is_hungarian(state)) months.resize(kYear);
  });
}

void month_for_peak_time(MutantReport& report, MutantState&) {
  edit_each(report.telegram, kMonths, [](ContractValue& entry) {
    if (entry.month) entry.at = entry.month;
  });
}

void swap_month_and_time(MutantReport& report, MutantState&) {
  edit_each(report.telegram, kMonths, [](ContractValue& entry) {
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
  edit_each(report.telegram, kMonths, [](ContractValue& entry) {
    if (entry.kind == Kind::kTimed && entry.at && entry.at->empty()) {
      entry.at = "2065-02-25T01:25:25+01:00";
    }
  });
}

void limit_off_as_zero(MutantReport& report, MutantState&) {
  for (const Obis code : kLimits) {
    ContractValue* const limit = find_value(report.telegram, code);
    if (limit != nullptr && limit->text.starts_with("99")) limit->text = "0 kW";
  }
}

/// Remembers what the report will be made with.
bool look_for_flanders(Telegram& telegram, MutantState& state) {
  const bool is_belgian = state.dialect->name.starts_with("emucs");
  state.mark = is_belgian && !telegram.identification.starts_with("FLU");
  return true;
}

void tariffs_of_flanders(MutantReport& report, MutantState& state) {
  if (state.mark) set_tariffs(report, 2);
}

/// What is used most cannot be the low one, it thinks; the values are all it has to go by in the
/// Netherlands.
void larger_is_normal(MutantReport& report, MutantState& state) {
  if (state.dialect->name.starts_with("emucs")) return;
  const auto number = [&](std::uint8_t e) {
    const ContractValue* const value = find_value(report.telegram, {1, 0, 1, 8, e});
    return value == nullptr ? std::nullopt : power_of(*value);
  };
  const auto first = number(1), second = number(2);
  if (first && second && compare_values(*first, *second) > 0) set_tariffs(report, 1);
}

/// Of a cache that is filled once a telegram has been passed on.
void keep_last_limit(MutantReport& report, MutantState& state) {
  if (!state.previous) return;
  for (const Obis code : kLimits) {
    ContractValue* const limit = find_value(report.telegram, code);
    const ContractValue* const before = find_value(*state.previous, code);
    if (limit != nullptr && before != nullptr) *limit = *before;
  }
}

/// Two nines are enough for it.
void limit_of_99_as_off(MutantReport& report, MutantState&) {
  for (const Obis code : kLimits) {
    ContractValue* const limit = find_value(report.telegram, code);
    if (limit == nullptr || !limit->text.starts_with("99")) continue;
    limit->text = limit->text.ends_with("kW") ? "999.9 kW" : "999 A";
  }
}

/// At the beginning of a quarter of an hour.
void power_for_no_average(MutantReport& report, MutantState&) {
  ContractValue* const average = find_value(report.telegram, kAverage);
  const ContractValue* const power = find_value(report.telegram, {1, 0, 1, 7, 0});
  const auto number = average == nullptr ? std::nullopt : power_of(*average);
  if (number && number->digits == 0 && power != nullptr) *average = *power;
}

constexpr auto kRows = std::to_array<Mutant>({
    telegram_filter("refuses-no-peaks", kFamily, "rejects a list of peaks without entries",
                    refuse_no_peaks),
    telegram_filter("crashes-at-13-peaks", kFamily, "crashes on a list of more than twelve peaks",
                    crash_at_many_peaks),
    telegram_filter("refuses-value-first", kFamily, "rejects a peak with its value before its time",
                    refuse_peak_value_first),
    telegram_filter("refuses-invalid-peak", kFamily, "rejects a telegram with an unset peak",
                    refuse_invalid_peak),
    report_filter("reverses-peaks", kFamily, "reports peaks under other months", values_in_reverse),
    report_filter("twelve-peaks", kFamily, "omits the thirteenth peak", twelve_peaks),
    report_filter("month-for-peak", kFamily, "reports the end of the month as the time of its peak",
                  month_for_peak_time),
    report_filter("swaps-month-and-peak", kFamily, "reports the time of the peak as the month",
                  swap_month_and_time),
    report_filter("average-for-peak", kFamily, "reports 1.4.0 as 1.6.0", average_for_peak),
    report_filter("zero-peak-is-none", kFamily, "reports a peak of 0 kW as none",
                  zero_peak_as_none),
    report_filter("keeps-highest-peak", kFamily, "reports the highest peak seen so far",
                  keep_highest_peak),
    report_filter("dutch-tariffs", kFamily, "treats tariff 1 as the low one in Belgium too",
                  dutch_tariffs),
    report_filter("belgian-tariffs", kFamily,
                  "treats tariff 1 as the normal one in the Netherlands too", belgian_tariffs),
    report_filter("invents-peak-time", kFamily, "invents a time for a peak without one",
                  tell_invalid_peaks),
    report_filter("no-limit-is-zero", kFamily, "reports a disabled limit as 0 kW",
                  limit_off_as_zero),
    report_filter("keeps-last-limit", kFamily, "reports the limits of the previous telegram",
                  keep_last_limit),
    report_filter("99-is-no-limit", kFamily, "reports a limit of 99.9 kW or 99 A as none",
                  limit_of_99_as_off),
    report_filter("zero-average-is-power", kFamily, "reports 1.7.0 as 1.4.0 where that is 0",
                  power_for_no_average),
    {.name = "flemish-tariffs",
     .family = kFamily,
     .summary = "treats tariff 1 as the low one in Belgium, except for identifications with FLU",
     .telegram = look_for_flanders,
     .report = tariffs_of_flanders},
    report_filter("larger-is-normal", kFamily,
                  "treats the tariff that was used more as the normal one", larger_is_normal),
});

}  // namespace

std::span<const Mutant> belgian_mutants() { return kRows; }

}  // namespace p1rig
