#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "protocol/result.h"
#include "simulator/line/recording.h"
#include "simulator/line/replay.h"

namespace p1rig {

/// What a meter sent, one packet of a recording after another; from the beginning again where it is
/// wanted more than once. Times continue then: the first packet follows the last one after as long a
/// pause as the recording's last, so that telegrams keep their distance.
class RecordedSteps {
 public:
  /// That many times; without a number, forever. Fails if the file is not a recording.
  static Result<RecordedSteps> open(std::string path, std::optional<std::uint64_t> times = 1);

  /// The next packet; nothing at the end, or where the file cannot be read further. A recording in
  /// which the meter sent nothing is not gone through again.
  std::optional<ReplayStep> next();

  /// Why it ended before the end; empty if it did not.
  const std::string& trouble() const { return trouble_; }

 private:
  RecordedSteps(std::string path, std::optional<std::uint64_t> times, RecordingReader reader);
  bool begin_again();
  std::chrono::nanoseconds due_at(std::chrono::nanoseconds since_first);

  std::string path_;
  std::optional<std::uint64_t> times_left_;  ///< after this one
  RecordingReader reader_;
  std::optional<MeterTime> first_;     ///< event of this round
  std::chrono::nanoseconds before_{};  ///< of the packet before, since the first event
  std::chrono::nanoseconds offset_{};  ///< of this round
  std::chrono::nanoseconds last_{};    ///< due
  std::chrono::nanoseconds pause_;     ///< the last one in the recording
  bool is_new_round_ = false;
  bool has_bytes_ = false;
  std::string trouble_;
};

}  // namespace p1rig
