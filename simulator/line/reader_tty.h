#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "process/fd.h"
#include "protocol/line_settings.h"
#include "protocol/result.h"
#include "simulator/line/clock.h"

namespace p1rig {

/// True if `path` names a terminal device: a serial port or a PTY, also behind a symbolic link.
bool is_tty_path(const std::string& path);

/// Opens a serial port or a PTY as a reader does: raw, at the baud rate, without becoming its
/// controlling terminal. A PTY has neither 7E1 nor parity: the kernel forces 8N1 there, bytes come
/// through unchanged, and it is not an error.
Result<Fd> open_reader_tty(const std::string& path, const LineSettings& settings);

enum class ReadEnd {
  kEnd,      ///< end of the file or pipe, or the other side hung up
  kStopped,  ///< `take` had enough
  kSignal,   ///< SIGINT or SIGTERM
  kTime,     ///< it is `until`
  kSilence,  ///< nothing came for longer than `silence`
};

/// Reads to the end, and gives every chunk to `take`, which returns false when it has
/// had enough. SIGINT and SIGTERM are blocked meanwhile, and end the reading. Fails if reading
/// does.
Result<ReadEnd> read_to_end(int descriptor, const std::function<bool(std::string_view)>& take,
                            SteadyTime until = SteadyTime::max(),
                            std::chrono::nanoseconds silence = std::chrono::nanoseconds::max());

}  // namespace p1rig
