#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/command.h"
#include "process/fd.h"
#include "protocol/result.h"
#include "simulator/output_guard.h"

namespace p1rig {

struct CorpusFiles {
  std::string data;        ///< "-" for the standard output
  std::string index = {};  ///< empty: none
  bool resume = false;
};

/// The files of --index.
extern const OutputKind kIndexKind;

/// What is in a corpus already.
struct WholePart {
  std::uint64_t telegrams = 0, bytes = 0, index_bytes = 0;
};

/// Why there is no corpus, and whose fault that is.
struct CorpusRefusal {
  ExitCode code;
  std::string message;
};

/// A file that is written in large portions; the standard output where the name is "-".
class BulkFile {
 public:
  /// What is in the file stays.
  static Result<BulkFile> open(const std::string& name);

  Result<void> write(std::string_view bytes);

  /// Nothing is done to the standard output: what went down a pipe cannot be taken back, and in a file
  /// there may be what others wrote.
  void cut(std::uint64_t size);

  /// True where what is written to one goes where the other's does, whatever their names.
  bool is_same_as(const BulkFile& other) const;

 private:
  BulkFile(std::string name, Fd file, bool is_stdout)
      : name_(std::move(name)), file_(std::move(file)), is_stdout_(is_stdout) {}

  std::string name_;
  Fd file_;
  bool is_stdout_;
};

/// Data and index, which always end with the same telegram: a portion that cannot be written whole,
/// as on a full disk, is taken back from both.
class CorpusWriter {
 public:
  static constexpr std::size_t kPortion = std::size_t{1} << 20U;

  /// Opens both and cuts them down to what is whole. Nothing is lost where one is refused.
  static tl::expected<CorpusWriter, CorpusRefusal> open(const CorpusFiles& files, WholePart whole);

  /// Where the next telegram and its line of the index are to be appended.
  std::string& bytes() { return bytes_; }
  std::string& entries() { return entries_; }

  /// The telegram is there, whole.
  Result<void> add() {
    if (!index_) entries_.clear();
    ++telegrams_;
    return bytes_.size() < kPortion ? Result<void>{} : flush();
  }

  Result<void> flush();

  /// The index begins with a line of its own, which is no telegram. Nothing is done where it is there.
  Result<void> begin(const std::string& head);

  std::uint64_t telegrams() const { return whole_.telegrams; }

 private:
  CorpusWriter(BulkFile data, std::optional<BulkFile> index, WholePart whole);
  void take_back();

  BulkFile data_;
  std::optional<BulkFile> index_;
  WholePart whole_;
  std::string bytes_, entries_;
  std::uint64_t telegrams_ = 0;
};

/// How much of the files is whole, by the index and the size of the data. What follows the last whole
/// telegram or a damaged line of the index does not count. Refuses an index with another head.
tl::expected<WholePart, CorpusRefusal> find_whole_part(const CorpusFiles& files,
                                                       const std::string& head);

}  // namespace p1rig
