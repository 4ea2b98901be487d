#include <fmt/format.h>

#include <array>
#include <chrono>

#include "conformance/judge/clock_rule.h"
#include "conformance/judge/lint_check.h"

// The times of one telegram, each on its own and against the message time.

namespace p1rig {
namespace {

bool is_time_field(const ShapeField* field) {
  return field != nullptr && !field->formats.empty() && is_time(field->formats.front());
}

/// Calls `report` with every bracket that holds a time where one belongs.
template <class Report>
void for_each_time(const LintContext& context, Report report) {
  for (const JudgedLine& line : context.lines) {
    for (std::size_t i = 0; i < line.data->brackets.size(); ++i) {
      if (!is_time_field(line.field(i))) continue;
      if (const auto time = parse_timestamp(line.data->brackets[i].text)) report(line, i, *time);
    }
  }
}

void check_calendar(const LintContext& context, Reporter& reporter) {
  for_each_time(context, [&](const JudgedLine& line, std::size_t i, const Timestamp& time) {
    if (is_calendar_time(time) || is_known_unset(time)) return;
    reporter.at_bracket(Severity::kError, line, i,
                        fmt::format("{} is not a valid time", to_string(time)));
  });
}

/// True if Luxembourg says by this time that nothing is linked (LUX-P1 1.1.3 app. A).
bool is_unlinked_in_lux(const LintContext& context, const JudgedLine& line) {
  return context.is("lux-*") && is_mbus_object(line.data->code->code);
}

void check_unset(const LintContext& context, Reporter& reporter) {
  for_each_time(context, [&](const JudgedLine& line, std::size_t i, const Timestamp& time) {
    if (!is_known_unset(time) || is_unlinked_in_lux(context, line)) return;
    reporter.at_bracket(Severity::kWarning, line, i,
                        fmt::format("{} means that the time is not set", to_string(time)));
  });
}

/// What the dialect asks of the letter at this instant, for the reader of the report.
std::string season_rule(const Dialect& dialect, bool summer) {
  if (dialect.summer_time) return summer ? "S, summer time" : "W, standard time";
  return fmt::format("W, standard time all year (UTC{:+})", dialect.normal_offset.count() / 60);
}

void check_season(const LintContext& context, Reporter& reporter) {
  for_each_time(context, [&](const JudgedLine& line, std::size_t i, const Timestamp& time) {
    const auto instant = to_instant(time, context.dialect.normal_offset);
    if (!instant || time.season == '\0') return;
    const bool summer = is_summer(context.dialect, *instant);
    if (summer == (time.season == 'S')) return;
    reporter.at_bracket(Severity::kError, line, i,
                        fmt::format("expected {}, found {}", season_rule(context.dialect, summer),
                                    to_string(time)));
  });
}

bool is_list_of_the_past(Obis code) {
  constexpr Obis kFailureLog{1, 0, 99, 97, 0};
  constexpr Obis kMonthPeak{1, 0, 1, 6, 0};
  constexpr Obis kMonthList{0, 0, 98, 1, 0};
  return code == kFailureLog || code == kMonthPeak || code == kMonthList;
}

void check_log_times(const LintContext& context, Reporter& reporter) {
  if (!context.now) return;
  for_each_time(context, [&](const JudgedLine& line, std::size_t i, const Timestamp& time) {
    const auto instant = to_instant(time, context.dialect.normal_offset);
    if (!instant || *instant <= *context.now) return;
    if (!is_list_of_the_past(line.data->code->code)) return;
    reporter.at_bracket(Severity::kError, line, i,
                        fmt::format("{} is later than the message", to_string(time)));
  });
}

constexpr std::array kChecks{
    LintCheck{{"time-invalid", "M-VAL-01", "a time is valid"}, "", check_calendar},
    LintCheck{{"time-unset", "M-VAL-01", "a time is set"}, "", check_unset},
    LintCheck{{"season-letter", "M-VAL-01", "S and W match the date"},
              "DSMR-P1 5.0.2 §6.4",
              check_season},
    LintCheck{{"log-time", "M-LOG-01", "failures and peaks are in the past"}, "", check_log_times},
};

}  // namespace

bool is_known_unset(const Timestamp& time) {
  return is_unset(time) && (is_calendar_time(time) || (time.year == 63 && time.month == 25));
}

std::span<const LintCheck> time_checks() { return kChecks; }

}  // namespace p1rig
