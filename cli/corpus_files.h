#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/command.h"
#include "protocol/result.h"
#include "simulator/files/output_file.h"
#include "simulator/files/output_guard.h"

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

/// Why there is no corpus, and the exit code for it.
struct CorpusRefusal {
  ExitCode code;
  std::string message;
};

/// Data and index, which always end with the same telegram: a chunk that cannot be written whole,
/// as on a full disk, is taken back from both.
class CorpusWriter {
 public:
  static constexpr std::size_t kPortion = std::size_t{1} << 20U;

  /// Opens both; the first chunk cuts them down to what is complete. Nothing is lost before.
  static tl::expected<CorpusWriter, CorpusRefusal> open(const CorpusFiles& files, WholePart whole);

  /// Where the next telegram and its line of the index are to be appended.
  std::string& bytes() { return bytes_; }
  std::string& entries() { return entries_; }

  /// The telegram is complete.
  Result<void> add() {
    if (!index_) entries_.clear();
    ++telegrams_;
    return bytes_.size() < kPortion ? Result<void>{} : flush();
  }

  Result<void> flush();

  /// The index begins with its own line, which is not a telegram. Does nothing if it is there.
  void begin(const std::string& head);

  std::uint64_t telegrams() const { return whole_.telegrams; }

 private:
  CorpusWriter(OutputFile data, std::optional<OutputFile> index, WholePart whole);
  void take_back();

  OutputFile data_;
  std::optional<OutputFile> index_;
  WholePart whole_;
  std::string head_;  ///< of the index, if it is not there yet
  std::string bytes_, entries_;
  std::uint64_t telegrams_ = 0;
};

/// How much of the files is complete, by the index and the size of the data. What follows the last whole
/// telegram or a damaged line of the index does not count. Rejects an index with another head.
tl::expected<WholePart, CorpusRefusal> find_whole_part(const CorpusFiles& files,
                                                       const std::string& head);

}  // namespace p1rig
