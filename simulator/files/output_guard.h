#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/result.h"

namespace p1rig {

/// A kind of files that p1rig writes.
struct OutputKind {
  std::string_view name;  ///< "a JUnit report", for messages
  /// Whether a file that begins like this is one that p1rig has written, and may write again; nullptr
  /// for what is kept in any case.
  bool (*is_one)(std::string_view beginning);
  std::size_t most = 1024;  ///< bytes that it is shown
};

/// Telegrams or sealed frames as they are on the line. Nothing says whose they are.
extern const OutputKind kTelegramsKind;

/// What a command may write: nothing that exists and is not ours is ever overwritten. Each file that is
/// written under a name somebody gave, or beside one, is claimed first.
class OutputGuard {
 public:
  /// `force`: files that are not ours may be replaced, too.
  explicit OutputGuard(bool force) : force_(force) {}

  /// What the command reads is never written, not even by force.
  void reads(const std::filesystem::path& file);

  /// "the telegrams": the standard output has this, and no output that is named "-". An error if it
  /// has something already.
  Result<void> uses_stdout(std::string_view what);

  /// Whether `file` may be written as one of that kind: if there is nothing yet, an empty file, a
  /// pipe or a device, or a file that an earlier run has left; never what was claimed before. The
  /// error says what is there and what to do.
  Result<void> claim(const std::filesystem::path& file, const OutputKind& kind);

  /// The same for a file that is known to be ours.
  Result<void> claim(const std::filesystem::path& file);

 private:
  struct Taken {
    std::filesystem::path target, name;
    bool written = false;
  };

  bool force_;
  std::vector<Taken> taken_;
  std::string stdout_has_;
};

/// True if the file is there and begins like one of that kind.
bool is_output_of(const std::filesystem::path& file, const OutputKind& kind);

}  // namespace p1rig
