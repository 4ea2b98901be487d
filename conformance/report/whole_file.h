#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "process/fd.h"
#include "protocol/result.h"
#include "simulator/files/output_file.h"

namespace p1rig {

/// A file that is written completely or not at all. It is opened before there is anything to write,
/// so that a path that cannot be written is reported early.
class WholeFile {
 public:
  /// Creates a temporary file beside it. A pipe, a device or a descriptor is written to directly.
  /// The error names the file and says why it cannot be written.
  static Result<WholeFile> open(const std::string& name);

  /// Writes directly, after what is in it.
  static Result<WholeFile> append(const std::string& name);

  WholeFile(WholeFile&& other) noexcept;
  WholeFile& operator=(WholeFile&&) = delete;

  /// Removes the temporary file if nothing was written.
  ~WholeFile();

  /// Writes all of it and renames the file. On error the earlier file stays.
  Result<void> write(std::string_view text);

  /// For writers that need a path: they write to this file, then keep() renames it.
  const std::string& place() const { return temporary_.empty() ? path_ : temporary_; }
  Result<void> keep();

  const std::string& name() const { return name_; }

 private:
  WholeFile(std::string name, std::string path, std::string temporary, Fd file);
  static Result<WholeFile> direct(const std::string& name, OutputFile::How how);

  std::string name_;       ///< as it was given
  std::string path_;       ///< with links resolved
  std::string temporary_;  ///< empty: written directly, or done
  Fd file_;
  std::optional<OutputFile> direct_;
};

}  // namespace p1rig
