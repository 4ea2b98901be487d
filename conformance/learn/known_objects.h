#pragma once

#include <string_view>

#include "protocol/obis.h"

namespace p1rig {

/// An object that a profile can show as a quantity.
struct KnownObject {
  enum class Kind {
    kText,      ///< bytes, kept as the meter's own
    kRegister,  ///< a number that a meter keeps
    kCounter,   ///< a whole number that only grows
    kCode,      ///< a whole number with a meaning
    kMeasured,  ///< follows from what flows, or from the clock
    kSigned,    ///< likewise, and may be negative
    kMessage    ///< a text that comes and goes
  };
  std::string_view obis;
  std::string_view quantity;  ///< as profiles write it
  std::string_view unit;      ///< customary; empty for pure numbers and texts
  Kind kind;
};

/// The quantity of an object, by the dimension of its unit where it can have several. Codes of
/// channel 1-1 are those of 1-0. nullptr: a profile cannot show it.
const KnownObject* find_known_object(Obis code, std::string_view unit);

/// What unit belongs to that dimension, or no unit is written.
bool is_unit_of(const KnownObject& object, std::string_view unit);

}  // namespace p1rig
