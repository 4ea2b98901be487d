#include "simulator/line/schedule.h"

#include <algorithm>

namespace p1rig {

void Schedule::assume_requested(MeterTime now) {
  origin_ = settings_.phase == Phase::kEdge ? now : MeterTime{};
  next_ = first_start_from(now);
}

void Schedule::request(MeterTime now) {
  if (next_) return;
  const MeterTime earliest = std::max(now, busy_until_);
  if (settings_.phase == Phase::kEdge) {
    origin_ = earliest;
    next_ = earliest;
    return;
  }
  origin_ = MeterTime{};
  const MeterTime multiple = first_start_from(earliest);
  next_ = multiple - earliest <= settings_.first ? multiple : earliest;
}

bool Schedule::release() {
  next_.reset();
  if (settings_.on_release == OnRelease::kFinish) return false;
  busy_until_ = {};
  return true;
}

void Schedule::begin(std::chrono::nanoseconds duration) {
  if (!next_) return;
  busy_until_ = *next_ + duration;
  next_ = first_start_from(std::max(busy_until_, *next_ + std::chrono::nanoseconds(1)));
}

void Schedule::skip_to(MeterTime now) {
  if (next_ && *next_ < now) next_ = first_start_from(now);
}

MeterTime Schedule::first_start_from(MeterTime earliest) const {
  const std::chrono::nanoseconds period = settings_.period;
  const std::chrono::nanoseconds past = (earliest - origin_) % period;
  if (past == past.zero()) return earliest;
  return earliest - past + (past > past.zero() ? period : past.zero());
}

}  // namespace p1rig
