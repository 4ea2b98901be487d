#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace p1rig {

/// That many telegrams, one every 1/rate seconds.
struct RateAttempt {
  double rate = 0;  ///< telegrams a second; 0: as fast as the line takes them
  std::size_t telegrams = 0;
  bool operator==(const RateAttempt&) const = default;
};

struct RateOutcome {
  bool lost = false;     ///< at least one telegram was never reported
  bool kept_up = false;  ///< they went out in time, and the reports did not fall behind
  double reached = 0;    ///< telegrams a second, from the first sent to the last reported
};

/// Looks for the highest rate at which a reader loses nothing: doubles the rate until a telegram is
/// lost or the reader takes no more, then narrows it down. Knows no reader and no clock.
///
/// A line that blocks protects its reader: if the rate cannot be kept and yet nothing is lost,
/// three runs as fast as the line takes telegrams decide, and the middle one is the result.
class RateSearch {
 public:
  enum class Limit : std::uint8_t {
    kLoss,  ///< at a higher rate telegrams are lost
    kPace   ///< nothing is lost at any rate: the reader or its line takes no more
  };

  /// The next thing to try; nothing once the rate is known. Answer each with tell().
  std::optional<RateAttempt> next() const;
  void tell(const RateOutcome& outcome);

  /// Telegrams a second; 0 if each rate that was tried lost some.
  double rate() const { return low_; }
  Limit limit() const { return limit_; }

 private:
  enum class Phase : std::uint8_t { kDoubling, kHalving, kFull, kNarrowing, kConfirming, kDone };

  void narrow();
  void tell_full(const RateOutcome& outcome);

  Phase phase_ = Phase::kDoubling;
  Limit limit_ = Limit::kLoss;
  double rate_ = 8;  ///< that is tried
  double low_ = 0, high_ = 0;
  int tries_ = 0;
  std::vector<double> reached_;  ///< by the runs without a rate
};

}  // namespace p1rig
