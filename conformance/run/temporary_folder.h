#pragma once

#include <filesystem>
#include <string>

#include "process/fd.h"
#include "protocol/result.h"

namespace p1rig {

/// A directory that nobody else can read, and that is removed with its contents: with this object,
/// or, if the process was killed, when the next one is created.
class TemporaryFolder {
 public:
  /// In $TMPDIR, or /tmp. The first one that a process creates removes abandoned ones there. The
  /// error says which directory cannot be created, and why.
  static Result<TemporaryFolder> make();

  /// Removes this user's directories in `parent` whose process has ended. A lock that the process holds
  /// as long as it lives shows that, so nothing depends on process ids.
  static void clear_abandoned(const std::filesystem::path& parent);

  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;

  const std::string& path() const { return path_; }

 private:
  TemporaryFolder(std::string path, Fd lock);

  std::string path_;
  Fd lock_;  ///< shows that the owner is alive
};

}  // namespace p1rig
