#include "simulator/emission.h"

#include <algorithm>
#include <string_view>

namespace p1rig {

std::optional<Emission::Crc> Emission::crc() const {
  const auto bang = bytes.rfind('!');
  if (frame.size > 0 || bang == std::string::npos) return std::nullopt;
  const std::size_t at = bang + 1;
  const auto end = std::min(bytes.find_first_of("\r\n", at), bytes.size());
  const std::string_view digits = std::string_view(bytes).substr(at, end - at);
  const bool hex = digits.find_first_not_of("0123456789ABCDEFabcdef") == std::string_view::npos;
  return digits.empty() || !hex ? std::nullopt : std::optional(Crc{at, digits.size()});
}

}  // namespace p1rig
