#include "protocol/wording.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace p1rig {
namespace {

constexpr std::string_view kVowels = "aeiou";

bool needs_es(std::string_view noun) {
  constexpr std::array<std::string_view, 5> kEnds = {"s", "x", "z", "ch", "sh"};
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return noun.ends_with(end); });
}

/// A blank between thousands where there are five digits or more before the point.
void group_thousands(std::string& digits) {
  constexpr std::size_t kGroup = 3, kUngrouped = 4;
  const std::size_t sign = digits.starts_with('-') ? 1 : 0;
  const std::size_t end = std::min(digits.find('.'), digits.size());
  if (end - sign <= kUngrouped) return;
  for (std::size_t at = end - kGroup; at > sign; at -= std::min(at, kGroup)) {
    digits.insert(at, 1, ' ');
  }
}

}  // namespace

std::string plural_of(std::string_view noun) {
  std::string plural(noun);
  if (noun.size() > 1 && noun.ends_with('y') &&
      kVowels.find(noun[noun.size() - 2]) == std::string_view::npos) {
    plural.pop_back();
    return plural + "ies";
  }
  return plural + (needs_es(noun) ? "es" : "s");
}

std::string readable(double number) {
  constexpr double kLargest = 1e15;  // whole numbers beyond have digits that mean nothing
  constexpr int kDigits = 3, kMostDecimals = 9;
  if (!std::isfinite(number)) return "unknown";
  number = std::clamp(number, -kLargest, kLargest);
  const double size = std::abs(number);
  const int before_point = size > 0 ? static_cast<int>(std::floor(std::log10(size))) + 1 : 1;
  const int decimals = std::clamp(kDigits - before_point, 0, kMostDecimals);
  std::array<char, 40> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                          std::chars_format::fixed, decimals);
  std::string digits(buffer.data(), end);
  if (digits.find('.') != std::string::npos) {
    digits.erase(digits.find_last_not_of('0') + 1);
    if (digits.ends_with('.')) digits.pop_back();
  }
  if (digits == "-0") digits = "0";
  group_thousands(digits);
  return digits;
}

std::string readable(std::chrono::nanoseconds time) {
  const double us = std::chrono::duration<double, std::micro>(time).count();
  // What rounds to a thousand is one of the next unit.
  constexpr double kThousand = 999.5;
  if (us < kThousand) return readable(std::round(us)) + " us";
  if (us < kThousand * 1e3) return readable(us / 1e3) + " ms";
  return readable(us / 1e6) + " s";
}

std::string in_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

}  // namespace p1rig
