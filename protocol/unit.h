#pragma once

#include <optional>
#include <string_view>

namespace p1rig {

enum class Dimension {
  kActiveEnergy,    ///< base unit Wh
  kReactiveEnergy,  ///< varh
  kApparentEnergy,  ///< VAh
  kActivePower,     ///< W
  kReactivePower,   ///< var
  kApparentPower,   ///< VA
  kVoltage,         ///< V
  kCurrent,         ///< A
  kFrequency,       ///< Hz
  kVolume,          ///< m3
  kHeat,            ///< J
  kDuration,        ///< s
  kNone             ///< a pure number: power factor, counters, codes
};

/// A unit as P1 spells it, for instance kWh = 10^3 Wh.
struct Unit {
  std::string_view spelling;
  Dimension dimension = Dimension::kNone;
  int exponent = 0;  ///< power of ten to the base unit of the dimension
};

/// The unit with this spelling, upper and lower case alike (kvar in LUX-P1 1.1.3, kVAr in SE-P1 2.0), with the
/// spelling as the documents write it; nothing if there is none.
std::optional<Unit> find_unit(std::string_view spelling);

}  // namespace p1rig
