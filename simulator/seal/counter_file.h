#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "process/fd.h"
#include "protocol/result.h"

namespace p1rig {

/// The frame counter of a meter from one run to the next.
///
/// A counter sent twice with one key reveals the key stream, so counters are
/// reserved in the file before they are used, kBlock at a time: a crash may leave a gap but never
/// repeats one. That costs one fsync in kBlock frames. A clean end gives back what is unused.
///
/// The file has a line for each key that it has seen, by its check value. A new key begins at 0, as
/// in the meter (LUX-P1 1.1.3 §3.2.5); a known one continues where it was.
///
///   p1rig frame counters
///   3AD77BB4 00000040
class CounterFile {
 public:
  static constexpr std::uint32_t kBlock = 64;

  /// Why a file cannot be used.
  struct Refusal {
    std::string message;
    bool unreachable = false;  ///< it cannot be read or made: nothing about what is in it
  };

  /// Opens or creates `path` and locks it against other processes, by a file ".lock" beside it that
  /// goes with this object.
  static tl::expected<CounterFile, Refusal> open(const std::filesystem::path& path,
                                                 const std::string& key_check_value);
  ~CounterFile();

  /// The lock of a counter file, by the one name that all its names have.
  static std::filesystem::path lock_of(const std::filesystem::path& path);
  CounterFile(CounterFile&&) noexcept = default;
  CounterFile& operator=(CounterFile&&) noexcept = default;

  /// The counter of the next frame, never given twice; nothing if the key has none left.
  Result<std::optional<std::uint32_t>> take();

  /// What take() gives next, where any is left.
  std::uint32_t next() const { return next_; }

  /// Leaves out so many, or all that are left.
  void skip(std::uint32_t counters);

 private:
  CounterFile() = default;
  tl::expected<void, Refusal> load();
  Result<void> store(std::uint32_t first_free);

  std::filesystem::path path_;
  std::string key_;
  Fd lock_;                     // -1 in one that was moved from
  std::string other_keys_;      // their lines
  std::uint32_t next_ = 0;      // to be given
  std::uint32_t reserved_ = 0;  // end of the block, as in the file
};

}  // namespace p1rig
