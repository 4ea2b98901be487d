#include <fmt/format.h>

#include <array>
#include <chrono>

#include "conformance/judge/lint_check.h"

// A telegram against those before it.

namespace p1rig {
namespace {

// More objects than any meter has (the longest known list has 96): a bound for hostile input.
constexpr std::size_t kMostObjects = 512;

constexpr Obis kMonthPeak{1, 0, 1, 6, 0};
constexpr Obis kLogicalName{0, 0, 42, 0, 0};

/// The reading of a register or of an M-Bus device: the last number of the line.
std::optional<Decimal> reading_of(const DataLine& line) {
  if (line.brackets.empty() || has_unset_time(line)) return std::nullopt;
  return parse_decimal(split_unit(line.brackets.back().text).value);
}

bool is_equipment_id(Obis code) {
  const bool id = code.a == 0 && code.b <= 4 && code.c == 96 && code.d == 1 && code.e <= 1;
  return id || code == kLogicalName;
}

std::optional<std::chrono::sys_seconds> capture_time(const LintContext& context,
                                                     const JudgedLine& line) {
  const Obis code = line.data->code->code;
  if (!is_mbus_object(code) || !is_register(code)) return std::nullopt;
  const auto time = first_time(*line.data);
  return time ? to_instant(*time, context.dialect.normal_offset) : std::nullopt;
}

bool has_changed(const LintContext& context, Obis id) {
  const auto before = context.history.identifiers.find(id);
  const JudgedLine* const now = context.find(to_string(id));
  if (before == context.history.identifiers.end() || now == nullptr) return false;
  return !now->data->brackets.empty() && now->data->brackets.front().text != before->second;
}

/// True if another device is there: that of the object's M-Bus channel, or the meter itself.
bool is_exchanged(const LintContext& context, Obis code) {
  const std::uint8_t channel = is_mbus_object(code) ? code.b : std::uint8_t{0};
  return has_changed(context, {0, channel, 96, 1, 0}) ||
         has_changed(context, {0, channel, 96, 1, 1}) ||
         (channel == 0 && has_changed(context, kLogicalName));
}

/// Registers wrap as mechanical ones do: from the last hundredth of their range to the first.
bool wrapped(const Decimal& before, const Decimal& now) {
  if (before.width != now.width || before.decimals != now.decimals) return false;
  std::int64_t range = 1;
  for (int i = 0; i < before.width; ++i) range *= 10;
  return range >= 100 && before.digits >= range / 100 * 99 && now.digits < range / 100;
}

void check_registers(const LintContext& context, Reporter& reporter) {
  for (const JudgedLine& line : context.lines) {
    const Obis code = line.data->code->code;
    const auto before = context.history.registers.find(code);
    const auto now = is_register(code) ? reading_of(*line.data) : std::nullopt;
    if (before == context.history.registers.end() || !now) continue;
    if (compare_values(*now, before->second) >= 0 || wrapped(before->second, *now)) continue;
    if (is_exchanged(context, code)) continue;
    reporter.at_bracket(
        Severity::kError, line, line.data->brackets.size() - 1,
        fmt::format("fell from {} to {}", to_string(before->second), to_string(*now)));
  }
}

void check_time_back(const LintContext& context, Reporter& reporter) {
  const auto& before = context.history.message_time;
  if (!before || !context.now || *context.now >= *before) return;
  reporter.error(*context.find("0-0:1.0.0"), fmt::format("{} s before the previous telegram",
                                                         (*before - *context.now).count()));
}

void check_time_still(const LintContext& context, Reporter& reporter) {
  const auto& before = context.history.message_time;
  if (!before || !context.now || *context.now != *before) return;
  reporter.warning(*context.find("0-0:1.0.0"), "the same time as the previous telegram");
}

void check_capture_back(const LintContext& context, Reporter& reporter) {
  for (const JudgedLine& line : context.lines) {
    const auto now = capture_time(context, line);
    const Obis code = line.data->code->code;
    const auto before = context.history.capture_times.find(code);
    if (!now || before == context.history.capture_times.end() || *now >= before->second) continue;
    if (is_exchanged(context, code)) continue;
    reporter.error(line, "captured before the reading in the previous telegram");
  }
}

void check_identifiers(const LintContext& context, Reporter& reporter) {
  for (const JudgedLine& line : context.lines) {
    const auto before = context.history.identifiers.find(line.data->code->code);
    if (before == context.history.identifiers.end() || line.data->brackets.empty()) continue;
    const std::string_view now = line.data->brackets.front().text;
    if (now == before->second) continue;
    reporter.warning(line, fmt::format("changed from {} to {}", before->second, now));
  }
}

std::optional<MeterHistory::Peak> month_peak(const LintContext& context) {
  const JudgedLine* const line = context.find(to_string(kMonthPeak));
  if (line == nullptr || !context.is("emucs-*")) return std::nullopt;
  std::optional<Decimal> power;
  for (const Bracket& bracket : line->data->brackets) {
    const auto [value, unit] = split_unit(bracket.text);
    if (!unit.empty()) power = parse_decimal(value);
  }
  const auto at = first_time(*line->data);
  if (!at || is_unset(*at) || !power) return std::nullopt;
  return MeterHistory::Peak{*at, *power};
}

/// True if the quarter of an hour that ends at the first time lies in the month of the second.
bool same_month(const Timestamp& quarter, const Timestamp& message) {
  const bool ends_last_month =
      quarter.day == 1 && quarter.hour == 0 && quarter.minute == 0 && quarter.second == 0;
  return quarter.year == message.year && quarter.month == message.month && !ends_last_month;
}

void check_month_peak(const LintContext& context, Reporter& reporter) {
  const auto now = month_peak(context);
  const auto& before = context.history.month_peak;
  const JudgedLine* const clock = context.find("0-0:1.0.0");
  if (!now || !before || !context.now || clock == nullptr) return;
  if (!same_month(before->at, *first_time(*clock->data))) return;
  if (compare_values(now->power, before->power) >= 0 || is_exchanged(context, kMonthPeak)) return;
  reporter.error(*context.find(to_string(kMonthPeak)),
                 fmt::format("fell from {} to {} within the month", to_string(before->power),
                             to_string(now->power)));
}

constexpr std::array kChecks{
    LintCheck{{"register-falls", "M-VAL-02", "registers and counters only increase"},
              "",
              check_registers},
    LintCheck{{"time-goes-back", "M-VAL-02", "the message time advances"}, "", check_time_back},
    LintCheck{
        {"time-stands-still", "M-VAL-02", "every telegram has a new time"}, "", check_time_still},
    LintCheck{{"mbus-time-goes-back", "M-MBS-02", "a reading is not older than the previous one"},
              "",
              check_capture_back},
    LintCheck{{"equipment-changed", "M-MBS-03", "a line carries one meter and its devices"},
              "",
              check_identifiers},
    LintCheck{{"month-peak-falls", "M-VAL-02", "the peak of a month only increases"},
              "",
              check_month_peak},
};

template <class Value>
void store(std::map<Obis, Value>& values, Obis code, Value value) {
  if (values.size() < kMostObjects || values.contains(code)) values[code] = std::move(value);
}

void remember_line(const LintContext& context, const JudgedLine& line, MeterHistory& history) {
  const Obis code = line.data->code->code;
  if (const auto value = reading_of(*line.data); value && is_register(code)) {
    store(history.registers, code, *value);
  }
  if (const auto instant = capture_time(context, line)) {
    store(history.capture_times, code, *instant);
  }
  if (is_equipment_id(code) && !line.data->brackets.empty() &&
      !line.data->brackets.front().text.empty()) {
    store(history.identifiers, code, std::string(line.data->brackets.front().text));
  }
}

}  // namespace

bool is_register(Obis code) {
  constexpr std::uint8_t kBalance = 16;  // import less export: may fall
  const bool energy = code.a == 1 && code.d == 8 && code.c >= 1 && code.c != kBalance;
  const bool counter = code.a == 1 && (code.d == 32 || code.d == 36) && code.e == 0;
  const bool failures = code == Obis{0, 0, 96, 7, 21} || code == Obis{0, 0, 96, 7, 9};
  return energy || counter || failures || is_mbus_reading(code);
}

std::span<const LintCheck> history_checks() { return kChecks; }

void remember(const LintContext& context, MeterHistory& history) {
  for (const JudgedLine& line : context.lines) remember_line(context, line, history);
  if (context.now) history.message_time = context.now;
  if (const auto peak = month_peak(context)) history.month_peak = peak;
}

}  // namespace p1rig
