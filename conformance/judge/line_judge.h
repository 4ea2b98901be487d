#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/line_settings.h"

namespace p1rig {

/// What the meter's end of the line and the host observed of the reader during one case.
struct LineLog {
  LineSettings meter = {};                  ///< that the reader should have opened
  std::optional<LineSettings> opened = {};  ///< nothing: this line does not show it
  bool framing_seen = false;                ///< a plain PTY shows the baud rate only
  std::uint64_t written = 0;       ///< bytes from the reader to the meter, but for flow control
  std::uint64_t flow_control = 0;  ///< XON and XOFF from the reader's end of the line
  bool request_seen = false;       ///< this line shows Data Request, and it is wired
  bool requested_at_data = true;   ///< it was active whenever a telegram began
  int falls_in_telegram = 0;       ///< falling edges between '/' and the CRC's end
  int edges = 0;                   ///< of Data Request, in all
  std::vector<std::chrono::nanoseconds> delays = {};  ///< from the last byte to the report
  std::vector<std::uint64_t> memory = {};  ///< bytes of the process, at times evenly spread
};

struct LineVerdict {
  enum class Kind : std::uint8_t { kPass, kFail, kUnseen };
  Kind kind = Kind::kPass;
  std::string message = {};
};

/// A judge of line behaviour: one row.
struct LineJudge {
  std::string_view name, summary;
  LineVerdict (*judge)(const LineLog& log);
  bool is_alone = true;  ///< a case with this judge is about nothing else
};
std::span<const LineJudge> line_judges();
const LineJudge* find_line_judge(std::string_view name);

}  // namespace p1rig
