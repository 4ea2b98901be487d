#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace p1rig {

/// How the counter of a frame follows on that of the previous frame (LUX-P1 1.1.3 §3.2.5).
enum class CounterStep {
  kFirst,     ///< of this line, or of another meter on it
  kNext,      ///< one more
  kGap,       ///< more than one more: frames were lost, or the meter restarted
  kReset,     ///< 0: the key was changed, or the meter forgot its counter
  kRepeated,  ///< the same again
  kFell       ///< to a counter other than 0: an old frame, sent again
};

/// Remembers the counter of one meter.
class FrameCounterTrack {
 public:
  /// A counter that repeated or fell does not count for the next step. Two times 0 is a repetition.
  CounterStep step(std::string_view title, std::uint32_t counter);

  /// Before the first step: empty and 0.
  std::string_view title() const { return title_; }
  std::uint32_t last() const { return last_; }

 private:
  std::string title_;
  std::uint32_t last_ = 0;
};

}  // namespace p1rig
