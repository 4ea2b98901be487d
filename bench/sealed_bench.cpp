// What a sealed telegram costs, against bare EVP encryption of the same bytes with one context (P8).

#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/contenders/bare_evp.h"
#include "bench/contest.h"
#include "protocol/frame_cipher.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/render/stencil.h"
#include "simulator/seal/seal.h"

namespace p1rig::bench {
namespace {

constexpr std::string_view kKeyText = "000102030405060708090A0B0C0D0E0F";
constexpr std::string_view kTitle = "SYSTEMID";

/// A meter at some seconds one after the other: its records, and the telegrams that its states give.
struct Workload {
  Profile profile = find_profile("sagemcom-smarty-lux-encrypted").value();
  std::shared_ptr<const Stencil> stencil;
  std::vector<std::vector<std::uint32_t>> records;
  std::vector<std::string> telegrams;

  Workload() {
    const auto shared = std::make_shared<const Profile>(profile);
    const std::chrono::sys_seconds start{std::chrono::seconds{1'780'000'000}};
    Meter meter(shared, std::make_shared<const Scenario>(constant_load(profile, start)), 1);
    for (int second = 0; second < 64; ++second) {
      const MeterState state = meter.at(start + std::chrono::seconds{second});
      render(profile.layout, state, profile.zone, telegrams.emplace_back());
      if (stencil == nullptr) stencil = Stencil::make(profile.layout, profile.zone, state);
      records.emplace_back(stencil->record_size());
      if (stencil->take(state, {}, records.back()) == Stencil::Fit::kNone) std::abort();
    }
  }
};

const Workload& workload() {
  static const Workload shared;
  return shared;
}

TelegramSealer new_sealer() { return {parse_frame_keys(kKeyText).value(), std::string(kTitle)}; }

/// Where telegrams and frames are written: not always at the same distance, for a processor that takes
/// addresses in different pages for the same is half as fast then.
struct Buffers {
  static constexpr std::size_t kCount = 8;
  std::array<std::string, kCount> telegrams, frames;

  Buffers() {
    for (std::size_t i = 0; i < kCount; ++i) {
      telegrams[i].reserve(1536 + 368 * i);
      frames[i].reserve(1536 + 368 * i);
    }
  }
};

void set_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(workload().telegrams[0].size()));
}

void bare_evp(benchmark::State& state) {
  BareEvp evp(kKeyText, kTitle);
  Buffers buffers;
  std::uint32_t counter = 0;
  for (auto _ : state) {
    std::string& out = buffers.frames[counter % Buffers::kCount];
    evp.encrypt(counter, workload().telegrams[counter % 64], out);
    ++counter;
    benchmark::DoNotOptimize(out.data());
  }
  set_bytes(state);
}

void seal(benchmark::State& state) {
  auto sealer = new_sealer();
  Buffers buffers;
  std::size_t i = 0;
  for (auto _ : state) {
    std::string& frame = buffers.frames[i % Buffers::kCount];
    if (!sealer.seal(workload().telegrams[i++ % 64], frame)) state.SkipWithError("no counter");
    benchmark::DoNotOptimize(frame.data());
  }
  set_bytes(state);
}

void render_telegram(benchmark::State& state) {
  const Workload& work = workload();
  std::string telegram;
  std::size_t i = 0;
  for (auto _ : state) {
    telegram.clear();
    work.stencil->print(work.records[i++ % 64], telegram);
    benchmark::DoNotOptimize(telegram.data());
  }
  set_bytes(state);
}

void render_and_seal(benchmark::State& state) {
  const Workload& work = workload();
  auto sealer = new_sealer();
  Buffers buffers;
  std::size_t i = 0;
  for (auto _ : state) {
    std::string& telegram = buffers.telegrams[i % Buffers::kCount];
    std::string& frame = buffers.frames[i % Buffers::kCount];
    telegram.clear();
    work.stencil->print(work.records[i++ % 64], telegram);
    if (!sealer.seal(telegram, frame)) state.SkipWithError("no counter");
    benchmark::DoNotOptimize(frame.data());
  }
  set_bytes(state);
}

void open(benchmark::State& state) {
  FrameCipher cipher(parse_frame_keys(kKeyText).value());
  std::string frame;
  std::string telegram;
  cipher.seal(kTitle, 1, workload().telegrams[0], frame);
  for (auto _ : state) {
    if (!cipher.open(*parse_frame(frame), telegram)) state.SkipWithError("wrong tag");
    benchmark::DoNotOptimize(telegram.data());
  }
  set_bytes(state);
}

BENCHMARK(bare_evp)->Name("sealed/bare_evp");
BENCHMARK(seal)->Name("sealed/seal");
BENCHMARK(render_telegram)->Name("sealed/render");
BENCHMARK(render_and_seal)->Name("sealed/render_and_seal");
BENCHMARK(open)->Name("sealed/open");

}  // namespace

std::string compare_sealers() {
  BareEvp evp(kKeyText, kTitle);
  auto sealer = new_sealer();
  std::string frame;
  std::string bare;
  for (std::uint32_t counter = 0; counter < 64; ++counter) {
    const std::string& telegram = workload().telegrams[counter];
    std::string printed;
    workload().stencil->print(workload().records[counter], printed);
    if (printed != telegram) return fmt::format("record {} is not printed as its state", counter);
    evp.encrypt(counter, telegram, bare);
    if (sealer.seal(telegram, frame) && frame.ends_with(bare)) continue;
    return fmt::format("frame {} is not what EVP makes of its telegram", counter);
  }
  return {};
}

}  // namespace p1rig::bench
