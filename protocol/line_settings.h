#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace p1rig {

/// What both ends of a serial line must agree on. P1 uses two: 9600 7E1 and 115200 8N1.
struct LineSettings {
  int baud = 115200;
  int data_bits = 8;
  char parity = 'N';  ///< 'N', 'E', 'O'
  int stop_bits = 1;
  bool operator==(const LineSettings&) const = default;

  /// Bits of one character on the line: start, data, parity, stop.
  int bits_per_character() const { return 1 + data_bits + (parity == 'N' ? 0 : 1) + stop_bits; }
};

/// Sets data bits, parity and stop bits from "8N1" or "7E1"; nothing if it is no framing.
std::optional<LineSettings> parse_framing(std::string_view framing, int baud);
std::string framing_of(const LineSettings& settings);

}  // namespace p1rig
