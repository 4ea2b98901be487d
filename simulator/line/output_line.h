#pragma once

#include "simulator/line/line_uri.h"

namespace p1rig {

Result<std::unique_ptr<Line>> open_stdout_line(const LineKind& kind, const LineUri& uri,
                                               const LineSettings& settings, EventLoop& loop);

/// Empties the file when the first byte is sent, or the session begins. A device or a pipe with a reader
/// will do as well.
Result<std::unique_ptr<Line>> open_file_line(const LineKind& kind, const LineUri& uri,
                                             const LineSettings& settings, EventLoop& loop);

}  // namespace p1rig
