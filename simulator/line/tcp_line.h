#pragma once

#include "simulator/line/line_uri.h"

namespace p1rig {

/// A connection out.
Result<std::unique_ptr<Line>> open_tcp_line(const LineKind& kind, const LineUri& uri,
                                            const LineSettings& settings, EventLoop& loop);
Result<void> check_tcp_line(const LineUri& uri);

/// As dongles on a network do: every client gets the stream, from where it is when it comes.
Result<std::unique_ptr<Line>> open_tcp_listen_line(const LineKind& kind, const LineUri& uri,
                                                   const LineSettings& settings, EventLoop& loop);
Result<void> check_tcp_listen_line(const LineUri& uri);

}  // namespace p1rig
