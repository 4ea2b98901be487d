#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace p1rig {

/// An exact decimal number that remembers how it was written: 00.193 and 0.193 are equal in value()
/// but print as they came. At most 18 digits.
struct Decimal {
  std::int64_t digits = 0;    ///< all of them as one integer with the sign: 01.193 is 1193
  std::uint8_t decimals = 0;  ///< digits after the point
  std::uint8_t width = 1;     ///< digits written in all, leading zeros counted, the point not
  bool minus = false;         ///< a '-' was written (also before zero)
  bool operator==(const Decimal&) const = default;
};

/// The number that fills `text`: [-]digits[.digits]; nothing for anything else.
std::optional<Decimal> parse_decimal(std::string_view text);

/// As it was written.
std::string to_string(const Decimal& number);

/// Without leading zeros and with at least one digit before the point; trailing decimals are kept:
/// 01.190 gives "1.190".
std::string to_plain_string(const Decimal& number);

/// -1, 0 or 1 as the value of a is below, equal to or above that of b, whatever their written form.
int compare_values(const Decimal& a, const Decimal& b);

/// The value times ten to the power `exponent`, exactly; nothing if it does not fit 18 digits.
std::optional<Decimal> scaled(const Decimal& number, int exponent);

}  // namespace p1rig
