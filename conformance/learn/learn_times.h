#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/dialect.h"
#include "protocol/telegram.h"

namespace p1rig {

/// What the telegrams of a meter say about its clockwork. Nothing where they do not.
struct LearnedTimes {
  std::optional<std::chrono::seconds> period;
  bool counts_from_request = false;  ///< not on multiples of the period
  std::optional<std::chrono::seconds> capture_period, capture_offset, capture_spread, capture_delay;
  std::optional<std::chrono::seconds> register_update;
  std::optional<std::chrono::seconds> phase_skew;
  bool delay_is_known = false;     ///< readings came anew
  std::vector<std::string> notes;  ///< what was inferred from how much, and what cannot be known
};

/// Looks at telegram after telegram. Keeps some numbers of each, not the bytes.
class TimeLearner {
 public:
  using Received = std::optional<std::chrono::nanoseconds>;

  /// Of a clock whose standard time is so far from UTC.
  explicit TimeLearner(std::chrono::minutes normal_offset) : normal_offset_(normal_offset) {}

  /// `received`: when it began to come, on any clock; nothing if that is not known.
  void take(const Telegram& telegram, Received received);
  LearnedTimes finish(const Dialect& dialect) const;

 private:
  struct Moment {
    std::optional<std::int64_t> clock;                ///< message time in s
    std::optional<double> received;                   ///< s
    std::optional<std::int64_t> total_mw, phases_mw;  ///< import less export
    std::uint64_t registers = 0;                      ///< a number that changes with any register
  };
  struct Capture {
    std::int64_t time = 0;                    ///< of the reading
    std::optional<std::int64_t> first_shown;  ///< message time; nothing for the first one
  };

  void learn_period(LearnedTimes& times) const;
  void learn_jitter(LearnedTimes& times) const;
  void learn_phase(LearnedTimes& times) const;
  void learn_captures(const Dialect& dialect, LearnedTimes& times) const;
  bool learn_spread(LearnedTimes& times) const;
  void learn_delay(std::int64_t period, LearnedTimes& times) const;
  void learn_update(LearnedTimes& times) const;
  void learn_skew(LearnedTimes& times) const;

  std::chrono::minutes normal_offset_;
  std::vector<Moment> moments_;
  std::map<int, std::vector<Capture>> captures_;  ///< by channel
};

}  // namespace p1rig
