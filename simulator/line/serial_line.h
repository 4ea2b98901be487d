#pragma once

#include "simulator/line/line_uri.h"

namespace p1rig {

inline constexpr LineOption kSerialOptions[] = {
    {"request",
     "the input that Data Request is wired to: cts, dsr or dcd; else the meter always sends"},
    {"active", "asserted (default) or cleared: what that input shows while Data Request is active"},
    {"supply", "rts or dtr: the output that switches the reader's 5 V; asserted is on"},
};

/// `serial:DEV`: a real adapter, through libserialport. A port that is missing or taken is an error
/// at the start; one that is unplugged later is opened again when it is back.
///
/// Modem inputs are polled every 2 ms in their own thread: asking a USB adapter takes a
/// round trip of 1 to 2 ms, which would make bytes late, and waiting for an edge (TIOCMIWAIT) is
/// missing in some drivers and cannot be called off.
Result<std::unique_ptr<Line>> open_serial_line(const LineKind& kind, const LineUri& uri,
                                               const LineSettings& settings, EventLoop& loop);
Result<void> check_serial_line(const LineUri& uri);

}  // namespace p1rig
