#include "protocol/unit.h"

#include <algorithm>

namespace p1rig {
namespace {

// The units of the documents, and those with other prefixes that meters are known to send. There
// are no milli-units: upper and lower case being alike, mW could not be told from MW.
constexpr Unit kUnits[] = {
    {"kWh", Dimension::kActiveEnergy, 3},    {"Wh", Dimension::kActiveEnergy, 0},
    {"MWh", Dimension::kActiveEnergy, 6},    {"kvarh", Dimension::kReactiveEnergy, 3},
    {"varh", Dimension::kReactiveEnergy, 0}, {"kVAh", Dimension::kApparentEnergy, 3},
    {"VAh", Dimension::kApparentEnergy, 0},  {"kW", Dimension::kActivePower, 3},
    {"W", Dimension::kActivePower, 0},       {"MW", Dimension::kActivePower, 6},
    {"kvar", Dimension::kReactivePower, 3},  {"var", Dimension::kReactivePower, 0},
    {"kVA", Dimension::kApparentPower, 3},   {"VA", Dimension::kApparentPower, 0},
    {"V", Dimension::kVoltage, 0},           {"kV", Dimension::kVoltage, 3},
    {"A", Dimension::kCurrent, 0},           {"kA", Dimension::kCurrent, 3},
    {"Hz", Dimension::kFrequency, 0},        {"kHz", Dimension::kFrequency, 3},
    {"m3", Dimension::kVolume, 0},           {"GJ", Dimension::kHeat, 9},
    {"s", Dimension::kDuration, 0},
};

// Not std::tolower: that depends on the locale of the program.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool alike(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::optional<Unit> find_unit(std::string_view spelling) {
  const auto* const unit = std::ranges::find_if(
      kUnits, [spelling](const Unit& u) { return alike(u.spelling, spelling); });
  if (unit == std::end(kUnits)) return std::nullopt;
  return *unit;
}

}  // namespace p1rig
