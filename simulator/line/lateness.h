#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace p1rig {

/// Delays, in a histogram of fixed size: a session may run for months. Quantiles are
/// exact to 1/16 of their value, the maximum is exact.
class Lateness {
 public:
  /// Counts one; earlier than due counts as not late at all.
  void add(std::chrono::nanoseconds late);

  std::uint64_t count() const { return count_; }
  std::chrono::nanoseconds max() const { return max_; }

  /// The lateness that a share of `q` (0 to 1) of all did not exceed; 0 where nothing was counted.
  std::chrono::nanoseconds quantile(double q) const;

 private:
  static constexpr std::size_t kBuckets = 61 * 16;
  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds max_{};
};

}  // namespace p1rig
