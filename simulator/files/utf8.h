#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace p1rig {

struct Utf8Character {
  std::uint32_t code = 0;
  std::size_t size = 0;  ///< in bytes; 0: no UTF-8
};

/// The character that the text begins with (RFC 3629 §4), which is not empty.
Utf8Character first_character(std::string_view text);

}  // namespace p1rig
