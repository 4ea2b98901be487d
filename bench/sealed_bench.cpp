// What a sealed telegram costs, against bare EVP encryption of the same bytes with one context
// (PERFORMANCE P8). All run interleaved in one process; the ratios of medians stand at the end.

#include <benchmark/benchmark.h>
#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/frame_cipher.h"
#include "simulator/meter.h"
#include "simulator/profile.h"
#include "simulator/render.h"
#include "simulator/seal.h"

namespace {

constexpr std::string_view kKeyText = "000102030405060708090A0B0C0D0E0F";
constexpr std::string_view kTitle = "SYSTEMID";

/// A meter at some seconds one after the other: its states, and the telegrams that they give.
struct Workload {
  p1rig::Profile profile = p1rig::find_profile("sagemcom-smarty-lux-encrypted").value();
  std::vector<p1rig::MeterState> states;
  std::vector<std::string> telegrams;

  Workload() {
    const auto shared = std::make_shared<const p1rig::Profile>(profile);
    const std::chrono::sys_seconds start{std::chrono::seconds{1'780'000'000}};
    p1rig::Meter meter(
        shared, std::make_shared<const p1rig::Scenario>(p1rig::constant_load(profile, start)), 1);
    for (int second = 0; second < 64; ++second) {
      states.push_back(meter.at(start + std::chrono::seconds{second}));
      p1rig::render(profile.layout, states.back(), profile.zone, telegrams.emplace_back());
    }
  }
};

const Workload& workload() {
  static const Workload shared;
  return shared;
}

/// AES-128-GCM as OpenSSL has it and no more: ciphertext and tag, no frame.
class BareEvp {
 public:
  BareEvp() {
    const auto keys = p1rig::parse_frame_keys(kKeyText).value();
    aad_[0] = 0x30;
    std::ranges::copy(keys.authentication.octets(), aad_.begin() + 1);
    std::ranges::copy(kTitle, iv_.begin());
    EVP_EncryptInit_ex(context_.get(), EVP_aes_128_gcm(), nullptr,
                       reinterpret_cast<const unsigned char*>(keys.encryption.octets().data()),
                       nullptr);
  }

  void encrypt(std::uint32_t counter, const std::string& text, std::string& out) {
    out.resize(text.size() + p1rig::kTagSize);
    auto* bytes = reinterpret_cast<unsigned char*>(out.data());
    for (std::size_t i = 0; i < 4; ++i) {
      iv_[8 + i] = static_cast<unsigned char>(counter >> (24 - 8 * i) & 0xFF);
    }
    int size = 0;
    EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, iv_.data());
    EVP_EncryptUpdate(context_.get(), nullptr, &size, aad_.data(), static_cast<int>(aad_.size()));
    EVP_EncryptUpdate(context_.get(), bytes, &size,
                      reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
    EVP_EncryptFinal_ex(context_.get(), bytes + size, &size);
    EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_AEAD_GET_TAG, p1rig::kTagSize,
                        bytes + text.size());
  }

 private:
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context_{EVP_CIPHER_CTX_new(),
                                                                           EVP_CIPHER_CTX_free};
  std::array<unsigned char, 12> iv_{};
  std::array<unsigned char, 17> aad_{};
};

p1rig::TelegramSealer new_sealer() {
  return {p1rig::parse_frame_keys(kKeyText).value(), std::string(kTitle)};
}

/// Nothing is timed before both have sealed the same.
void compare() {
  BareEvp evp;
  auto sealer = new_sealer();
  std::string frame;
  std::string bare;
  for (std::uint32_t counter = 0; counter < 64; ++counter) {
    const std::string& telegram = workload().telegrams[counter];
    evp.encrypt(counter, telegram, bare);
    if (sealer.seal(telegram, frame) && frame.ends_with(bare)) continue;
    fmt::print(stderr, "sealed_bench: frame {} is not what EVP makes of its telegram\n", counter);
    std::exit(1);
  }
}

void set_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(workload().telegrams[0].size()));
}

void bare_evp(benchmark::State& state) {
  BareEvp evp;
  std::string out;
  std::uint32_t counter = 0;
  for (auto _ : state) {
    evp.encrypt(counter, workload().telegrams[counter % 64], out);
    ++counter;
    benchmark::DoNotOptimize(out.data());
  }
  set_bytes(state);
}

void seal(benchmark::State& state) {
  auto sealer = new_sealer();
  std::string frame;
  std::size_t i = 0;
  for (auto _ : state) {
    if (!sealer.seal(workload().telegrams[i++ % 64], frame)) state.SkipWithError("no counter");
    benchmark::DoNotOptimize(frame.data());
  }
  set_bytes(state);
}

void render(benchmark::State& state) {
  const Workload& work = workload();
  std::string telegram;
  std::size_t i = 0;
  for (auto _ : state) {
    telegram.clear();
    p1rig::render(work.profile.layout, work.states[i++ % 64], work.profile.zone, telegram);
    benchmark::DoNotOptimize(telegram.data());
  }
  set_bytes(state);
}

void render_and_seal(benchmark::State& state) {
  const Workload& work = workload();
  auto sealer = new_sealer();
  std::string telegram;
  std::string frame;
  std::size_t i = 0;
  for (auto _ : state) {
    telegram.clear();
    p1rig::render(work.profile.layout, work.states[i++ % 64], work.profile.zone, telegram);
    if (!sealer.seal(telegram, frame)) state.SkipWithError("no counter");
    benchmark::DoNotOptimize(frame.data());
  }
  set_bytes(state);
}

void open(benchmark::State& state) {
  p1rig::FrameCipher cipher(p1rig::parse_frame_keys(kKeyText).value());
  std::string frame;
  std::string telegram;
  cipher.seal(kTitle, 1, workload().telegrams[0], frame);
  for (auto _ : state) {
    if (!cipher.open(*p1rig::parse_frame(frame), telegram)) state.SkipWithError("wrong tag");
    benchmark::DoNotOptimize(telegram.data());
  }
  set_bytes(state);
}

BENCHMARK(bare_evp);
BENCHMARK(seal);
BENCHMARK(render);
BENCHMARK(render_and_seal);
BENCHMARK(open);

/// The table, and the medians of all as ratios.
class Ratios : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.aggregate_name == "median") {
        medians_[run.run_name.function_name] = run.GetAdjustedCPUTime();
      }
    }
  }
  void Finalize() override {
    ConsoleReporter::Finalize();
    const double evp = medians_["bare_evp"];
    if (evp <= 0) return;
    for (const char* name : {"seal", "render", "render_and_seal", "open"}) {
      if (medians_.contains(name))
        fmt::print("{} / bare_evp = {:.2f}\n", name, medians_[name] / evp);
    }
  }

 private:
  std::map<std::string, double> medians_;
};

}  // namespace

int main(int count, char** words) {
  // Before those of the command line, which count more.
  std::string interleaved = "--benchmark_enable_random_interleaving=true";
  std::string repeated = "--benchmark_repetitions=9";
  std::string short_table = "--benchmark_report_aggregates_only=true";
  std::vector<char*> arguments{words[0], interleaved.data(), repeated.data(), short_table.data()};
  arguments.insert(arguments.end(), words + 1, words + count);
  int all = static_cast<int>(arguments.size());
  benchmark::Initialize(&all, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(all, arguments.data())) return 2;
  compare();
  Ratios ratios;
  benchmark::RunSpecifiedBenchmarks(&ratios);
  return 0;
}
