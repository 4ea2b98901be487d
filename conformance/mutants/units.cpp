// Readers that are wrong about units.

#include <algorithm>
#include <array>
#include <string>

#include "conformance/mutants/mutant_rows.h"
#include "conformance/mutants/report_edit.h"
#include "conformance/mutants/telegram_look.h"
#include "protocol/decimal.h"
#include "protocol/unit.h"

namespace p1rig {
namespace {

constexpr auto kFamily = MutantFamily::kUnits;

/// "01.193*kW", with digits before it only.
bool is_number(std::string_view text) { return parse_decimal(split_unit(text).value).has_value(); }

void replace_unit(MutantReport& report, std::string_view from, std::string_view to) {
  edit_numbers(report.telegram, [&](Obis, std::string&, std::string& unit) {
    if (unit == from) unit = to;
  });
}

/// The dimension's number of times that a value of it has `unit`.
void force_unit(MutantReport& report, Dimension dimension, std::string_view forced) {
  edit_numbers(report.telegram, [&](Obis, std::string&, std::string& unit) {
    const auto known = find_unit(unit);
    if (known && known->dimension == dimension) unit = forced;
  });
}

bool refuse_missing_star(Telegram& telegram, MutantState&) {
  return !any_bracket(telegram, [](std::string_view text) {
    const std::size_t end = std::min(text.find_first_not_of("-.0123456789"), text.size());
    return end > 0 && end < text.size() && text.find('*') == std::string_view::npos &&
           find_unit(text.substr(end)).has_value();
  });
}

/// Every number with a point has a unit, it thinks.
bool refuse_missing_unit(Telegram& telegram, MutantState&) {
  return !any_bracket(telegram, [](std::string_view text) {
    const bool no_unit = text.find('*') == std::string_view::npos && is_number(text);
    return no_unit && text.find('.') != std::string_view::npos;
  });
}

bool refuse_other_unit_case(Telegram& telegram, MutantState&) {
  return !any_bracket(telegram, [](std::string_view text) {
    const std::string_view unit = split_unit(text).unit;
    const auto known = find_unit(unit);
    return known && known->spelling != unit;
  });
}

/// 1.193 kW becomes 1.193 W.
void ignore_kilo(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string&, std::string& unit) {
    if (unit.starts_with('k')) unit.erase(0, 1);
  });
}

void take_watts_for_kilowatts(MutantReport& report, MutantState&) {
  replace_unit(report, "W", "kW");
  replace_unit(report, "Wh", "kWh");
}

/// MW is as long as kW, and ends alike.
void take_mega_for_kilo(MutantReport& report, MutantState&) {
  replace_unit(report, "MW", "kW");
  replace_unit(report, "MWh", "kWh");
}

void lose_unit(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis, std::string&, std::string& unit) { unit.clear(); });
}

void always_kilowatts(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis code, std::string&, std::string& unit) {
    if (code == Obis{0, 0, 17, 0, 0}) unit = "kW";
  });
}

/// Whatever is there: 4.2 and earlier say A, Belgium kW.
void always_amperes(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis code, std::string&, std::string& unit) {
    if (code == Obis{0, 0, 17, 0, 0}) unit = "A";
  });
}

void always_cubic_metres(MutantReport& report, MutantState&) {
  edit_numbers(report.telegram, [](Obis code, std::string&, std::string& unit) {
    if (is_mbus_reading(code)) unit = "m3";
  });
}

void reactive_as_active(MutantReport& report, MutantState&) {
  force_unit(report, Dimension::kReactiveEnergy, "kWh");
  force_unit(report, Dimension::kReactivePower, "kW");
  force_unit(report, Dimension::kApparentPower, "kW");
}

void joule_as_watt_hours(MutantReport& report, MutantState&) { replace_unit(report, "GJ", "kWh"); }

/// Reads kV and kA as if they were V and A.
void volt_times_thousand(MutantReport& report, MutantState&) {
  replace_unit(report, "kV", "V");
  replace_unit(report, "kA", "A");
}

constexpr auto kRows = std::to_array<Mutant>({
    telegram_filter("needs-star", kFamily, "rejects a value without '*' before its unit",
                    refuse_missing_star),
    telegram_filter("needs-unit", kFamily, "rejects a value without unit", refuse_missing_unit),
    telegram_filter("unit-case", kFamily, "rejects kVAr for kvar", refuse_other_unit_case),
    report_filter("ignores-kilo", kFamily, "reports 1.193 kW as 1.193 W", ignore_kilo),
    report_filter("watts-as-kilowatts", kFamily, "reports 1193 W as 1193 kW",
                  take_watts_for_kilowatts),
    report_filter("mega-as-kilo", kFamily, "1 MW is reported as 1 kW", take_mega_for_kilo),
    report_filter("loses-unit", kFamily, "numbers without their unit", lose_unit),
    report_filter("limit-in-kilowatts", kFamily, "the threshold always in kW", always_kilowatts),
    report_filter("limit-in-amperes", kFamily, "the threshold always in A", always_amperes),
    report_filter("always-cubic-metres", kFamily, "every M-Bus reading in m3", always_cubic_metres),
    report_filter("reactive-as-active", kFamily, "reports kvar as kW", reactive_as_active),
    report_filter("joules-as-watt-hours", kFamily, "reports GJ as kWh", joule_as_watt_hours),
    report_filter("ignores-kilovolts", kFamily, "reports kV as V", volt_times_thousand),
});

}  // namespace

std::span<const Mutant> unit_mutants() { return kRows; }

}  // namespace p1rig
