#pragma once

#include "simulator/line/line_uri.h"

namespace p1rig {

inline constexpr LineOption kCableOptions[] = {
    {"vid", "USB vendor, four hex digits; default 0403"},
    {"pid", "USB product, four hex digits; default 6001"},
    {"serial", "USB serial number; default one that no other cable has"},
    {"wiring", "what drives Data Request: rts (default), rts#, dtr, dtr#, vcc"},
};

/// `cable:`: an emulated FTDI cable; the reader opens the /dev/ttyUSBn that the kernel makes of it.
Result<std::unique_ptr<Line>> open_cable_line(const LineKind& kind, const LineUri& uri,
                                              const LineSettings& settings, EventLoop& loop);
Result<void> check_cable_line(const LineUri& uri);

}  // namespace p1rig
