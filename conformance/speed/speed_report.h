#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/speed/speed.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

/// What was measured in one run: readers side by side.
struct SpeedReport {
  std::uint64_t seed = 1;
  std::vector<SpeedResult> results;
};

/// For the terminal: a table of those that have numbers, and a line for each verdict and remark.
std::string console_report(const SpeedReport& report);

/// All that is known, by docs/benchmarks.md.
std::string json_report(const SpeedReport& report);
extern const OutputKind kSpeedJsonKind;

/// One self-contained picture: latency and loss over the rate, a colour a reader.
std::string svg_report(const SpeedReport& report);
extern const OutputKind kSpeedSvgKind;

/// The exit code: 0 all have a number, 1 one loses telegrams at any rate, 3 one broke
/// the contract, 4 environment, 75 one cannot be measured like this, 130 interrupted.
int exit_code(const SpeedReport& report);

}  // namespace p1rig
