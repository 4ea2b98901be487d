#include "conformance/speed/rate_search.h"

#include <algorithm>
#include <cmath>

namespace p1rig {
namespace {

constexpr double kLowest = 1;
constexpr double kHighest = 1'000'000;
constexpr std::size_t kFullRuns = 3;
constexpr int kNarrowings = 4;
constexpr double kNarrowEnough = 1.06;
constexpr int kConfirmations = 4;
constexpr double kStepBack = 1.5;

/// What goes out in so many seconds, within bounds: a few telegrams show nothing, and of many a
/// reader with a queue takes long.
std::size_t telegrams_in(double seconds, double rate) {
  constexpr double kFewest = 16, kMost = 4000;
  return static_cast<std::size_t>(std::clamp(seconds * rate, kFewest, kMost));
}

}  // namespace

std::optional<RateAttempt> RateSearch::next() const {
  switch (phase_) {
    case Phase::kDone:
      return std::nullopt;
    case Phase::kFull:
      return RateAttempt{.rate = 0, .telegrams = telegrams_in(2, rate_)};
    case Phase::kConfirming:
      return RateAttempt{.rate = rate_, .telegrams = telegrams_in(2, rate_)};
    case Phase::kDoubling:
    case Phase::kHalving:
    case Phase::kNarrowing:
      break;
  }
  return RateAttempt{.rate = rate_, .telegrams = telegrams_in(1, rate_)};
}

void RateSearch::tell(const RateOutcome& outcome) {
  switch (phase_) {
    case Phase::kDoubling:
      if (outcome.lost) {
        high_ = rate_;
        phase_ = low_ > 0 ? Phase::kNarrowing : Phase::kHalving;
        if (low_ > 0) return narrow();
        rate_ /= 2;
      } else if (outcome.kept_up && 2 * rate_ <= kHighest) {
        low_ = rate_;
        rate_ *= 2;
      } else {
        phase_ = Phase::kFull;
      }
      return;
    case Phase::kHalving:
      if (!outcome.lost) {
        low_ = rate_;
        return narrow();
      }
      high_ = rate_;
      rate_ /= 2;
      if (rate_ < kLowest) phase_ = Phase::kDone;
      return;
    case Phase::kFull:
      return tell_full(outcome);
    case Phase::kNarrowing:
      ++tries_;
      if (outcome.lost) {
        high_ = rate_;
      } else {
        low_ = outcome.kept_up ? rate_ : std::clamp(outcome.reached, low_, rate_);
      }
      return narrow();
    case Phase::kConfirming:
      if (!outcome.lost) {
        phase_ = Phase::kDone;
        return;
      }
      low_ = rate_ = rate_ / kStepBack;
      if (++tries_ < kConfirmations && rate_ >= kLowest) return;
      low_ = 0;
      phase_ = Phase::kDone;
      return;
    case Phase::kDone:
      return;
  }
}

void RateSearch::tell_full(const RateOutcome& outcome) {
  if (outcome.lost) {
    // What it was given at most it was given here, or when it could not keep up before.
    high_ = std::max(outcome.reached, rate_);
    if (low_ > 0) return narrow();
    rate_ /= 2;
    phase_ = Phase::kHalving;
    return;
  }
  reached_.push_back(outcome.reached);
  if (reached_.size() < kFullRuns) return;
  std::ranges::sort(reached_);
  low_ = reached_[kFullRuns / 2];
  limit_ = Limit::kPace;
  phase_ = Phase::kDone;
}

/// Goes on between the bounds; confirms the lower one where they are close.
void RateSearch::narrow() {
  if (tries_ < kNarrowings && high_ > low_ * kNarrowEnough) {
    phase_ = Phase::kNarrowing;
    rate_ = std::sqrt(low_ * high_);
    return;
  }
  phase_ = Phase::kConfirming;
  rate_ = low_;
  tries_ = 0;
}

}  // namespace p1rig
