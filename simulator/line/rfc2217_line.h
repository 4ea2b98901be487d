#pragma once

#include "simulator/line/line_uri.h"

namespace p1rig {

/// A serial port on the network (RFC 2217). `wiring` says what of the client's port drives Data
/// Request; by default an asserted RTS does.
Result<std::unique_ptr<Line>> open_rfc2217_listen_line(const LineKind& kind, const LineUri& uri,
                                                       const LineSettings& settings,
                                                       EventLoop& loop);
Result<void> check_rfc2217_listen_line(const LineUri& uri);

}  // namespace p1rig
