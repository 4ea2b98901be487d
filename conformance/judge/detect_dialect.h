#pragma once

#include <chrono>
#include <optional>

#include "protocol/dialect.h"
#include "protocol/telegram.h"

namespace p1rig {

/// What is known about the origin of a telegram. Naming a dialect names its country.
struct Origin {
  const Dialect* dialect;
  /// Of the standard time there to UTC. Nothing if the country is a guess: times stay local then.
  std::optional<std::chrono::minutes> normal_offset;
  /// False if the country is a guess: a dialect was taken over, or nothing speaks for any.
  bool knows_country = true;

  Origin(const Dialect& of) : dialect(&of), normal_offset(of.normal_offset) {}
  static Origin guessed(const Dialect& dialect);
};

/// Where a telegram says or shows to be from: by the version object first, then the identification,
/// then the objects and their formats. Only old formats give a dialect without CRC: a telegram that
/// shows nothing is taken for dsmr-5.0, as a guess.
Origin detect_origin(const Telegram& telegram);
/// Its dialect; never null.
const Dialect* detect_dialect(const Telegram& telegram);

}  // namespace p1rig
