#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "simulator/electric.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"
#include "simulator/state.h"

namespace p1rig {

/// A device on the M-Bus with what it counts between its captures.
struct LedgerDevice {
  MbusDevice shown;                 ///< as the port shows it
  std::int64_t counted = 0;         ///< what the device itself reads now
  std::optional<std::int64_t> use;  ///< fixed, in each capture period
  bool heard = true;                ///< its radio works
  bool gone = false;                ///< replaced by another one: only its last value is left
  std::int64_t wrong = 0;           ///< what it says instead in the next `wrong_captures`
  int wrong_captures = 0;
  std::chrono::seconds deviation{};  ///< of its clock from the meter's
  bool captured = false;  ///< by this meter; until then it shows neither time nor reading
  std::uint64_t stream = 0;
  /// A capture that is not on the port yet.
  struct Capture {
    std::optional<std::chrono::sys_seconds> time;  ///< nothing: the meter's clock is unset
    std::int64_t reading = 0;
  };
  std::optional<Capture> pending;
};

/// Everything that a meter has counted and experienced up to `now`. Plain values: a copy is a
/// checkpoint.
struct Ledger {
  std::chrono::sys_seconds now;
  std::size_t next_event = 0;
  std::shared_ptr<const Profile> profile;  ///< as which it prints
  MeterState state;                        ///< registers, counters, texts, logs, codes
  std::bitset<kQuantityCount> given;       ///< what the scenario has given a value, be it 0 or ""
  MeterState::Values registers_shown{};    ///< where registers follow in steps
  std::vector<LedgerDevice> devices;       ///< in channel order
  std::uint64_t devices_seen = 0;

  /// Import, export, reactive import and export, apparent import and export: mW s and so on, since
  /// the quarter-hour began.
  using Demands = std::array<std::int64_t, 6>;
  Demands quarter{};
  std::int64_t quarter_number = 0;         ///< of the running one, by the meter's clock
  std::chrono::sys_seconds month_begin{};  ///< likewise

  /// Since the ten minutes began.
  struct TenMinutes {
    std::int64_t measured = 0;              ///< seconds with supply
    std::int64_t import = 0, export_ = 0;   ///< mW s
    std::array<std::int64_t, 3> voltage{};  ///< mV s of each phase
  };
  TenMinutes ten_minutes;
  std::int64_t ten_minutes_number = 0;
  bool averaged = false;  ///< ten minutes have ended

  std::optional<std::chrono::sys_seconds> dark_since;  ///< the grid is down
  std::chrono::sys_seconds dark_until{};
  std::chrono::seconds boot{};
  bool exchanging = false;            ///< off because the meter is being exchanged
  std::chrono::sys_seconds booted{};  ///< silent before it: it boots, or is updated
  bool port_on = true;
  bool clock_unset = false;
  std::chrono::seconds deviation{};
  bool neutral = true;  ///< else it shows no voltage on L2

  struct Disturbance {
    std::int64_t voltage = 0;
    std::chrono::sys_seconds since, until;
  };
  std::array<std::optional<Disturbance>, 3> disturbances;

  bool dark() const { return dark_since.has_value(); }
};

}  // namespace p1rig
