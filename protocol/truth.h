#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/obis.h"

namespace p1rig {

/// The values in a telegram, as known to its generator, never obtained by parsing what was sent.
/// One entry a data line in the order of sending, one field a bracket.
struct TruthField {
  enum class Kind {
    kNumber,  ///< digits, decimals, unit
    kTime,    ///< instant
    kUnset,   ///< the meter's way to say "no value" for a time or a number
    kText     ///< text: as sent, hexadecimal where the format is X
  };
  Kind kind = Kind::kText;
  std::int64_t digits = 0;  ///< the number without its point, as printed (rounded, wrapped)
  int decimals = 0;
  std::string unit;  ///< as printed; empty if none
  std::chrono::sys_seconds instant{};
  std::string text;
  bool operator==(const TruthField&) const = default;
};

struct TruthEntry {
  Obis code;
  std::vector<TruthField> fields;
  bool operator==(const TruthEntry&) const = default;
};

using Truth = std::vector<TruthEntry>;

}  // namespace p1rig
