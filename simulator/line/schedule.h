#pragma once

#include <chrono>
#include <optional>

#include "simulator/line/clock.h"
#include "simulator/schedule_settings.h"

namespace p1rig {

/// From edges of Data Request to starts of telegrams, in the meter's own time.
///
/// The period is counted from start to start: "every 10 seconds" with a transfer of at most 8 s
/// leaves 2 s of silence (DSMR-P1 3.0 §4.4, 4.2.2 §4.5), and 1 s leaves what the telegram does not
/// need (DSMR-P1 5.0.2 §6.1). Counting from the end would let the meter drift by the length of its
/// telegrams.
///
/// A meter in free phase sends on the multiples of its period, in edge phase at the request and
/// every period after it. The first telegram after a request comes at once in either (DSMR-P1 5.0.2
/// §6.2), except that free phase waits for its multiple where that is not further away than `first`
/// (LUX-P1 1.1.3 §3.2.1 allows 1 s). A start that falls into a telegram still on its way is left
/// out.
class Schedule {
 public:
  explicit Schedule(const ScheduleSettings& settings) : settings_(settings) {}

  /// Data Request has long been active at `now`: nothing is sent at once in free phase.
  void assume_requested(MeterTime now);

  /// Data Request became active.
  void request(MeterTime now);

  /// Data Request was released. True if the telegram on its way is to be cut here.
  bool release();

  /// When the next telegram starts, or nothing while Data Request is inactive.
  std::optional<MeterTime> next_start() const { return next_; }

  /// The telegram of next_start() has begun and takes `duration` of the meter's time.
  void begin(std::chrono::nanoseconds duration);

  /// Leaves out the starts before `now`: the host slept.
  void skip_to(MeterTime now);

 private:
  MeterTime first_start_from(MeterTime earliest) const;

  ScheduleSettings settings_;
  MeterTime origin_{};      ///< starts are whole periods away from here
  MeterTime busy_until_{};  ///< the telegram on its way ends here
  std::optional<MeterTime> next_;
};

}  // namespace p1rig
