#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "process/fd.h"
#include "protocol/result.h"
#include "simulator/files/output_file.h"

namespace p1rig {

/// A file that is written whole or not at all. It is opened before there is anything to write, so
/// that a name that cannot be written is known then.
class WholeFile {
 public:
  /// Makes a temporary file beside it. A name that is a pipe, a device or a descriptor is written to
  /// directly. The error names the file and says why it cannot be written.
  static Result<WholeFile> open(const std::string& name);

  /// Written to directly, behind what is in it.
  static Result<WholeFile> append(const std::string& name);

  WholeFile(WholeFile&& other) noexcept;
  WholeFile& operator=(WholeFile&&) = delete;

  /// Removes the temporary file where nothing was written.
  ~WholeFile();

  /// Writes all of it and gives it its name. On error what was there before stays.
  Result<void> write(std::string_view text);

  /// The same for who writes by a name, not text: into this file, then keep() gives it its own.
  const std::string& place() const { return temporary_.empty() ? path_ : temporary_; }
  Result<void> keep();

  const std::string& name() const { return name_; }

 private:
  WholeFile(std::string name, std::string path, std::string temporary, Fd file);
  static Result<WholeFile> direct(const std::string& name, OutputFile::How how);

  std::string name_;       ///< as it was given
  std::string path_;       ///< what it is, links resolved
  std::string temporary_;  ///< empty: written directly, or done
  Fd file_;
  std::optional<OutputFile> direct_;
};

}  // namespace p1rig
