// All contests in one program, so that their benchmarks run interleaved and ratios mean something
// (docs/benchmarks.md). scripts/bench.sh runs it and judges the ratios.
//   p1rig_bench --generate N     times nothing, only makes N telegrams

#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <array>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bench/contest.h"
#include "protocol/crc16_paths.h"

namespace {

struct Comparison {
  std::string_view contest;
  std::string (*compare)();
};

constexpr std::array kComparisons = {
    Comparison{"crc", p1rig::bench::compare_crcs},
    Comparison{"generator", p1rig::bench::compare_generators},
    Comparison{"parser", p1rig::bench::compare_parsers},
    Comparison{"reader", p1rig::bench::compare_readers},
    Comparison{"sealed", p1rig::bench::compare_sealers},
};

}  // namespace

int main(int count, char** words) {
  if (count == 3 && std::string_view(words[1]) == "--generate") {
    p1rig::bench::generate(std::atoi(words[2]));
    return 0;
  }
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 2;
  benchmark::AddCustomContext("crc", std::string(p1rig::crc_path().name));
  for (const Comparison& comparison : kComparisons) {
    const std::string difference = comparison.compare();
    if (difference.empty()) continue;
    fmt::print(stderr, "p1rig_bench: {}: {}; nothing is timed\n", comparison.contest, difference);
    return 1;
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
