#include "cli/corpus_files.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/json_depth.h"

namespace p1rig {
namespace {

using Json = nlohmann::json;

tl::unexpected<CorpusRefusal> refuse(ExitCode code, std::string message) {
  return tl::make_unexpected(CorpusRefusal{code, std::move(message)});
}

/// The number under a key; nothing if there is none, or another value.
std::optional<std::uint64_t> number(const Json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

/// Adds the telegram of a line; false if the line is damaged, or its telegram not all there.
bool add_line(std::string_view line, std::uint64_t data_size, WholePart& whole) {
  if (!is_shallow_json(line)) return false;
  const Json entry = Json::parse(line, nullptr, false);
  if (!entry.is_object() || number(entry, "n") != whole.telegrams + 1) return false;
  const auto length = number(entry, "length");
  if (number(entry, "offset") != whole.bytes || !length) return false;
  if (*length > data_size - whole.bytes) return false;
  ++whole.telegrams;
  whole.bytes += *length;
  whole.index_bytes += line.size() + 1;
  return true;
}

/// The size of a file that a run was writing to.
tl::expected<std::uint64_t, CorpusRefusal> size_of(const std::string& file,
                                                   const std::string& absent) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) {
    if (errno == ENOENT) return refuse(kUsage, file + ": " + absent);
    return refuse(kEnvironment, file + ": " + std::strerror(errno));
  }
  // A FIFO would never end.
  if (!S_ISREG(status.st_mode)) {
    return refuse(kUsage, file + ": is not a regular file: --resume cannot continue it");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace

const OutputKind kIndexKind{"the index of a corpus", [](std::string_view text) {
                              // A run may have been stopped in its first words.
                              constexpr std::string_view kFirst = "{\"corpus\":";
                              return text.starts_with(kFirst.substr(0, text.size()));
                            }};

CorpusWriter::CorpusWriter(OutputFile data, std::optional<OutputFile> index, WholePart whole)
    : data_(std::move(data)), index_(std::move(index)), whole_(whole) {
  bytes_.reserve(kPortion + kPortion / 8);
  entries_.reserve(kPortion / 4);
}

tl::expected<CorpusWriter, CorpusRefusal> CorpusWriter::open(const CorpusFiles& files,
                                                             WholePart whole) {
  auto data = OutputFile::open(files.data);
  if (!data) return refuse(kEnvironment, data.error().message);
  std::optional<OutputFile> index;
  if (!files.index.empty()) {
    auto opened = OutputFile::open(files.index);
    if (!opened) return refuse(kEnvironment, opened.error().message);
    if (opened->is_same_as(*data)) {
      return refuse(kUsage, "--index: " + files.index +
                                " is the file of the telegrams too: " + "name another one");
    }
    index.emplace(std::move(*opened));
  }
  return CorpusWriter(std::move(*data), std::move(index), whole);
}

Result<void> CorpusWriter::flush() {
  // A corpus without a telegram is none: what was there stays.
  if (whole_.telegrams + telegrams_ == 0) return {};
  auto done = data_.begin(whole_.bytes);
  if (done && index_) done = index_->begin(whole_.index_bytes);
  if (done && !head_.empty()) {
    done = index_->write(head_);
    if (done) whole_.index_bytes = std::exchange(head_, {}).size();
  }
  if (done) done = data_.write(bytes_);
  if (done && index_) done = index_->write(entries_);
  if (done) {
    whole_.telegrams += telegrams_;
    whole_.bytes += bytes_.size();
    whole_.index_bytes += entries_.size();
  } else {
    take_back();
  }
  bytes_.clear();
  entries_.clear();
  telegrams_ = 0;
  return done;
}

void CorpusWriter::begin(const std::string& head) {
  if (index_ && whole_.index_bytes == 0) head_ = head + "\n";
}

void CorpusWriter::take_back() {
  data_.cut(whole_.bytes);
  if (index_) index_->cut(whole_.index_bytes);
}

tl::expected<WholePart, CorpusRefusal> find_whole_part(const CorpusFiles& files,
                                                       const std::string& head) {
  if (const auto size =
          size_of(files.index, "there is no index to resume from: leave out --resume");
      !size) {
    return tl::make_unexpected(size.error());
  }
  const auto data_size = size_of(
      files.data, "is not there, but " + files.index + " is: leave out --resume to start over");
  if (!data_size) return tl::make_unexpected(data_size.error());
  std::ifstream stream(files.index, std::ios::binary);
  if (!stream) return refuse(kEnvironment, files.index + ": cannot be read");

  // A run may have been stopped before it completed the head; then it wrote no telegram.
  std::string first(head.size() + 1, '\0');
  stream.read(first.data(), static_cast<std::streamsize>(first.size()));
  first.resize(static_cast<std::size_t>(stream.gcount()));
  const bool torn = first.size() <= head.size();
  if (!(head + "\n").starts_with(first) || (torn && *data_size > 0)) {
    return refuse(kUsage, files.index +
                              ": belongs to another corpus: give the same arguments, key, profile "
                              "and scenario as the first time");
  }
  WholePart whole;
  if (torn) return whole;
  whole.index_bytes = first.size();

  // No line is as long as this: it would name each fault a hundred times.
  constexpr std::size_t kLongest = std::size_t{1} << 17U;
  std::string line(kLongest, '\0');
  while (stream.getline(line.data(), kLongest) && !stream.eof()) {
    const auto length = static_cast<std::size_t>(stream.gcount()) - 1;
    if (!add_line({line.data(), length}, *data_size, whole)) break;
  }
  if (stream.bad()) return refuse(kEnvironment, files.index + ": cannot be read");
  return whole;
}

}  // namespace p1rig
