#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace p1rig {

/// The value of a hexadecimal digit in either case.
std::optional<unsigned> hex_digit(char c);

/// Two upper-case digits a byte.
std::string print_hex(std::string_view octets);

/// The bytes of pairs of digits in either case; nothing if it is not that.
std::optional<std::string> parse_hex(std::string_view digits);

}  // namespace p1rig
