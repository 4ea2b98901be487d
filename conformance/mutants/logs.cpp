// Readers that are wrong about the log of power failures.

#include <array>
#include <cstdint>
#include <utility>

#include "conformance/mutants/mutant_rows.h"
#include "conformance/mutants/report_edit.h"
#include "conformance/mutants/telegram_look.h"
#include "protocol/decimal.h"

namespace p1rig {
namespace {

constexpr auto kFamily = MutantFamily::kLogs;

using Kind = ContractValue::Kind;

constexpr Obis kFailureLog{1, 0, 99, 97, 0};

const DataLine* log_line(const Telegram& telegram) { return telegram.find(kFailureLog); }

bool is_empty_log(const DataLine* line) {
  return line != nullptr && (line->brackets.size() < 2 || line->brackets[0].text.empty());
}

template <class Edit>
void edit_durations(MutantReport& report, Edit edit) {
  edit_each(report.telegram, kFailureLog, [&](ContractValue& entry) {
    const auto number = parse_decimal(entry.text.substr(0, entry.text.find(' ')));
    if (number) entry.text = std::to_string(edit(number->digits)) + " s";
  });
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

void lose_first_entry(MutantReport& report, MutantState&) {
  edit_entries(report.telegram, kFailureLog, [](auto& log) {
    if (!log.empty()) log.erase(log.begin());
  });
}

void lose_last_entry(MutantReport& report, MutantState&) {
  edit_entries(report.telegram, kFailureLog, [](auto& log) {
    if (!log.empty()) log.pop_back();
  });
}

void five_entries(MutantReport& report, MutantState&) {
  edit_entries(report.telegram, kFailureLog, [](auto& log) {
    constexpr std::size_t kRoom = 5;
    if (log.size() > kRoom) log.resize(kRoom);
  });
}

void pair_with_next_time(MutantReport& report, MutantState&) {
  edit_entries(report.telegram, kFailureLog, [](auto& log) {
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
  edit_each(report.telegram, kFailureLog, [](ContractValue& entry) {
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

constexpr auto kRows = std::to_array<Mutant>({
    telegram_filter("refuses-empty-log", kFamily, "rejects a telegram with an empty failure log",
                    refuse_empty_log),
    telegram_filter("crashes-at-empty-log", kFamily, "crashes on a failure log without entries",
                    crash_at_empty_log),
    telegram_filter("crashes-at-log-count", kFamily,
                    "crashes if the count is not the number of entries", crash_at_log_count),
    telegram_filter("nine-failures", kFamily, "rejects a failure log of ten entries",
                    refuse_full_log),
    report_filter("loses-first-failure", kFamily, "omits the first entry", lose_first_entry),
    report_filter("loses-last-failure", kFamily, "omits the last entry", lose_last_entry),
    report_filter("five-failures", kFamily, "reports at most five entries", five_entries),
    report_filter("pairs-next-time", kFamily, "reports durations with the times of other entries",
                  pair_with_next_time),
    report_filter("overflows-durations", kFamily, "durations of 16 bits", overflow_durations),
    report_filter("durations-in-minutes", kFamily, "reports minutes as seconds",
                  durations_in_minutes),
    report_filter("failure-time-wrong", kFamily, "reports a wrong hour for the end of a failure",
                  start_for_end),
    report_filter("invents-failure", kFamily, "invents an entry", invent_entry_for_empty_log),
});

}  // namespace

std::span<const Mutant> log_mutants() { return kRows; }

}  // namespace p1rig
