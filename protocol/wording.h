#pragma once

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>

namespace p1rig {

/// The plural of a noun; of several words, the last one changes: "sealed frame", "entry".
std::string plural_of(std::string_view noun);

/// A number with what it counts: "1 telegram", "2 telegrams", "0 entries". `noun` is singular.
template <std::integral Count>
std::string counted(Count count, std::string_view noun) {
  return std::to_string(count) + ' ' + (count == 1 ? std::string(noun) : plural_of(noun));
}

/// A measured number as people write it, never with a power of ten: three digits that mean
/// something, or all of those before the point, in groups from 10 000 on: "0.012", "1.5", "25 880".
std::string readable(double number);

/// A duration in the unit that suits, to three digits: "870 us", "1.25 ms", "12 s".
std::string readable(std::chrono::nanoseconds time);

/// The text between double quotes, nothing in it changed.
std::string in_quotes(std::string_view text);

}  // namespace p1rig
