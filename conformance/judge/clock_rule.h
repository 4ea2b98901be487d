#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "protocol/dialect.h"

namespace p1rig {

/// What a meter's clock shows where the dialect does not decide: the zone of a profile, or the one
/// that the user names.
struct ClockRule {
  std::string said_by;  ///< "--zone Europe/Helsinki"
  std::chrono::minutes normal_offset{};
  std::vector<Summer> summers;  ///< empty: standard time all the year
};

/// The dialect with that clock. Dialects with W all the year keep it: the zone says what W means. The
/// result refers to `rule`.
Dialect with_clock(const Dialect& dialect, const ClockRule& rule);

/// True if it is within one of the summers, which follow each other.
bool is_in(std::span<const Summer> summers, std::chrono::sys_seconds instant);

/// True if the dialect asks for S then.
bool is_summer(const Dialect& dialect, std::chrono::sys_seconds instant);

/// What the letters mean, and who says so: "W is UTC+1, S is UTC+2 (dsmr-5.0)".
std::string clock_in_words(const Dialect& dialect, std::string_view said_by);

/// The same where nobody knows the country.
inline constexpr std::string_view kClockUnknown =
    "local time: the country is not known (--dialect or --zone names it)";

}  // namespace p1rig
