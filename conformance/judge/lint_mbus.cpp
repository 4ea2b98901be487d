#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "conformance/judge/lint_check.h"
#include "conformance/judge/medium.h"
#include "protocol/unit.h"
#include "protocol/wording.h"

// The devices on the M-Bus: objects 0-n:24.x.x and 0-n:96.1.x of the channels 1 to 4.

namespace p1rig {
namespace {

constexpr std::uint8_t kFirstChannel = 1;
constexpr std::uint8_t kLastChannel = 4;

/// The device type that the channel gives; nothing if it gives none.
std::optional<std::int64_t> device_type(const LintContext& context, std::uint8_t channel) {
  const auto number = context.number(to_string(Obis{0, channel, 24, 1, 0}));
  if (!number) return std::nullopt;
  return number->digits;
}

bool says_nothing(const JudgedLine& line) {
  return std::ranges::all_of(line.data->brackets,
                             [](const Bracket& bracket) { return bracket.text.empty(); });
}

void check_type_first(const LintContext& context, Reporter& reporter) {
  std::map<std::uint8_t, const JudgedLine*> first;
  for (const JudgedLine& line : context.lines) {
    const Obis code = line.data->code->code;
    if (is_mbus_object(code) && !says_nothing(line)) first.try_emplace(code.b, &line);
  }
  for (const auto& [channel, line] : first) {
    const Obis code = line->data->code->code;
    if (code == Obis{0, channel, 24, 1, 0}) continue;
    const bool old = context.is("dsmr-2.2 dsmr-3.0");
    reporter.at_bracket(old ? Severity::kWarning : Severity::kError, *line, 0,
                        fmt::format("expected 0-{}:24.1.0 before it", channel));
  }
}

void check_channels(const LintContext& context, Reporter& reporter) {
  for (const JudgedLine& line : context.lines) {
    const Obis code = line.data->code->code;
    if (code.a != 0 || code.c != 24 || context.is("dsmr-2.2")) continue;
    if (code.b >= kFirstChannel && code.b <= kLastChannel) continue;
    reporter.error(line, fmt::format("M-Bus channels are 1 to 4, found {}", code.b));
  }
}

void check_channel_order(const LintContext& context, Reporter& reporter) {
  std::uint8_t last = 0;
  for (const JudgedLine& line : context.lines) {
    const Obis code = line.data->code->code;
    if (!is_mbus_object(code)) continue;
    if (code.b < last) reporter.warning(line, fmt::format("channel {} after {}", code.b, last));
    last = code.b;
  }
}

/// The unit of a reading: beside the value, or in 3.0 in a bracket of its own.
std::string_view unit_of(const JudgedLine& line) {
  constexpr std::size_t kUnitBracket = 5;
  const auto& brackets = line.data->brackets;
  if (line.data->code->code.d == 3 && brackets.size() > kUnitBracket) {
    return brackets[kUnitBracket].text;
  }
  return brackets.empty() ? std::string_view() : split_unit(brackets.back().text).unit;
}

void check_medium_unit(const LintContext& context, Reporter& reporter) {
  for (const JudgedLine& line : context.lines) {
    const Obis code = line.data->code->code;
    const auto type = is_mbus_reading(code) ? device_type(context, code.b) : std::nullopt;
    const auto unit = find_unit(unit_of(line));
    if (!type || !unit) continue;
    const DeviceMedium* const medium = medium_of_type(*type);
    if (medium == nullptr || medium->dimension == unit->dimension) continue;
    reporter.error(line, fmt::format("device type {} is {} in {}, found {}", *type, medium->name,
                                     medium->unit, unit->spelling));
  }
}

/// Only gas has its number of digits prescribed for every size of meter (DSMR-P1 5.0.2 §6.12).
void check_gas_digits(const LintContext& context, Reporter& reporter) {
  constexpr std::size_t kGas = 3;
  constexpr std::size_t kDigitsAndPoint = 9;
  if (!context.is("dsmr-4.* dsmr-5.0 emucs-*")) return;
  for (const JudgedLine& line : context.lines) {
    const Obis code = line.data->code->code;
    const bool judged = line.data->well_formed && line.mismatches.empty();
    if (!is_mbus_reading(code) || device_type(context, code.b) != kGas || !judged) {
      continue;
    }
    const std::size_t last = line.data->brackets.size() - 1;
    const std::string_view value = split_unit(line.data->brackets[last].text).value;
    if (value.size() == kDigitsAndPoint) continue;
    reporter.at_bracket(Severity::kError, line, last,
                        fmt::format("a gas reading has eight digits, found {}", value));
  }
}

/// Calls `report` with the readings that have a valid time, and the instant, where the message has
/// one too.
template <class Report>
void for_each_capture(const LintContext& context, Report report) {
  if (!context.now) return;
  for (const JudgedLine& line : context.lines) {
    if (!is_mbus_reading(line.data->code->code)) continue;
    const auto time = first_time(*line.data);
    if (!time) continue;
    if (const auto instant = to_instant(*time, context.dialect.normal_offset)) {
      report(line, *instant);
    }
  }
}

void check_future(const LintContext& context, Reporter& reporter) {
  for_each_capture(context, [&](const JudgedLine& line, std::chrono::sys_seconds instant) {
    if (instant > *context.now) reporter.error(line, "captured after the message was made");
  });
}

void check_age(const LintContext& context, Reporter& reporter) {
  const std::chrono::minutes limit = oldest_reading(context.dialect);
  for_each_capture(context, [&](const JudgedLine& line, std::chrono::sys_seconds instant) {
    const auto age = std::chrono::floor<std::chrono::minutes>(*context.now - instant);
    if (age <= limit) return;
    reporter.warning(line, "captured " + counted(age.count(), "minute") + " before the message");
  });
}

constexpr std::array kChecks{
    LintCheck{{"mbus-type-first", "M-MBS-01",
               "the device type comes before the other objects of its channel"},
              "DSMR-P1 5.0.2 §6.12",
              check_type_first},
    LintCheck{
        {"mbus-channel", "M-MBS-01", "channels are 1 to 4"}, "DSMR-P1 5.0.2 §6.12", check_channels},
    LintCheck{{"mbus-channel-order", "M-MBS-01", "channels are in order"},
              "DSMR-P1 5.0.2 §6.12",
              check_channel_order},
    LintCheck{{"mbus-unit", "M-VAL-01", "a reading has the unit of its medium"},
              "DSMR-P1 5.0.2 §6.12",
              check_medium_unit},
    LintCheck{{"mbus-gas-digits", "M-VAL-01", "a gas reading has eight digits"},
              "DSMR-P1 5.0.2 §6.12",
              check_gas_digits},
    LintCheck{{"mbus-time-future", "M-MBS-02", "a reading is older than the message"},
              "DSMR-P1 5.0.2 §7.3",
              check_future},
    LintCheck{
        {"mbus-time-old", "M-MBS-02", "a reading is recent"}, "DSMR-P1 5.0.2 §7.3", check_age},
};

}  // namespace

std::span<const LintCheck> mbus_checks() { return kChecks; }

std::chrono::minutes oldest_reading(const Dialect& dialect) { return 2 * dialect.capture_period; }

}  // namespace p1rig
