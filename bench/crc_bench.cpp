// The CRC of a telegram's bytes (P1): each way that this machine has against Boost.

#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "bench/contenders/boost_crc.h"
#include "bench/contest.h"
#include "protocol/crc16_paths.h"

namespace p1rig::bench {
namespace {

constexpr std::size_t kTelegram = 914;  // a DSMR 5.0 telegram of three phases with gas
constexpr std::size_t kPage = 4096;

/// One telegram after the other, each at another offset in its page.
class Telegrams {
 public:
  Telegrams() : bytes_(kPage + kTelegram, '\0') {
    for (std::size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<char>(' ' + i * 7 % 95);
  }
  std::string_view next() {
    at_ = (at_ + 67) % kPage;
    return std::string_view(bytes_).substr(at_, kTelegram);
  }

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

std::uint16_t crc_by(const CrcPath& path, std::string_view bytes) {
  return path.crc(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), 0);
}

void boost_crc_of_telegram(benchmark::State& state) {
  Telegrams telegrams;
  for (auto _ : state) benchmark::DoNotOptimize(boost_crc(telegrams.next()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kTelegram));
}
BENCHMARK(boost_crc_of_telegram)->Name("crc/boost");

void p1rig_crc_of_telegram(benchmark::State& state, const CrcPath& path) {
  Telegrams telegrams;
  for (auto _ : state) benchmark::DoNotOptimize(crc_by(path, telegrams.next()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kTelegram));
}

const bool kRegistered = [] {
  for (const CrcPath& path : crc_paths()) {
    if (!path.runs_here()) continue;
    benchmark::RegisterBenchmark(
        fmt::format("crc/{}", path.name).c_str(),
        [&path](benchmark::State& state) { p1rig_crc_of_telegram(state, path); });
  }
  return true;
}();

}  // namespace

std::string compare_crcs() {
  Telegrams telegrams;
  for (std::size_t i = 0; kRegistered && i < kPage; ++i) {
    const std::string_view bytes = telegrams.next();
    for (const CrcPath& path : crc_paths()) {
      if (path.runs_here() && crc_by(path, bytes) != boost_crc(bytes)) {
        return fmt::format("{} gives another CRC than Boost", path.name);
      }
    }
  }
  return {};
}

}  // namespace p1rig::bench
