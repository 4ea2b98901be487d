#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/judge/contract.h"

namespace p1rig {

/// How to take the times of a reader.
enum class TimeForm : std::uint8_t {
  kAware,  ///< with Z or an offset to UTC
  kLocal,  ///< the meter's wall clock; any offset is ignored
  kUtc     ///< UTC, whether it says so or not
};

/// What a reader promises about its values.
struct Precision {
  int decimals = 3;  ///< that it keeps, in the unit that it reports
  TimeForm time = TimeForm::kAware;
  /// The meter's times have no letter S or W (before DSMR 4.0): the wall clock, with any offset or
  /// none, is as correct as the instant.
  bool no_season = false;
};

/// True for no value, and for an empty text, which means the same.
bool has_no_value(const ContractValue& value);

/// Why `said` is not what was `meant`; nothing if it is. Numbers are compared after conversion of
/// units; a value that the reader's decimals cannot hold may be rounded or cut. Texts may be reported
/// as sent, in hexadecimal, or decoded. A missing time is no difference; an empty text and no value
/// are equal (DSMR-P1 5.0.2 §6.4: a string of length 0).
std::optional<std::string> difference(const ContractValue& said, const ContractValue& meant,
                                      const Precision& precision);

/// True if that finds nothing. Finds it faster, since it does not say why.
bool is_same(const ContractValue& said, const ContractValue& meant, const Precision& precision);

/// In which way `said` differs from `meant`, in few words that are the same for each telegram of a reader
/// that always makes the same mistake: "×1000", "÷10", "negated", "0", "rounded", "null", "no unit",
/// "3600 s early", "no time", "text". "value" where no relation is seen; empty if there is no difference.
std::string way_of(const ContractValue& said, const ContractValue& meant,
                   const Precision& precision);

}  // namespace p1rig
