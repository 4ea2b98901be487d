#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "protocol/result.h"

namespace p1rig {

/// No file that people write is larger: profiles, scenarios, cases, readers, waivers, captures.
inline constexpr std::uint64_t kMostOfAFile = std::uint64_t{4} << 20U;

/// All bytes of a regular file. Never waits and never reads without end: a directory, a FIFO, a device
/// and a file of more than `most` bytes are errors. The error names the file.
Result<std::string> read_file(const std::filesystem::path& file, std::uint64_t most = kMostOfAFile);

}  // namespace p1rig
