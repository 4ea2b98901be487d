#pragma once

#include <chrono>

namespace p1rig {

/// Time that never jumps: everything that is due is due in it.
using SteadyTime = std::chrono::steady_clock::time_point;

/// Time of day, with the fractions of a second that a Data Request edge has. Also the time that a
/// meter's own clock shows, which `--start` and `--speed` part from that of the host.
using MeterTime = std::chrono::sys_time<std::chrono::nanoseconds>;

/// Where the line asks for the time. Tests move it by hand: no test sleeps.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime now() const = 0;
  virtual MeterTime time_of_day() const = 0;
};

/// The clock of the host.
class RealClock final : public Clock {
 public:
  SteadyTime now() const override { return std::chrono::steady_clock::now(); }
  MeterTime time_of_day() const override { return std::chrono::system_clock::now(); }
};

/// Stands still until it is moved.
class FakeClock final : public Clock {
 public:
  SteadyTime now() const override { return now_; }
  MeterTime time_of_day() const override { return start_ + now_.time_since_epoch(); }

  void set(SteadyTime now) { now_ = now; }
  void advance(std::chrono::nanoseconds by) { now_ += by; }

 private:
  SteadyTime now_{};
  MeterTime start_{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
};

}  // namespace p1rig
