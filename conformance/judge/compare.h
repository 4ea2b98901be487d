#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/judge/contract.h"

namespace p1rig {

/// How the times of a reader are meant.
enum class TimeForm : std::uint8_t {
  kAware,  ///< with Z or an offset to UTC
  kLocal,  ///< the meter's wall clock; any offset is ignored
  kUtc     ///< UTC, whether it says so or not
};

/// What a reader promises about its values.
struct Precision {
  int decimals = 3;  ///< that it keeps, in the unit that it tells
  TimeForm time = TimeForm::kAware;
};

/// Why `said` is not what was `meant`; nothing where it is. Numbers are compared after conversion of
/// units; a value that the reader's decimals cannot hold may be rounded or cut. Texts may be told as
/// they were sent, in hexadecimal, or decoded. A time that was not told is no difference.
std::optional<std::string> difference(const ContractValue& said, const ContractValue& meant,
                                      const Precision& precision);

}  // namespace p1rig
