#include <fmt/core.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/corpus_files.h"
#include "cli/fault_options.h"
#include "cli/key_options.h"
#include "cli/meter_options.h"
#include "cli/options.h"
#include "cli/outputs.h"
#include "conformance/run/fuzz.h"
#include "protocol/json_text.h"
#include "protocol/wording.h"
#include "simulator/files/read_file.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::sys_seconds;

/// Where a meter without a scenario of its own begins: the same telegrams whenever it is asked.
constexpr sys_seconds kBegin = std::chrono::sys_days{std::chrono::year{2026} / 1 / 12};

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

  /// Appends the next telegram and its line of the index; the reason if there is none.
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
    Emission emission{.bytes = chosen_.telegram_at(t_),
                      .crc_algorithm = chosen_.profile->layout.crc_algorithm};
    Result<bool> sealed = true;
    const auto seal = [&](Emission& telegram) { sealed = sealer_->seal(telegram); };
    apply_faults(faults_, chosen_.seeds.values, number_, t_, emission,
                 sealer_ ? std::function<void(Emission&)>(seal) : nullptr);
    if (!sealed) return tl::make_unexpected(sealed.error());
    bytes += emission.bytes;
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
  ~Progress() { end(); }
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

  /// Leaves an empty line for what is said next.
  void end() {
    if (shown_) fmt::print(stderr, "\r\x1B[K");
    shown_ = false;
  }

 private:
  std::uint64_t of_;
  bool shown_;
  std::chrono::steady_clock::time_point last_;
};

bool goes_on_with(std::istream& stream, std::string_view expected, std::string& found) {
  found.resize(expected.size());
  stream.read(found.data(), static_cast<std::streamsize>(found.size()));
  return stream.good() && found == expected;
}

/// Makes the telegrams that are there again: what follows may depend on them, as counters do. An error
/// where they are not the same.
Result<void> go_over(Corpus& corpus, const CorpusFiles& files, const std::string& head,
                     const WholePart& whole, Progress& progress) {
  std::ifstream data(files.data, std::ios::binary);
  std::ifstream index(files.index, std::ios::binary);
  index.ignore(static_cast<std::streamsize>(head.size() + 1));
  const auto differs = [](const std::string& where, const char* what) {
    return fail(
        fmt::format("{}: {} is not what these arguments give: it was changed, or the arguments or "
                    "files were; leave out --resume to start over",
                    where, what));
  };
  std::string bytes, entry, found;
  std::uint64_t offset = 0;
  for (std::uint64_t n = 1; n <= whole.telegrams; ++n) {
    bytes.clear();
    entry.clear();
    const auto made = corpus.next(bytes, entry, offset);
    if (!made || !goes_on_with(data, bytes, found)) {
      return differs(fmt::format("{}: byte {}", files.data, offset), "the telegram from there on");
    }
    if (!goes_on_with(index, entry, found)) {
      return differs(fmt::format("{}:{}", files.index, n + 1), "the line");
    }
    offset += bytes.size();
    progress.show(n);
  }
  return {};
}

/// What is kept of the files; nothing if they start over.
tl::expected<WholePart, CorpusRefusal> go_on_from(Corpus& corpus, const CorpusFiles& files,
                                                  const std::string& head, std::uint64_t count,
                                                  Progress& progress) {
  if (!files.resume) return WholePart{};
  const auto whole = find_whole_part(files, head);
  if (!whole) return whole;
  if (whole->telegrams > count) {
    return tl::make_unexpected(
        CorpusRefusal{kUsage, fmt::format("--count: {} has {} already, more than {}", files.data,
                                          counted(whole->telegrams, "telegram"), count)});
  }
  if (const auto same = go_over(corpus, files, head, *whole, progress); !same) {
    return tl::make_unexpected(CorpusRefusal{kUsage, same.error().message});
  }
  return whole;
}

int write_corpus(Corpus& corpus, const CorpusFiles& files, const std::string& head,
                 std::uint64_t count) {
  Progress progress(count);
  const auto stop = [&](ExitCode code, const std::string& why) {
    progress.end();
    return complain(code, why);
  };
  const auto whole = go_on_from(corpus, files, head, count, progress);
  if (!whole) return stop(whole.error().code, whole.error().message);
  auto opened = CorpusWriter::open(files, *whole);
  if (!opened) return stop(opened.error().code, opened.error().message);
  CorpusWriter& writer = *opened;
  const auto stop_amid = [&](ExitCode code, const std::string& why) {
    return stop(code, fmt::format("{}; {} whole{}", why, counted(writer.telegrams(), "telegram"),
                                  files.index.empty() ? "" : " and in the index"));
  };
  writer.begin(head);
  std::uint64_t offset = whole->bytes;
  for (std::uint64_t n = whole->telegrams + 1; n <= count; ++n) {
    const std::size_t before = writer.bytes().size();
    if (auto made = corpus.next(writer.bytes(), writer.entries(), offset); !made) {
      if (auto done = writer.flush(); !done) return stop_amid(kEnvironment, done.error().message);
      return stop_amid(kNotAsExpected, made.error().message);
    }
    offset += writer.bytes().size() - before;
    if (auto done = writer.add(); !done) return stop_amid(kEnvironment, done.error().message);
    progress.show(n);
  }
  if (auto done = writer.flush(); !done) return stop_amid(kEnvironment, done.error().message);
  progress.end();
  if (offset == 0) {
    say(fmt::format("p1rig: note: the faults leave nothing of {}: 0 bytes",
                    counted(count, "telegram")));
  }
  return kAsExpected;
}

Result<std::string> sha256_of(const std::string& file) {
  const auto bytes = read_file(file);
  if (!bytes) return bytes;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(bytes->data(), bytes->size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    return fail(file + ": cannot compute its digest");
  }
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

/// Returns the exit code if one of the files is there and not ours, after saying so. The index says
/// whose the telegrams are; they may begin with a fault.
int claim_files(const CorpusFiles& files, OutputGuard guard) {
  const auto claim = [&](const char* option, const std::string& file, const OutputKind* kind) {
    if (file.empty()) return kAsExpected;
    const auto claimed = kind == nullptr ? guard.claim(file) : guard.claim(file, *kind);
    if (claimed) return kAsExpected;
    complain(kUsage, fmt::format("{}: {}", option, claimed.error().message));
    return kUsage;
  };
  // What --resume continues with is looked at to the last byte.
  const bool known = files.resume || is_output_of(files.index, kIndexKind);
  const int code = claim("-o", files.data, known ? nullptr : &kTelegramsKind);
  if (code != kAsExpected) return code;
  return claim("--index", files.index, files.resume ? nullptr : &kIndexKind);
}

/// The first line of the index: what the corpus is made of.
Result<std::string> head_of(const ChosenMeter& chosen, sys_seconds start,
                            std::optional<TelegramSealer>& sealer, bool keeps_counter,
                            const std::vector<std::string>& faults) {
  const auto profile = sha256_of(chosen.profile->file);
  if (!profile) return profile;
  const auto scenario = sha256_of(chosen.scenario->file);
  if (!scenario) return scenario;
  Json head = {{"corpus", 1},
               {"profile", chosen.profile->name},
               {"profile_sha256", *profile},
               {"scenario", chosen.scenario->name},
               {"scenario_sha256", *scenario},
               {"seed", chosen.seeds.values},
               {"start", start.time_since_epoch().count()},
               {"sealed", sealer.has_value()}};
  if (chosen.seeds.ids != chosen.seeds.values) head["id_seed"] = chosen.seeds.ids;
  if (!chosen.devices.empty()) head["devices"] = chosen.devices;
  if (sealer) {
    head["key_check_value"] = sealer->key_check_value();
    head["counter"] = sealer->next_counter();
    // Gone on with without the file, it would use counters that the file gives again.
    head["counter_file"] = keeps_counter;
  }
  head["faults"] = faults;
  return json_text(head);
}

}  // namespace

int run_corpus(const Arguments& arguments) {
  Options options(
      "corpus PROFILE --count N -o F [--index F] [--resume] [--scenario S] [--seed N]\n"
      "              [--start T] [--fault F]…",
      "Writes telegrams in bulk, reproducibly, with an index of what is expected of each.");
  options.value("count", "N", "the number of telegrams");
  options.value("output,o", "F", "the file for the telegrams; - for stdout");
  options.value("index", "F",
                "the index, as JSON Lines; default: beside the file, as F.index.jsonl");
  options.flag("resume", "continue a run with the same arguments");
  add_force_option(options);
  options.value("start", "T",
                "the meter's clock at the start; default: the scenario's, or 2026-01-12");
  options.values("fault", "F",
                 "a fault of `p1rig faults`, such as flip-bit,every=7; may be repeated");
  add_meter_options(options);
  add_seal_options(options);
  if (const auto code = options.parse(arguments, 1, 1)) return *code;
  const auto count = parse_count(options.get("count").value_or(""));
  if (!count || *count == 0) return options.misuse("--count: expected a number, at least 1");
  CorpusFiles files{.data = options.get("output").value_or(""), .resume = options.has("resume")};
  if (files.data.empty()) return options.misuse("expected -o F, or -o - for stdout");
  const bool to_file = !descriptor_of(files.data);
  files.index = options.get("index").value_or(to_file ? files.data + ".index.jsonl" : "");
  if (files.resume && (!to_file || descriptor_of(files.index))) {
    return options.misuse("--resume: stdout cannot be resumed");
  }
  const bool keeps_counter = options.has("counter-file");
  if (files.resume && keeps_counter) {
    return options.misuse(
        "--resume: cannot be combined with --counter-file: its counter has moved on, so every "
        "telegram would differ; leave out --resume to start over");
  }

  ChosenMeter chosen;
  sys_seconds start;
  // The same arguments must give the same telegrams: the default cannot be now.
  if (const int code = choose_meter(options, "start", kBegin, chosen, start); code != kAsExpected)
    return code;
  std::optional<TelegramSealer> sealer;
  if (const int code = choose_sealer(options, *chosen.profile, chosen.seeds.ids, false, sealer);
      code != kAsExpected) {
    return code;
  }
  std::vector<FaultRequest> faults;
  if (const int code = choose_faults(options, chosen, start, sealer.has_value(), faults);
      code != kAsExpected) {
    return code;
  }
  const auto head = head_of(chosen, start, sealer, keeps_counter, options.list("fault"));
  if (!head) return complain(kEnvironment, head.error().message);
  if (const int code = claim_files(files, guard_of(options, chosen)); code != kAsExpected) {
    return code;
  }
  Corpus corpus(chosen, std::move(faults), sealer, start);
  return write_corpus(corpus, files, *head, *count);
}

}  // namespace p1rig
