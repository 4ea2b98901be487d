#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "protocol/result.h"

namespace p1rig {

/// A directory that files are written into. It is made with the first of them, so that a run that has
/// nothing to write leaves no trace.
class OutputFolder {
 public:
  /// Checks that files can be written into it, or that it can be made. The error says why not.
  static Result<OutputFolder> open(const std::string& path);

  Result<void> make() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit OutputFolder(const std::string& path) : path_(path) {}

  std::filesystem::path path_;
};

/// The files that are in a directory; none if there is no such directory.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder);

}  // namespace p1rig
