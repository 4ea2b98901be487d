// Reading telegrams, CRC and numbers included, against a reader as one writes it (P10) and against
// looking for the ends of their lines (P12): a stream of each dialect, one of all profiles by turns.

#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/contenders/line_scan.h"
#include "bench/contenders/ordinary_reader.h"
#include "bench/contest.h"
#include "protocol/dialect.h"
#include "protocol/framer.h"
#include "protocol/telegram.h"
#include "protocol/telegram_decoder.h"
#include "protocol/telegram_stream.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/scenario/scenario.h"

namespace p1rig::bench {
namespace {

constexpr std::size_t kTelegrams = 256;
constexpr std::size_t kMixedTelegrams = 512;
constexpr std::string_view kMixed = "mixed";
constexpr std::chrono::sys_seconds kMorning{std::chrono::seconds{1'768'201'200}};  // 2026-01-12

struct Sample {
  std::string_view dialect, profile;
};

// The largest of a dialect, but those that nobody has to do with.
constexpr std::array kSamples = {
    Sample{"dsmr-2.2", "iskra-mt382"},
    Sample{"dsmr-3.0", "dsmr-3.0-example"},
    Sample{"dsmr-4.0", "kaifa-ma304"},
    Sample{"dsmr-4.2", "kaifa-ma304c"},
    Sample{"dsmr-5.0", "iskra-am550"},
    Sample{"emucs-1.4", "sagemcom-t211-d-emucs14"},
    Sample{"emucs-1.7", "sagemcom-t211-d-emucs17"},
    Sample{"emucs-2.1", "sagemcom-t211-d-emucs21"},
    Sample{"lux-1.1", "sagemcom-smarty-lux"},
    Sample{"se-2.0", "aidon-6534"},
    Sample{"fi-sk13", "aidon-7534"},
    Sample{"de-q3d", "easymeter-q3db1024"},
    Sample{"hu-eon", "aux-eon"},
    Sample{"lt-eso", "eso-maximum"},
    Sample{"at-t210", "sagemcom-t210-d-r"},
    Sample{"ch-xt211", "sagemcom-xt211"},
};

/// Bytes whose end is that of a mapped page. One telegram follows the other, so that they begin at
/// every offset in a page.
class Pages {
 public:
  explicit Pages(std::string_view bytes) : size_(bytes.size()) {
    constexpr std::size_t kPage = 4096;
    mapped_ = (size_ + kPage - 1) / kPage * kPage;
    void* const start = ::mmap(nullptr, mapped_ + kPage, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) throw std::bad_alloc();
    start_ = static_cast<char*>(start);
    ::munmap(start_ + mapped_, kPage);
    std::memcpy(start_ + mapped_ - size_, bytes.data(), size_);
  }
  ~Pages() { ::munmap(start_, mapped_); }
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;

  std::string_view bytes() const { return {start_ + mapped_ - size_, size_}; }

 private:
  char* start_ = nullptr;
  std::size_t mapped_ = 0;
  std::size_t size_ = 0;
};

/// What a meter sends, from the first telegram on.
class Sender {
 public:
  explicit Sender(std::string_view name)
      : profile_(std::make_shared<const Profile>(find_profile(name).value())),
        scenario_(std::make_shared<const Scenario>(find_scenario("household", *profile_).value())),
        meter_(profile_, scenario_, 1),
        now_(kMorning) {}

  const Profile& profile() const { return *profile_; }

  void send(std::string& stream) {
    render(profile_->layout, meter_.at(now_), profile_->zone, stream);
    now_ += profile_->dialect->period;
  }

 private:
  std::shared_ptr<const Profile> profile_;
  std::shared_ptr<const Scenario> scenario_;
  Meter meter_;
  std::chrono::sys_seconds now_;
};

std::string stream_of(std::string_view profile) {
  Sender sender(profile);
  std::string stream;
  for (std::size_t i = 0; i < kTelegrams; ++i) sender.send(stream);
  return stream;
}

/// All profiles, in no order that could be learned.
std::string mixed_stream() {
  std::vector<Sender> senders;
  for (const auto& [name, file] : list_profiles()) senders.emplace_back(name);
  std::string stream;
  std::uint64_t random = 1;
  for (std::size_t i = 0; i < kMixedTelegrams; ++i) {
    random = random * 6364136223846793005U + 1442695040888963407U;
    senders[(random >> 33) % senders.size()].send(stream);
  }
  return stream;
}

using Streams = std::map<std::string, std::unique_ptr<Pages>, std::less<>>;

const Streams& streams() {
  static const Streams all = [] {
    Streams made;
    for (const Sample& sample : kSamples) {
      made[std::string(sample.dialect)] = std::make_unique<Pages>(stream_of(sample.profile));
    }
    made[std::string(kMixed)] = std::make_unique<Pages>(mixed_stream());
    return made;
  }();
  return all;
}

std::string_view stream(std::string_view name) { return streams().find(name)->second->bytes(); }

/// Every code that any of the telegrams has, as it is written.
const std::vector<std::string>& codes() {
  static const std::vector<std::string> all = [] {
    std::set<std::string, std::less<>> found;
    for (const auto& [name, pages] : streams()) {
      Framer framer([&](const Stretch& stretch) {
        for (const DataLine& line : decode_telegram(stretch.bytes).lines) {
          found.insert(std::string(line.code_text));
        }
      });
      framer.feed(pages->bytes());
      framer.finish();
    }
    return std::vector<std::string>(found.begin(), found.end());
  }();
  return all;
}

bool is_believed(const Telegram& telegram) {
  const CrcVerdict crc = check_crc(telegram);
  return crc == CrcVerdict::kRight || crc == CrcVerdict::kAbsent;
}

void run_p1rig(benchmark::State& state, std::string_view name) {
  const std::string_view bytes = stream(name);
  std::size_t telegrams = 0;
  TelegramDecoder decoder;
  TelegramStream reader(decoder, [&](const Stretch&, const Telegram* telegram) {
    if (telegram != nullptr && is_believed(*telegram)) ++telegrams;
  });
  for (auto _ : state) reader.feed(bytes);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(telegrams));
}

void run_ordinary(benchmark::State& state, std::string_view name) {
  const std::string_view bytes = stream(name);
  std::int64_t telegrams = 0;
  OrdinaryReader reader(codes());
  for (auto _ : state) {
    std::string_view rest = bytes;
    while (!rest.empty() && reader.read(rest)) {
      benchmark::DoNotOptimize(reader.object(0));
      ++telegrams;
    }
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
  state.SetItemsProcessed(telegrams);
}

void run_line_scan(benchmark::State& state, std::string_view name) {
  const std::string_view bytes = stream(name);
  for (auto _ : state) benchmark::DoNotOptimize(count_lines(bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

/// Many short runs: there are many streams.
void add_rows(std::string_view name) {
  constexpr double kSeconds = 0.02;
  const auto add = [&](std::string_view contender,
                       void (*run)(benchmark::State&, std::string_view)) {
    const std::string title = fmt::format("reader/{}/{}", name, contender);
    benchmark::RegisterBenchmark(title.c_str(), run, name)->MinTime(kSeconds);
  };
  add("p1rig", run_p1rig);
  add("ordinary", run_ordinary);
  add("line_scan", run_line_scan);
}

const bool kAdded = [] {
  for (const Sample& sample : kSamples) add_rows(sample.dialect);
  add_rows(kMixed);
  return true;
}();

/// What the two make of one telegram; empty where it is the same.
std::string compare_values(const Telegram& telegram, const OrdinaryReader& reader) {
  std::map<std::string_view, std::vector<const Bracket*>> objects;
  for (const DataLine& line : telegram.lines) {
    for (const Bracket& bracket : line.brackets) objects[line.code_text].push_back(&bracket);
  }
  for (std::size_t i = 0; i < codes().size(); ++i) {
    const auto& ours = objects[codes()[i]];
    const auto& theirs = reader.object(i).values;
    if (ours.size() != theirs.size()) return fmt::format("{}: other brackets", codes()[i]);
    for (std::size_t k = 0; k < ours.size(); ++k) {
      const auto number = ours[k]->number;
      // Both are the double next to the number.
      const double value =
          number ? static_cast<double>(number->digits) / std::pow(10.0, number->decimals) : 0;
      if (ours[k]->text == theirs[k].text && number.has_value() == theirs[k].is_number &&
          (!number || value == theirs[k].number)) {
        continue;
      }
      return fmt::format("{}({}): {} and {}", codes()[i], ours[k]->text, value, theirs[k].number);
    }
  }
  return {};
}

std::string compare_stream(std::string_view name) {
  std::string difference;
  std::string_view rest = stream(name);
  std::size_t lines = 0;
  OrdinaryReader reader(codes());
  TelegramDecoder decoder;
  TelegramStream ours(decoder, [&](const Stretch& stretch, const Telegram* telegram) {
    if (!difference.empty()) return;
    if (telegram == nullptr || !is_believed(*telegram)) difference = "a wrong CRC";
    if (!reader.read(rest)) difference = "the ordinary reader refuses a telegram";
    if (difference.empty()) difference = compare_values(*telegram, reader);
    if (!difference.empty()) difference += fmt::format("\n{}", stretch.bytes);
    lines += static_cast<std::size_t>(std::ranges::count(stretch.bytes, '\n'));
  });
  // The second time all are of forms seen before.
  for (int time = 0; time < 2; ++time) {
    rest = stream(name);
    ours.feed(rest);
    ours.finish();
  }
  if (!difference.empty()) return difference;
  if (!rest.empty()) return "the ordinary reader finds more telegrams";
  return lines == 2 * count_lines(stream(name)) ? "" : "the scan finds other lines";
}

}  // namespace

std::string compare_readers() {
  for (const Dialect& dialect : dialects()) {
    const auto sample = std::ranges::find(kSamples, dialect.name, &Sample::dialect);
    if (sample == kSamples.end()) return fmt::format("{} has no sample", dialect.name);
    if (find_profile(sample->profile).value().dialect->name == dialect.name) continue;
    return fmt::format("{} is not of {}", sample->profile, dialect.name);
  }
  for (const auto& [name, pages] : streams()) {
    const std::string difference = compare_stream(name);
    if (!difference.empty()) return fmt::format("{}: {}", name, difference);
  }
  return {};
}

}  // namespace p1rig::bench
