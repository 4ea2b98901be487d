#include "simulator/line/lateness.h"

#include <algorithm>
#include <bit>

namespace p1rig {
namespace {

// 16 buckets per power of two: values below 16 have one each.
constexpr int kSubBits = 4;
constexpr std::uint64_t kSub = 1 << kSubBits;

std::size_t bucket_of(std::uint64_t value) {
  if (value < kSub) return value;
  const int shift = 63 - std::countl_zero(value) - kSubBits;
  return (static_cast<std::size_t>(shift) + 1) * kSub + ((value >> shift) & (kSub - 1));
}

std::uint64_t last_of_bucket(std::size_t bucket) {
  if (bucket < kSub) return bucket;
  const std::size_t shift = bucket / kSub - 1;
  return ((kSub + bucket % kSub + 1) << shift) - 1;
}

}  // namespace

void Lateness::add(std::chrono::nanoseconds late) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(0, late.count()));
  ++buckets_[bucket_of(value)];
  ++count_;
  max_ = std::max(max_, late);
}

std::chrono::nanoseconds Lateness::quantile(double q) const {
  const auto wanted = static_cast<std::uint64_t>(q * static_cast<double>(count_) + 0.5);
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets && count_ > 0; ++bucket) {
    seen += buckets_[bucket];
    if (seen == 0 || seen < wanted) continue;
    const auto last = static_cast<std::int64_t>(last_of_bucket(bucket));
    return std::min(max_, std::chrono::nanoseconds(last));
  }
  return {};
}

}  // namespace p1rig
