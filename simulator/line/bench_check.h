#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "protocol/result.h"

namespace p1rig {

/// Times of several rounds, from what the reader did to what it saw.
struct RoundTimes {
  std::chrono::microseconds median{}, longest{};
};

/// An output of the reader's port that an input of the meter's port follows.
struct FollowedLine {
  std::string output, input;  ///< "rts", "cts"
  bool inverted = false;
};

/// One thing that was tried.
struct BenchFinding {
  std::string name;  ///< "115200 8N1"
  bool passed = false;
  std::string detail;
};

/// What an adapter, or a pair, can do for a meter.
struct BenchCertificate {
  std::string meter, reader;                         ///< device files; the same one for a loop-back
  std::optional<int> meter_latency, reader_latency;  ///< timers of the chips, ms
  std::vector<FollowedLine> lines = {};
  std::vector<BenchFinding> findings = {};
  std::optional<RoundTimes> request_to_first_bit = {}, release_to_last_bit = {};

  bool passed() const;
};

/// Sends from the port `meter` to the port `reader` and watches the modem lines on the way back. The
/// same port twice is a loop-back: TX on RX and RTS on CTS. Takes about two seconds. Fails if a
/// port cannot be opened or is unplugged meanwhile.
Result<BenchCertificate> check_bench(const std::string& meter, const std::string& reader);

}  // namespace p1rig
