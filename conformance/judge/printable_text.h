#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "protocol/ascii.h"

namespace p1rig {

/// With anything but printable ASCII as '?'.
inline std::string printable_text(std::string_view text) {
  std::string shown(text);
  std::ranges::replace_if(
      shown, [](char c) { return !is_printable(c); }, '?');
  return shown;
}

}  // namespace p1rig
