#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "conformance/judge/one_meter.h"
#include "conformance/learn/learn_telegram.h"
#include "conformance/learn/learn_times.h"
#include "protocol/result.h"
#include "protocol/telegram.h"

namespace p1rig {

/// The telegrams of one meter, one after another: which is the richest, and what changes between them.
/// Memory grows by some numbers a telegram.
class SeriesLearner {
 public:
  explicit SeriesLearner(std::chrono::minutes normal_offset) : times_(normal_offset) {}

  /// The error says what shows that the telegram is of another meter.
  Result<void> take(const Telegram& telegram, TimeLearner::Received received);

  std::uint64_t telegrams() const { return telegrams_; }
  /// The telegram with most objects, and of those the longest.
  const std::string& richest() const { return richest_; }
  LearnedTimes times(const Dialect& dialect) const { return times_.finish(dialect); }
  NumberForms numbers() const;
  /// Objects that come and go, and values that never change.
  std::vector<std::string> notes() const;

 private:
  struct Seen {
    std::uint64_t count = 0, changes = 0;
    std::string last;
    std::vector<std::set<std::size_t>> widths;  ///< of the numbers in its brackets
  };
  void take_object(const DataLine& line);

  std::uint64_t telegrams_ = 0;
  std::string richest_;
  std::size_t most_objects_ = 0;
  OneMeter meter_;
  std::map<std::string, Seen> objects_;
  NumberForms numbers_;  ///< but for widths
  TimeLearner times_;
};

}  // namespace p1rig
