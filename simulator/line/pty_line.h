#pragma once

#include <array>

#include "simulator/line/line_uri.h"

namespace p1rig {

inline constexpr std::array kPtyOptions = {
    LineOption{"modem",
               "shim: observe RTS, DTR, breaks and 7E1 of a reader started with -- COMMAND"},
    LineOption{"wiring", "rts, rts#, dtr, dtr# or vcc: what drives Data Request, with modem=shim"},
    LineOption{"uart",
               "on, off: a reader with wrong settings gets the garbage that a real port would give "
               "it; default: on with the shim"},
};

Result<std::unique_ptr<Line>> open_pty_line(const LineKind& kind, const LineUri& uri,
                                            const LineSettings& settings, EventLoop& loop);
Result<void> check_pty_line(const LineUri& uri);

}  // namespace p1rig
