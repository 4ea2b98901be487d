#pragma once

#include <filesystem>
#include <string>

#include "process/fd.h"
#include "protocol/result.h"

namespace p1rig {

/// A folder that nobody else can read, and that goes away with all that is in it: with this object,
/// or, where the process was killed, when the next one is made.
class TemporaryFolder {
 public:
  /// In $TMPDIR, or /tmp. The first one that a process makes clears what is abandoned there. The
  /// error says which folder cannot be made, and why.
  static Result<TemporaryFolder> make();

  /// Removes the folders of this user in `parent` whose process is gone. That is known by a lock that
  /// the process holds as long as it lives, so that nothing depends on process ids.
  static void clear_abandoned(const std::filesystem::path& parent);

  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;

  const std::string& path() const { return path_; }

 private:
  TemporaryFolder(std::string path, Fd lock);

  std::string path_;
  Fd lock_;  ///< says that the owner lives
};

}  // namespace p1rig
