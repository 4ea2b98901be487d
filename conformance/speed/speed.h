#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/reader/reader_file.h"
#include "conformance/run/stimulus.h"
#include "conformance/run/subject.h"
#include "conformance/speed/rate_search.h"

namespace p1rig {

// How fast a reader is, measured from outside: telegrams go to its real endpoint, and each report
// says by its values which of them was received. All telegrams of a step are made before it begins,
// and reports are kept as they come and understood when it is over: the reader has the machine for
// itself. Nothing is lost on our side; a line that blocks slows us down, and that counts.

/// From the last byte of a telegram written to its report read.
struct SpeedLatency {
  std::chrono::nanoseconds p50{}, p99{}, longest{};
};

/// A number of telegrams at one rate.
struct SpeedStep {
  enum class Pace : std::uint8_t {
    kOneAtATime,  ///< each after the report of the one before
    kRate,
    kFull  ///< as fast as the line takes them
  };
  Pace pace = Pace::kRate;
  double rate = 0;  ///< asked for, telegrams a second; of kRate
  std::size_t sent = 0, told = 0;
  std::optional<std::size_t> first_lost = {};          ///< from 1
  std::size_t repeated = 0, damaged = 0, unknown = 0;  ///< reports that do not count
  bool kept_up = false;
  double reached = 0;  ///< telegrams a second, from the first sent to the last reported
  std::uint64_t bytes = 0;
  std::optional<SpeedLatency> latency = {};  ///< of those that were reported
  std::chrono::nanoseconds took{};
  std::optional<std::chrono::nanoseconds> processor = {};  ///< of the reader
  std::chrono::nanoseconds own_processor{};                ///< ours

  std::size_t lost() const { return sent - told; }
};

enum class SpeedVerdict : std::uint8_t {
  kMeasured,
  kLoses,         ///< telegrams are lost at any rate
  kSilent,        ///< it opens nothing, or reports nothing, or no longer does
  kEnded,         ///< it crashed, or ended
  kFloods,        ///< it reports far too much
  kBreach,        ///< it breaks the reader contract
  kUnmeasurable,  ///< this reader, meter or line cannot be measured like this
  kEnvironment,   ///< it could not be started
  kInterrupted
};

std::string_view to_string(SpeedVerdict verdict);

/// What limits a reader that was measured.
enum class SpeedLimit : std::uint8_t { kLoss, kReader, kHarness };

std::string_view to_string(SpeedLimit limit);

struct SpeedResult {
  std::string reader, version, endpoint, profile;
  SpeedVerdict verdict = SpeedVerdict::kMeasured;
  std::string message;  ///< the reason of a verdict, or what else is to be known
  // All of these only where it was measured.
  double telegrams_per_second = 0, bytes_per_second = 0;
  SpeedLimit limit = SpeedLimit::kLoss;
  std::optional<SpeedStep> relaxed = {};  ///< at the rate that latencies are quoted for
  std::optional<std::chrono::nanoseconds> processor_per_telegram = {};
  double processor_share = 0;  ///< of one core, at the sustained rate
  std::optional<std::uint64_t> peak_memory = {};
  std::vector<SpeedStep> steps = {};
};

struct SpeedSettings {
  Precision precision = {};
  std::chrono::milliseconds startup{15'000};
  std::chrono::milliseconds patience{10'000};
  std::chrono::milliseconds spacing{0};     ///< between telegrams that are sent one at a time
  std::optional<double> latency_rate = {};  ///< nothing: half of what it sustains
  bool unparsed = false;  ///< log lines of the subject are pieces of output that nobody has parsed
  std::vector<ReaderMapping> map = {};
  std::function<bool()> interrupted = {};
  std::function<std::chrono::nanoseconds()> own_processor = {};  ///< that we have taken so far
  std::function<void(const SpeedStep&)> told = {};
};

/// Makes the next telegram, another than all before.
using TelegramSupply = std::function<Stimulus()>;

/// Measures one reader, which is started and, when it is over, stopped. What the reader does is a
/// verdict, never an error.
SpeedResult measure_speed(Subject& subject, const TelegramSupply& supply,
                          const SpeedSettings& settings);

}  // namespace p1rig
