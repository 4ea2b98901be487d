#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "process/fd.h"
#include "protocol/result.h"

namespace p1rig {

/// The open descriptor that a name stands for: "-" is the standard output; /dev/stdout, /dev/stderr,
/// /dev/fd/3, /proc/self/fd/3, or a link to one of these.
std::optional<int> descriptor_of(const std::string& path);

/// What a name leads to, over links: a file that is there, or one that is yet to be made.
std::filesystem::path target_of(const std::filesystem::path& path);

/// A file that a command writes. It is opened early, so that what cannot be written is known early, and
/// stays as it was until begin() or write(). A file that was not there goes away again where neither
/// came. What a descriptor stands for belongs to others, too: it is written after what is in it.
class OutputFile {
 public:
  enum class How { kReplace, kAppend };

  /// Never waits: a FIFO that nobody reads is an error, as a directory is. The error names the path.
  static Result<OutputFile> open(const std::string& path, How how = How::kReplace);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  /// From here on what was in the file is gone, but for the first `kept` bytes. The first call counts.
  Result<void> begin(std::uint64_t kept = 0);

  /// Begins, and writes all of it.
  Result<void> write(std::string_view bytes);

  /// Leaves the first `size` bytes. Does nothing to what is not a regular file: what went down a pipe
  /// cannot be taken back.
  void cut(std::uint64_t size);

  /// True if what is written to one goes where the other's does, whatever their names.
  bool is_same_as(const OutputFile& other) const;

  /// False for a descriptor, a pipe and a device, and where it is appended to.
  bool is_replaced() const { return replaces_; }

  int descriptor() const { return file_.get(); }
  const std::string& name() const { return name_; }

 private:
  OutputFile(std::string name, Fd file) : name_(std::move(name)), file_(std::move(file)) {}

  std::string name_;  ///< as it was given, or "stdout"
  Fd file_;
  std::filesystem::path created_;  ///< empty if the file was there, or is begun
  bool replaces_ = false;          ///< a file that only we write
  bool begun_ = false;
};

}  // namespace p1rig
