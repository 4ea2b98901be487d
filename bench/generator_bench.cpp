// A meter's next telegram: one second on, printed, with its CRC (P3, P4), alone and among a million
// (P7); and how many instructions that takes (P6).

#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/contenders/snprintf_meter.h"
#include "bench/contenders/table_crc.h"
#include "bench/contest.h"
#include "protocol/crc16.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/render/stencil.h"
#include "simulator/scenario/scenario.h"

namespace p1rig::bench {
namespace {

using Record = std::vector<std::uint32_t>;

constexpr std::chrono::sys_seconds kStart{std::chrono::seconds{1'768'478'100}};  // in January 2026
constexpr std::chrono::sys_seconds kBegin = kStart + std::chrono::seconds{30};

/// The state that all contenders begin with.
struct House {
  std::shared_ptr<const Profile> profile =
      std::make_shared<const Profile>(find_profile("iskra-am550").value());
  Meter life = Meter(profile, std::make_shared<const Scenario>(constant_load(*profile, kStart)), 1);
  MeterState state = life.at(kBegin);
  std::vector<Growth> growths = life.steady_at(kBegin).growths;
  std::shared_ptr<const Stencil> stencil;

  House() {
    const std::chrono::sys_seconds end{std::chrono::seconds{1'765'203'855}};
    state.failures = {{end, 240}, {end, 301}};
    state.failures[1].end = std::chrono::sys_seconds{std::chrono::seconds{1'765'116'604}};
    state[Quantity::kFailuresLong] = 2;
    stencil = Stencil::make(profile->layout, profile->zone, state);
  }

  Record record(std::size_t number) const {
    MeterState numbered = state;
    const std::string digits = fmt::format("{:06}", number);
    numbered.texts[Quantity::kMeterId].replace(11, 6, digits);
    numbered.devices.at(0).id.replace(11, 6, digits);
    Record record(stencil->record_size());
    if (stencil->take(numbered, growths, record) != Stencil::Fit::kSteady) std::abort();
    return record;
  }

  SnprintfMeter snprintf_meter(std::int64_t number) const {
    const auto three = [&](Quantity first) {
      const auto index = static_cast<std::size_t>(first);
      return std::array{state.values[index], state.values[index + 1], state.values[index + 2]};
    };
    SnprintfMeter meter{};
    meter.time = state[Quantity::kTime];
    meter.gas_time = state.devices.at(0).time->time_since_epoch().count();
    meter.import1 = state[Quantity::kEnergyImportT1];
    meter.import2 = state[Quantity::kEnergyImportT2];
    meter.export1 = state[Quantity::kEnergyExportT1];
    meter.export2 = state[Quantity::kEnergyExportT2];
    meter.tariff = state[Quantity::kTariff];
    meter.power_import = state[Quantity::kPowerImport];
    meter.power_export = state[Quantity::kPowerExport];
    meter.voltage = three(Quantity::kVoltageL1);
    meter.current = three(Quantity::kCurrentL1);
    meter.phase_import = three(Quantity::kPowerImportL1);
    meter.phase_export = three(Quantity::kPowerExportL1);
    meter.gas = state.devices.at(0).reading;
    meter.serial = number;
    return meter;
  }
};

const House& house() {
  static const House shared;
  return shared;
}

class SnprintfContender {
 public:
  explicit SnprintfContender(std::uint16_t (*crc)(std::string_view))
      : meter_(house().snprintf_meter(417)), crc_(crc) {}

  std::string_view next() {
    meter_.step();
    const std::string_view printed = meter_.print(buffer_.data(), buffer_.size());
    const int end = std::snprintf(buffer_.data() + printed.size(), buffer_.size() - printed.size(),
                                  "%04X\r\n", crc_(printed));
    return {buffer_.data(), printed.size() + static_cast<std::size_t>(end)};
  }

 private:
  SnprintfMeter meter_;
  std::uint16_t (*crc_)(std::string_view);
  std::array<char, 2048> buffer_{};
};

std::uint16_t own_crc(std::string_view bytes) { return crc16(bytes); }

/// So many meters of one stencil, one after the other. What is done for each is what Meter::print()
/// does while nothing happens to the meter.
class Crowd {
 public:
  explicit Crowd(std::size_t meters) {
    for (std::size_t i = 0; i < meters; ++i) {
      const Record record = house().record((i + 417) % 1'000'000);
      if (i == 0) all_.reserve(meters * record.size());
      all_.insert(all_.end(), record.begin(), record.end());
    }
  }

  std::string_view next() {
    const Stencil& stencil = *house().stencil;
    const std::size_t size = stencil.record_size();
    const std::span<std::uint32_t> record(all_.data() + at_, size);
    at_ += size;
    if (at_ == all_.size()) at_ = 0;
    // In summer, after millions of telegrams, they begin anew.
    if (!stencil.step(record, 1)) std::ranges::copy(house().record(417), record.begin());
    telegram_.clear();
    stencil.print(record, telegram_);
    return telegram_;
  }

 private:
  std::vector<std::uint32_t> all_;
  std::size_t at_ = 0;
  std::string telegram_;
};

void run_crowd(benchmark::State& state, std::size_t meters) {
  Crowd crowd(meters);
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string_view telegram = crowd.next();
    bytes += telegram.size();
    benchmark::DoNotOptimize(telegram.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.counters["meter_bytes"] =
      static_cast<double>(house().stencil->record_size() * sizeof(std::uint32_t));
}

void run_snprintf(benchmark::State& state, std::uint16_t (*crc)(std::string_view)) {
  SnprintfContender contender(crc);
  for (auto _ : state) benchmark::DoNotOptimize(contender.next().data());
}

/// With all that happens to a meter from minute to minute.
void run_life(benchmark::State& state) {
  Meter meter(house().profile,
              std::make_shared<const Scenario>(constant_load(*house().profile, kStart)), 1);
  std::chrono::sys_seconds now = kStart;
  std::string telegram;
  for (auto _ : state) {
    telegram.clear();
    meter.print(now += std::chrono::seconds{1}, telegram);
    benchmark::DoNotOptimize(telegram.data());
  }
}

void run_render(benchmark::State& state) {
  std::string telegram;
  for (auto _ : state) {
    telegram.clear();
    render(house().profile->layout, house().state, house().profile->zone, telegram);
    benchmark::DoNotOptimize(telegram.data());
  }
}

BENCHMARK_CAPTURE(run_crowd, one, 1)->Name("generator/p1rig");
BENCHMARK_CAPTURE(run_crowd, million, 1'000'000)->Name("generator/p1rig_million");
BENCHMARK_CAPTURE(run_snprintf, table, table_crc)->Name("generator/snprintf_table_crc");
BENCHMARK_CAPTURE(run_snprintf, own, own_crc)->Name("generator/snprintf_own_crc");
BENCHMARK(run_life)->Name("generator/meter_print");
BENCHMARK(run_render)->Name("generator/render_of_a_state");

}  // namespace

std::string compare_generators() {
  Crowd crowd(1);
  SnprintfContender plain(table_crc);
  SnprintfContender own(own_crc);
  for (int second = 0; second < 100'000; ++second) {
    const std::string telegram(crowd.next());
    const std::string expected(plain.next());
    if (telegram != expected) {
      return fmt::format("second {}: p1rig prints\n{}\nsnprintf\n{}", second, telegram, expected);
    }
    if (own.next() != expected) return "the two CRCs differ";
  }
  return {};
}

void generate(int telegrams) {
  Crowd crowd(1);
  std::size_t bytes = 0;
  for (int i = 0; i < telegrams; ++i) bytes += crowd.next().size();
  benchmark::DoNotOptimize(bytes);
}

}  // namespace p1rig::bench
