#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace p1rig {

/// A value format of the documents (DSMR-P1 5.0.2 §6.4, 3.0 §5.4).
struct ValueFormat {
  enum class Kind {
    kFixed,    ///< Fn(x,y): n digits without the point, x to y decimals, zero padded; F(x,y): any n
    kInteger,  ///< In: n digits; I alone: any number of digits
    kString,   ///< Sn: n characters; S alone: any number of them
    kTime,     ///< TST: YYMMDDhhmmss and S or W
    kTime12,   ///< TST12: without the letter (DSMR 3.0)
    kTime17,   ///< TST17: YY-MM-DD hh:mm:ss (Itron ACE4000)
    kHex       ///< X: bytes, two hexadecimal digits each, any number of them, also none
  };
  Kind kind = Kind::kString;
  std::uint8_t digits = 0;  ///< n; 0 means any
  std::uint8_t min_decimals = 0;
  std::uint8_t max_decimals = 0;
  bool may_be_negative = false;  ///< written +F…: a '-' may precede the digits (LUX, ESO)
  bool operator==(const ValueFormat&) const = default;
};

/// The format that fills `notation`, such as "F9(3,3)", "+F3(0,0)", "I4", "S8", "TST", "X".
std::optional<ValueFormat> parse_value_format(std::string_view notation);
std::string to_string(const ValueFormat& format);
/// True for the formats of times.
constexpr bool is_time(const ValueFormat& format) {
  using Kind = ValueFormat::Kind;
  return format.kind == Kind::kTime || format.kind == Kind::kTime12 || format.kind == Kind::kTime17;
}

/// True if `text` is written exactly as the format asks. Times need not be calendar times.
bool conforms(std::string_view text, const ValueFormat& format);

}  // namespace p1rig
