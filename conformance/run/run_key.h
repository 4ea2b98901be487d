#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "conformance/run/temporary_folder.h"
#include "protocol/frame_cipher.h"
#include "protocol/result.h"

namespace p1rig {

/// A key for the sealed telegrams of one run, in a file that nobody else can read and that is
/// gone afterwards.
class RunKey {
 public:
  explicit RunKey(std::uint64_t seed);

  /// Writes the file; the error says why it cannot be written.
  Result<void> write();

  const FrameKeys& keys() const { return *keys_; }
  const std::string& path() const { return path_; }  ///< empty before write()

 private:
  std::string digits_;
  std::optional<FrameKeys> keys_;
  std::optional<TemporaryFolder> folder_;
  std::string path_;
};

}  // namespace p1rig
