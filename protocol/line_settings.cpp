#include "protocol/line_settings.h"

namespace p1rig {

std::optional<LineSettings> parse_framing(std::string_view framing, int baud) {
  constexpr std::string_view kParities = "NEO";
  if (framing.size() != 3) return std::nullopt;
  const int data_bits = framing[0] - '0';
  const char parity = framing[1];
  const int stop_bits = framing[2] - '0';
  if (data_bits < 5 || data_bits > 8 || stop_bits < 1 || stop_bits > 2) return std::nullopt;
  if (kParities.find(parity) == std::string_view::npos) return std::nullopt;
  return LineSettings{baud, data_bits, parity, stop_bits};
}

std::string framing_of(const LineSettings& settings) {
  return std::to_string(settings.data_bits) + settings.parity + std::to_string(settings.stop_bits);
}

}  // namespace p1rig
