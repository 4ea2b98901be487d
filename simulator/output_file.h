#pragma once

#include <string>

#include "process/fd.h"
#include "protocol/result.h"

namespace p1rig {

/// Opens a file to be written, emptied. Never waits: a FIFO that nobody reads is an error, as a
/// directory is. The error names the path.
Result<Fd> open_output_file(const std::string& path);

}  // namespace p1rig
