#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/meter/ledger.h"
#include "simulator/meter/meter.h"
#include "simulator/render/render.h"

namespace p1rig {

// How a meter runs its scenario: meter.cpp advances in time and shows the state, from
// meter_events.cpp comes what happens to it, from meter_intervals.cpp its averages and peaks.

inline constexpr std::int64_t kMinute = 60;
inline constexpr std::int64_t kTenMinutes = 600;
inline constexpr std::int64_t kQuarter = kDemandSeconds;

/// The n-th quantity from `first` on: phases and tariffs follow one another in the table.
inline Quantity nth(Quantity first, std::size_t n) {
  return static_cast<Quantity>(static_cast<std::size_t>(first) + n);
}

inline constexpr auto kTimeIndex = static_cast<std::size_t>(Quantity::kTime);

/// How many averages over ten minutes there are, from that of the voltage of L1 on.
inline constexpr std::size_t kAverages = 6;

/// The average of the running demand interval, of the last one, and the highest of the month.
struct DemandRow {
  Quantity now, last, max;
};
inline constexpr std::array<DemandRow, 6> kDemands = {{
    {Quantity::kDemandImport, Quantity::kDemandLastImport, Quantity::kDemandMaxImport},
    {Quantity::kDemandExport, Quantity::kDemandLastExport, Quantity::kDemandMaxExport},
    {Quantity::kDemandReactiveImport, Quantity::kDemandLastReactiveImport,
     Quantity::kDemandMaxReactiveImport},
    {Quantity::kDemandReactiveExport, Quantity::kDemandLastReactiveExport,
     Quantity::kDemandMaxReactiveExport},
    {Quantity::kDemandApparentImport, Quantity::kDemandLastApparentImport,
     Quantity::kDemandMaxApparentImport},
    {Quantity::kDemandApparentExport, Quantity::kDemandLastApparentExport,
     Quantity::kDemandMaxApparentExport},
}};

/// The number of the period, counted from 1970 on, that `t` is in.
inline std::int64_t interval_of(std::chrono::sys_seconds t, std::int64_t period) {
  const std::int64_t count = t.time_since_epoch().count();
  return (count >= 0 ? count : count - period + 1) / period;
}

/// The first multiple of the period after `t`.
inline std::chrono::sys_seconds next_multiple(std::chrono::sys_seconds t, std::int64_t period) {
  return std::chrono::sys_seconds{std::chrono::seconds{(interval_of(t, period) + 1) * period}};
}

/// Calls each(register, power) for all registers that count at that flow, in that tariff.
template <class Each>
void each_counted(const Flow& flow, int tariff, Each&& each) {
  each(Quantity::kEnergyImport, flow.import);
  each(Quantity::kEnergyExport, flow.export_);
  each(Quantity::kEnergyAbsolute, flow.import + flow.export_);
  each(Quantity::kReactiveImport, flow.reactive_import);
  each(Quantity::kReactiveExport, flow.reactive_export);
  for (std::size_t q = 0; q < 4; ++q) each(nth(Quantity::kReactiveQ1, q), flow.quadrant[q]);
  if (tariff >= 1 && tariff <= 5) {
    const auto index = static_cast<std::size_t>(tariff - 1);
    each(nth(Quantity::kEnergyImportT1, index), flow.import);
    each(nth(Quantity::kEnergyExportT1, index), flow.export_);
  }
  if (tariff >= 1 && tariff <= 4) {  // no known meter counts reactive energy in a fifth
    const auto index = static_cast<std::size_t>(tariff - 1);
    each(nth(Quantity::kReactiveImportT1, index), flow.reactive_import);
    each(nth(Quantity::kReactiveExportT1, index), flow.reactive_export);
  }
}

/// The powers whose averages the demands are; those of apparent power only if they are asked for.
Ledger::Demands demands_of(const Flow& flow, bool apparent);

struct Meter::Impl {
  std::shared_ptr<const Profile>
      installed;  ///< at the start; what it prints as now, the ledger says
  std::shared_ptr<const Scenario> scenario;
  std::uint64_t seed, id_seed;
  Ledger ledger = {};

  // What only some profiles show and what costs time; of all that it prints as.
  bool follows_month = false;     ///< the values at the end of the last month
  bool follows_apparent = false;  ///< averages of apparent power

  /// Telegrams are printed one from the other until something happens.
  struct Printing {
    std::shared_ptr<const Profile> profile = {};  ///< whose telegrams they are
    SteadyPrinter printer = {};
    std::chrono::sys_seconds now, until;  ///< the second printed last; equal where it leads nowhere
  };
  Printing printing = {};

  /// Whether it sends from `from` on, as far as nothing happens; valid before `until`.
  struct Sending {
    std::chrono::sys_seconds from, until, booted;  ///< from equals until where it is not known
    bool on = false;
    std::shared_ptr<const Profile> profile = {};  ///< as which it prints
  };
  Sending sending = {};
  const Sending& sending_at(std::chrono::sys_seconds t);

  std::size_t effort = 0;  ///< steps taken and kinds of days added up

  // what flows
  PhaseLoads loads_at(const Ledger& at, std::chrono::sys_seconds t) const;
  /// Nominal, a slow wobble of the grid, and a volt less for each 3 kW drawn; none while dark.
  std::int64_t voltage(const Ledger& at, std::int64_t active, std::size_t phase,
                       std::chrono::sys_seconds t) const;
  void integrate(const PhaseLoads& loads, int tariff, std::int64_t elapsed);

  // going on in time
  void look_ahead();
  void restart();
  /// Totals that the profile does not give are the sums of their tariffs.
  void complete_totals();
  void assign(Quantity quantity, const std::string& text);
  void advance(std::chrono::sys_seconds t);
  /// Second by second, in effect.
  void step_to(std::chrono::sys_seconds t);
  std::chrono::sys_seconds next_boundary() const;
  /// All that falls on the second `now`: intervals end first, then events happen.
  void happen();
  void minute_ends();
  /// The meter's own clock, whether or not it knows that it has one.
  std::chrono::sys_seconds clock_time() const;
  /// What that clock says of now.
  std::int64_t clock_now() const;
  std::optional<std::chrono::sys_seconds> known_time_now() const;
  int tariff_now() const;

  // over many days at once (meter_leap.cpp)
  class DayKinds;
  /// Not further than to where stepping to `t` leaves nothing that tells.
  void leap_towards(std::chrono::sys_seconds t);
  bool leap(std::chrono::sys_seconds limit);
  bool calm() const;
  std::chrono::sys_seconds next_incident() const;
  std::chrono::seconds settling() const;

  // intervals
  void begin_intervals();
  /// Ends those that are over by the meter's clock.
  void end_intervals();
  void end_month();
  void ten_minutes_end();
  /// Until ten minutes have ended, the averages are what is measured now.
  void begin_averages();
  void quarter_ends();
  void month_ends();
  /// The local midnight with which the month of `t` begins.
  std::chrono::sys_seconds month_start(std::chrono::sys_seconds t) const;

  // the M-Bus
  /// The first capture after `t`, and the last one until `t`.
  std::chrono::sys_seconds next_capture(std::chrono::sys_seconds t) const;
  std::chrono::sys_seconds last_capture(std::chrono::sys_seconds t) const;
  std::chrono::sys_seconds last_shown_capture(std::chrono::sys_seconds t) const;
  void capture(std::chrono::sys_seconds now);
  LedgerDevice* device_on(int channel);
  void connect(const ScenarioDevice& device);

  // events
  void take(const PowerFailureEvent& failure);
  void power_returns();
  void take(const VoltageEvent& event);
  void end_disturbance(std::size_t phase);
  void take(const SetEvent& event);
  void take(const MeterExchangeEvent& event);
  void take(const MessageEvent& message);
  void take(const ConnectEvent& event);
  void take(const DisconnectEvent& event);
  void take(const ExchangeEvent& event);
  void take(const RadioEvent& event);
  void take(const ValveEvent& event);
  void take(const PortEvent& event);
  void take(const RequestEvent&);
  void take(const ClockEvent& event);
  void take(const ReadingEvent& event);
  void take(const DeviceClockEvent& event);
  void take(const GridEvent& event);
  void take(const ReadoutEvent& event);
  void take(const FirmwareEvent& event);

  // what it shows
  MeterState shown() const;
  /// Until when nothing changes but what grows evenly, and that.
  std::chrono::sys_seconds steady_until() const;
  std::vector<Growth> growths() const;
  void print(std::chrono::sys_seconds t, std::string& telegram);
};

}  // namespace p1rig
