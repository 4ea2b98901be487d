// Whole telegrams through foreign parsers (bench/parser.h), and through ours.

#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <exception>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/contest.h"
#include "bench/foreign_parsers.h"
#include "protocol/telegram_decoder.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/scenario/scenario.h"

namespace p1rig::bench {
namespace {

constexpr std::size_t kTelegrams = 256;

constexpr p1rig_reading kNothing = {P1RIG_UNKNOWN, P1RIG_UNKNOWN, P1RIG_UNKNOWN, P1RIG_UNKNOWN,
                                    P1RIG_UNKNOWN, P1RIG_UNKNOWN, P1RIG_UNKNOWN};

constexpr std::chrono::sys_seconds kMoment{std::chrono::sys_days{std::chrono::January / 12 / 2026}};

/// DSMR 5.0, a second between one telegram and the next.
const std::vector<std::string>& telegrams() {
  static const std::vector<std::string> all = [] {
    const auto profile = std::make_shared<const Profile>(find_profile("iskra-am550").value());
    const auto scenario =
        std::make_shared<const Scenario>(find_scenario("household", *profile).value());
    Meter meter(profile, scenario, 1);
    std::vector<std::string> made(kTelegrams);
    for (std::size_t i = 0; i < kTelegrams; ++i) {
      const std::chrono::seconds at{7 * 3600 + static_cast<std::int64_t>(i)};
      render(profile->layout, meter.at(kMoment + at), profile->zone, made[i]);
    }
    return made;
  }();
  return all;
}

struct Field {
  std::string_view code;
  long long p1rig_reading::*member;
};

constexpr std::array kFields = {
    Field{"1-0:1.8.1", &p1rig_reading::import_1_wh},
    Field{"1-0:1.8.2", &p1rig_reading::import_2_wh},
    Field{"1-0:2.8.1", &p1rig_reading::export_1_wh},
    Field{"1-0:2.8.2", &p1rig_reading::export_2_wh},
    Field{"1-0:1.7.0", &p1rig_reading::import_w},
    Field{"1-0:2.7.0", &p1rig_reading::export_w},
    Field{"0-1:24.2.1", &p1rig_reading::gas_litres},
};

/// What the tolerant decoder makes of it.
p1rig_reading reading_of(std::string_view telegram) {
  p1rig_reading reading = kNothing;
  const Telegram decoded = decode_telegram(telegram);
  for (const DataLine& line : decoded.lines) {
    for (const Field& field : kFields) {
      if (line.code_text != field.code || line.brackets.empty()) continue;
      const auto& number = line.brackets.back().number;
      constexpr int kThousandths = 3;
      if (!number || number->decimals > kThousandths) continue;
      reading.*field.member = number->digits;
      for (int i = number->decimals; i < kThousandths; ++i) reading.*field.member *= 10;
    }
  }
  return reading;
}

std::string compare_parser(const p1rig_parser& parser) {
  for (const std::string& telegram : telegrams()) {
    const p1rig_reading expected = reading_of(telegram);
    p1rig_reading got = kNothing;
    if (parser.parse(telegram.data(), telegram.size(), &got) == 0) {
      return fmt::format("{} refuses\n{}", parser.name, telegram);
    }
    for (const Field& field : kFields) {
      const bool may_be_unknown = field.member != &p1rig_reading::import_1_wh;
      if (got.*field.member == expected.*field.member) continue;
      if (may_be_unknown && got.*field.member == P1RIG_UNKNOWN) continue;
      return fmt::format("{} says {} for {} of\n{}", parser.name, got.*field.member, field.code,
                         telegram);
    }
  }
  if (parser.checks_crc == 0) return {};
  std::string damaged = telegrams().front();
  const std::size_t power = damaged.find("1-0:1.7.0(") + std::string_view("1-0:1.7.0(").size();
  damaged[power] = damaged[power] == '0' ? '1' : '0';
  p1rig_reading got = kNothing;
  if (parser.parse(damaged.data(), damaged.size(), &got) == 0) return {};
  return fmt::format("{} takes a telegram whose CRC is wrong", parser.name);
}

void run_foreign(benchmark::State& state, const p1rig_parser& parser) {
  std::size_t next = 0, bytes = 0;
  for (auto _ : state) {
    const std::string& telegram = telegrams()[next];
    next = (next + 1) % kTelegrams;
    p1rig_reading reading = kNothing;
    benchmark::DoNotOptimize(parser.parse(telegram.data(), telegram.size(), &reading));
    benchmark::DoNotOptimize(reading);
    bytes += telegram.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(state.iterations());
}

void run_p1rig(benchmark::State& state) {
  TelegramDecoder decoder;
  std::size_t next = 0, bytes = 0;
  for (auto _ : state) {
    const std::string& telegram = telegrams()[next];
    next = (next + 1) % kTelegrams;
    benchmark::DoNotOptimize(check_crc(decoder.decode(telegram)));
    bytes += telegram.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(run_p1rig)->Name("parser/p1rig");

/// It is named before it is called: it may crash, or never return.
std::string compare_and_add(const ForeignParser& foreign, std::set<std::string_view>& names) try {
  fmt::print(stderr, "p1rig_bench: comparing the parser of {}\n", foreign.file);
  const p1rig_parser* const parser = foreign.get();
  if (parser == nullptr || parser->name == nullptr || parser->parse == nullptr) {
    return fmt::format("{} gives no parser with a name", foreign.file);
  }
  if (!names.insert(parser->name).second) {
    return fmt::format("two parsers are called {}", parser->name);
  }
  std::string difference = compare_parser(*parser);
  if (difference.empty()) {
    benchmark::RegisterBenchmark(
        fmt::format("parser/{}", parser->name).c_str(),
        [parser](benchmark::State& state) { run_foreign(state, *parser); });
  }
  return difference;
} catch (const std::exception& error) {
  return fmt::format("the parser of {} throws: {}", foreign.file, error.what());
} catch (...) {
  return fmt::format("the parser of {} throws", foreign.file);
}

}  // namespace

std::string compare_parsers() {
  std::set<std::string_view> names = {"p1rig"};
  for (const ForeignParser& parser : foreign_parsers()) {
    std::string difference = compare_and_add(parser, names);
    if (!difference.empty()) return difference;
  }
  return {};
}

}  // namespace p1rig::bench
