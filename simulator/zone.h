#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "protocol/result.h"
#include "protocol/timestamp.h"

namespace p1rig {

/// The clock of a meter: an IANA zone. Summer time prints S, standard time W (DSMR-P1 5.0.2 §6.4).
class Zone {
 public:
  /// The zone with this IANA name, such as "Europe/Amsterdam".
  static Result<Zone> find(std::string_view name);

  Timestamp local(std::chrono::sys_seconds instant) const;

  /// The offset to UTC at that instant.
  std::chrono::seconds offset(std::chrono::sys_seconds instant) const;

  /// The first instant after it at which the offset, or summer time, may be another one.
  std::chrono::sys_seconds next_switch(std::chrono::sys_seconds instant) const;

  /// The instant that the zone's clock writes so. Without letter it must be unambiguous. An error
  /// for what no clock there ever shows: impossible dates, the gap in spring, S in winter.
  Result<std::chrono::sys_seconds> instant(const Timestamp& local) const;

  /// An instant from "2026-10-25T00:30:00Z", with an offset "+01:00" instead of Z, or in the
  /// meter's own form "261025023000S"; seconds may be left out of ISO times, the letter nowhere
  /// else than where the time is unambiguous.
  Result<std::chrono::sys_seconds> parse_instant(std::string_view text) const;

  const std::string& name() const { return name_; }

 private:
  struct Rules;
  std::string name_;
  std::shared_ptr<const Rules> rules_;
};

}  // namespace p1rig
