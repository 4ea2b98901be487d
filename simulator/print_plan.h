#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "simulator/layout.h"
#include "simulator/print_run.h"
#include "simulator/state.h"
#include "simulator/zone.h"

namespace p1rig {

/// How a layout is printed: stretches of a fixed length (print_run.h), and
/// between them what may be longer or shorter: texts, lists, numbers with a
/// sign, the devices. Compiled once for all meters.
class PrintPlan {
 public:
  explicit PrintPlan(const Layout& layout);

  /// Appends the telegram of a state, from '/' to the line end after the CRC.
  void print(const MeterState& state, const Zone& zone, std::string& out) const;

  /// The same for a layout whose holes ask for nothing but values: those of
  /// `values`, in the order of their quantities.
  void print(const std::int64_t* values, const Zone& zone, std::string& out) const;

 private:
  struct Step {
    enum class Kind : std::uint8_t { kRun, kHole, kFailures, kPeaks, kDevices, kCrc };
    Kind kind = Kind::kRun;
    PrintRun run;
    Segment segment;  ///< of all but runs
    PrintInputs::Bank bank = PrintInputs::kValues;
    std::size_t slot = 0;
    std::vector<Step> body;
    PrintRun tail;
  };
  using Steps = std::vector<Step>;
  class Compiler;
  class Printer;

  Steps telegram_;
  std::array<std::array<Steps, 4>, kMediumCount> mbus_;
  std::string unset_time_;
};

}  // namespace p1rig
