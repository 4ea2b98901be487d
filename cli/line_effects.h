#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/line_settings.h"
#include "simulator/line/uart_model.h"

namespace p1rig {

/// One reason why a reader does not get what the meter sends.
struct LineCause {
  std::string_view id = {};  ///< "baud", "framing", "inverted", "skew", "noise"
  std::string what = {};     ///< the difference
  std::string why = {};      ///< what it does to the bytes
  std::string fix = {};
};

/// What a telegram becomes on its way from a meter to a reader with these settings.
struct LineEffects {
  std::vector<UartByte> received = {};
  std::size_t framing_errors = 0, parity_errors = 0, breaks = 0;
  bool right = false;  ///< every byte as it was sent, and no error
  std::vector<LineCause> causes = {};
};

LineEffects line_effects(std::string_view telegram, const LineSettings& meter,
                         const LineSettings& reader, const UartPath& path);

}  // namespace p1rig
