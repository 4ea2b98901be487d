#pragma once

#include <filesystem>
#include <string>

#include "protocol/frame_cipher.h"
#include "protocol/result.h"

namespace p1rig {

struct KeyFile {
  FrameKeys keys;
  std::string warning;  ///< what is doubtful about the file; empty if nothing is
};

/// The keys of a file (docs/sealed.md), or of what a shell hands over as one. What was read is wiped
/// from memory, and no message quotes it.
Result<KeyFile> load_key_file(const std::filesystem::path& path);

}  // namespace p1rig
