#pragma once

#include <string>

#include "protocol/result.h"

namespace p1rig {

/// A folder that nobody else can read, and that goes away with all that is in it.
class TemporaryFolder {
 public:
  /// The error says which folder cannot be made, and why.
  static Result<TemporaryFolder> make();
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path);

  std::string path_;
};

}  // namespace p1rig
