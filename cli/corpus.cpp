#include <fcntl.h>
#include <fmt/core.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/fault_options.h"
#include "cli/key_options.h"
#include "cli/meter_options.h"
#include "cli/options.h"
#include "conformance/fuzz.h"
#include "simulator/fd.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::sys_seconds;

/// Where a meter without a scenario of its own begins: the same telegrams whenever it is asked.
constexpr sys_seconds kBegin = std::chrono::sys_days{std::chrono::year{2026} / 1 / 12};

constexpr std::size_t kPortion = std::size_t{1} << 20U;

/// What is in a corpus already.
struct Whole {
  std::uint64_t telegrams = 0, bytes = 0, index_bytes = 0;
};

/// A file that is written in large portions; the standard output where the name is "-".
class BulkFile {
 public:
  static Result<BulkFile> open(const std::string& name, bool resume) {
    if (name == "-") return BulkFile("stdout", Fd(::dup(STDOUT_FILENO)));
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (resume ? 0 : O_TRUNC);
    Fd file(::open(name.c_str(), flags, 0666));
    if (!file) return fail(name + ": " + std::strerror(errno));
    return BulkFile(name, std::move(file));
  }

  Result<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return fail(name_ + ": " + std::strerror(errno));
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
  }

  /// What went down a pipe cannot be taken back: nothing is done there.
  void cut(std::uint64_t size) {
    struct stat now {};
    // A file that is cut to nothing is taken for one that is replaced, by ext4, and its blocks are found
    // at close: a third of all the time.
    if (::fstat(file_.get(), &now) != 0 || static_cast<std::uint64_t>(now.st_size) <= size) return;
    static_cast<void>(::ftruncate(file_.get(), static_cast<off_t>(size)));
  }

 private:
  BulkFile(std::string name, Fd file) : name_(std::move(name)), file_(std::move(file)) {}

  std::string name_;
  Fd file_;
};

/// Data and index, which always end with the same telegram: a portion that cannot be written whole,
/// as on a full disk, is taken back from both.
class CorpusWriter {
 public:
  CorpusWriter(BulkFile data, std::optional<BulkFile> index, Whole whole)
      : data_(std::move(data)), index_(std::move(index)), whole_(whole) {
    bytes_.reserve(kPortion + kPortion / 8);
    entries_.reserve(kPortion / 4);
    take_back();
  }

  /// Where the next telegram and its line of the index are to be appended.
  std::string& bytes() { return bytes_; }
  std::string& entries() { return entries_; }

  /// The telegram is there, whole.
  Result<void> add() {
    if (!index_) entries_.clear();
    ++telegrams_;
    return bytes_.size() < kPortion ? Result<void>{} : flush();
  }

  /// It is in the files already.
  void skip() {
    bytes_.clear();
    entries_.clear();
  }

  Result<void> flush() {
    auto done = data_.write(bytes_);
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

  /// The index begins with a line of its own, which is no telegram.
  Result<void> begin(const std::string& head) {
    if (!index_) return {};
    auto done = index_->write(head + "\n");
    if (done) whole_.index_bytes = head.size() + 1;
    return done;
  }

  std::uint64_t telegrams() const { return whole_.telegrams; }

 private:
  void take_back() {
    data_.cut(whole_.bytes);
    if (index_) index_->cut(whole_.index_bytes);
  }

  BulkFile data_;
  std::optional<BulkFile> index_;
  Whole whole_;
  std::string bytes_, entries_;
  std::uint64_t telegrams_ = 0;
};

/// Reads an index up to its last whole line. An error where it is not that of this corpus.
Result<Whole> read_index(const std::string& file, const std::string& head) {
  std::ifstream stream(file);
  if (!stream) return fail(file + ": there is no index to go on from: leave out --resume");
  std::string line;
  if (!std::getline(stream, line) || line != head) {
    return fail(file + ": is of another corpus: give the same words as the first time");
  }
  Whole whole{.index_bytes = line.size() + 1};
  while (std::getline(stream, line) && !stream.eof()) {
    const Json entry = Json::parse(line, nullptr, false);
    if (!entry.is_object() || !entry.contains("offset") || !entry.contains("length")) break;
    ++whole.telegrams;
    whole.bytes = entry["offset"].get<std::uint64_t>() + entry["length"].get<std::uint64_t>();
    whole.index_bytes += line.size() + 1;
  }
  return whole;
}

/// Makes the telegrams of one meter, one period after the other.
class Corpus {
 public:
  Corpus(ChosenMeter& chosen, std::vector<FaultRequest> faults,
         std::optional<TelegramSealer>& sealer, sys_seconds start)
      : chosen_(chosen),
        faults_(std::move(faults)),
        sealer_(sealer),
        t_(start),
        faultless_(to_string(expectation_after({}, *chosen.profile->dialect).whole)) {
    faultless_ += "\",\"faults\":[";
    if (sealer_ && !faults_.empty()) sealer_->remember_frames();
  }

  /// Appends the next telegram and its line of the index; the reason where there is none.
  Result<void> next(std::string& bytes, std::string& entry, std::uint64_t offset) {
    const Profile& profile = *chosen_.profile;
    // A meter in a power failure is silent; one that never speaks again has no corpus.
    constexpr std::chrono::days kLongestSilence{366};
    const sys_seconds begin = t_;
    while (!chosen_.meter->sends_at(t_)) {
      t_ += profile.dialect->period;
      if (t_ - begin > kLongestSilence) return fail("the meter is silent from here on");
    }
    ++number_;
    const std::size_t before = bytes.size();
    if (auto made = make(bytes); !made) {
      bytes.resize(before);
      return made;
    }
    add_entry(entry, offset, bytes.size() - before);
    t_ += profile.dialect->period;
    return {};
  }

 private:
  Result<void> make(std::string& bytes) {
    if (faults_.empty() && !sealer_) {
      chosen_.meter->print(t_, bytes);
      return {};
    }
    Passage passage = passage_of(chosen_.telegram_at(t_));
    Result<bool> sealed = true;
    const auto seal = [&](Passage& telegram) { sealed = sealer_->seal(telegram); };
    apply_faults(faults_, chosen_.seed, number_, t_, passage,
                 sealer_ ? std::function<void(Passage&)>(seal) : nullptr);
    if (!sealed) return tl::make_unexpected(sealed.error());
    bytes += passage.bytes;
    return {};
  }

  void add_entry(std::string& entry, std::uint64_t offset, std::size_t length) const {
    // One append for the numbers instead of eight.
    constexpr std::size_t kDigits = 20, kNumbers = 4;
    std::array<char, 64 + kNumbers * kDigits> line;
    char* end = line.data();
    const auto text = [&end](std::string_view word) { end = std::ranges::copy(word, end).out; };
    const auto add = [&](std::string_view key, std::int64_t value) {
      text(key);
      const fmt::format_int digits(value);
      text({digits.data(), digits.size()});
    };
    add("{\"n\":", static_cast<std::int64_t>(number_));
    add(",\"offset\":", static_cast<std::int64_t>(offset));
    add(",\"length\":", static_cast<std::int64_t>(length));
    add(",\"time\":", t_.time_since_epoch().count());
    text(",\"expect\":\"");
    entry.append(line.data(), end);
    add_expectation(entry);
    entry += "]}\n";
  }

  void add_expectation(std::string& entry) const {
    if (faults_.empty()) {
      entry += faultless_;
      return;
    }
    std::vector<FaultRequest> done;
    std::string names;
    for (const FaultRequest& fault : faults_) {
      if (!applies(fault, number_, t_)) continue;
      names += fmt::format("{}\"{}\"", names.empty() ? "" : ",", faults()[fault.row].id);
      done.push_back(fault);
    }
    const auto whole = expectation_after(done, *chosen_.profile->dialect).whole;
    entry.append(to_string(whole)).append("\",\"faults\":[").append(names);
  }

  ChosenMeter& chosen_;
  std::vector<FaultRequest> faults_;
  std::optional<TelegramSealer>& sealer_;
  sys_seconds t_;
  std::uint64_t number_ = 0;
  std::string faultless_;  ///< the end of an entry whose telegram has no fault
};

/// Says how far it is, on a terminal, a few times a second.
class Progress {
 public:
  explicit Progress(std::uint64_t of) : of_(of), shown_(::isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\x1B[K");
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::uint64_t done) {
    constexpr auto kPause = std::chrono::milliseconds{200};
    if (!shown_) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - last_ < kPause) return;
    last_ = now;
    constexpr std::uint64_t kWidth = 40;
    const auto bar = static_cast<std::size_t>(done * kWidth / of_);
    fmt::print(stderr, "\r[{:<40}] {} of {}", std::string(bar, '#'), done, of_);
    std::fflush(stderr);
  }

 private:
  std::uint64_t of_;
  bool shown_;
  std::chrono::steady_clock::time_point last_;
};

struct CorpusFiles {
  std::string data;        ///< "-" for the standard output
  std::string index = {};  ///< empty: none
  bool resume = false;
};

int write_corpus(Corpus& corpus, const CorpusFiles& files, const std::string& head,
                 std::uint64_t count) {
  Whole whole;
  if (files.resume) {
    auto found = read_index(files.index, head);
    if (!found) return complain(kUsage, found.error().message);
    whole = *found;
  }
  auto data = BulkFile::open(files.data, files.resume);
  if (!data) return complain(kEnvironment, data.error().message);
  std::optional<BulkFile> index;
  if (!files.index.empty()) {
    auto opened = BulkFile::open(files.index, files.resume);
    if (!opened) return complain(kEnvironment, opened.error().message);
    index.emplace(std::move(*opened));
  }
  CorpusWriter writer(std::move(*data), std::move(index), whole);
  const auto stop = [&](ExitCode code, const std::string& why) {
    return complain(code, fmt::format("{}; {} telegrams are whole{}", why, writer.telegrams(),
                                      files.index.empty() ? "" : " and in the index"));
  };
  if (!files.resume) {
    if (auto done = writer.begin(head); !done) return stop(kEnvironment, done.error().message);
  }
  Progress progress(count);
  std::uint64_t offset = 0;
  for (std::uint64_t n = 1; n <= count; ++n) {
    const std::size_t before = writer.bytes().size();
    if (auto made = corpus.next(writer.bytes(), writer.entries(), offset); !made) {
      if (auto done = writer.flush(); !done) return stop(kEnvironment, done.error().message);
      return stop(kNotAsExpected, made.error().message);
    }
    offset += writer.bytes().size() - before;
    // Those of before are made again: what follows may depend on them, as counters do.
    if (n <= whole.telegrams) {
      writer.skip();
      continue;
    }
    if (auto done = writer.add(); !done) return stop(kEnvironment, done.error().message);
    progress.show(n);
  }
  if (auto done = writer.flush(); !done) return stop(kEnvironment, done.error().message);
  return kAsExpected;
}

/// The first line of the index: what the corpus is made of.
std::string head_of(const ChosenMeter& chosen, sys_seconds start, bool sealed,
                    const std::vector<std::string>& faults) {
  const Json head = {{"corpus", 1},
                     {"profile", chosen.profile->name},
                     {"scenario", chosen.scenario->name},
                     {"seed", chosen.seed},
                     {"start", start.time_since_epoch().count()},
                     {"sealed", sealed},
                     {"faults", faults}};
  return head.dump();
}

}  // namespace

int run_corpus(const Arguments& arguments) {
  Options options(
      "corpus PROFILE --count N -o F [--index F] [--scenario S] [--seed N] [--start T] [--fault "
      "F]…",
      "Telegrams in bulk, the same for the same words, with an index of what is expected of each.");
  options.value("count", "N", "that many telegrams");
  options.value("output,o", "F", "the file for the telegrams, one after the other; - for stdout");
  options.value("index", "F",
                "the index, as JSON Lines; default: beside the file, as F.index.jsonl");
  options.flag("resume", "go on where a run with the same words ended");
  options.value("start", "T", "the meter's clock at first; default: the scenario's, or 2026-01-12");
  options.values("fault", "F",
                 "a fault of `p1rig faults`, such as flip-bit,every=7; may be repeated");
  add_meter_options(options);
  add_seal_options(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const auto count = parse_count(options.get("count").value_or(""));
  if (!count || *count == 0) return options.misuse("--count: expected a number from 1 on");
  CorpusFiles files{.data = options.get("output").value_or(""), .resume = options.has("resume")};
  if (files.data.empty()) return options.misuse("expected -o F, or -o - for stdout");
  const bool to_file = files.data != "-";
  files.index = options.get("index").value_or(to_file ? files.data + ".index.jsonl" : "");
  if (files.resume && !to_file) return options.misuse("--resume: stdout cannot be gone on with");

  ChosenMeter chosen;
  sys_seconds start;
  // The same words must mean the same telegrams: now is no beginning.
  if (const int code = choose_meter(options, "start", kBegin, chosen, start); code != kAsExpected)
    return code;
  std::optional<TelegramSealer> sealer;
  if (const int code = choose_sealer(options, *chosen.profile, false, sealer);
      code != kAsExpected) {
    return code;
  }
  std::vector<FaultRequest> faults;
  if (const int code = choose_faults(options, chosen, start, sealer.has_value(), faults);
      code != kAsExpected) {
    return code;
  }
  const std::string head = head_of(chosen, start, sealer.has_value(), options.list("fault"));
  Corpus corpus(chosen, std::move(faults), sealer, start);
  return write_corpus(corpus, files, head, *count);
}

}  // namespace p1rig
