#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/obis.h"
#include "protocol/result.h"
#include "simulator/files/document.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/calendar.h"
#include "simulator/scenario/load.h"
#include "simulator/state.h"

namespace p1rig {

// A scenario is what happens to a meter: a start, loads, and events at whole seconds
// (docs/scenarios.md). It is data; simulator/meter/meter.h turns it into states.

using Assignments = std::vector<std::pair<Quantity, std::string>>;  ///< values as they are written

/// A device on the M-Bus from some moment on.
struct ScenarioDevice {
  MbusDevice device;
  std::optional<std::int64_t> use;  ///< in each capture period; nothing: as such a device is used
};

/// The grid fails: the meter is silent and its +5 V is gone; afterwards it boots.
struct PowerFailureEvent {
  std::chrono::seconds duration{};
  std::chrono::seconds boot{10};
};
/// A voltage sag or swell (DSMR-P1 5.0.2 §6.12; counted from 30 s on, below 207 V, above 253 V).
struct VoltageEvent {
  std::size_t phase = 0;
  std::int64_t voltage = 0;  ///< mV
  std::chrono::seconds duration{};
};
/// Any quantities take new values: limits, relays, ids, the breaker.
struct SetEvent {
  Assignments values;
};
/// Another meter is installed: registers, counters, logs and peaks start over.
struct MeterExchangeEvent {
  Assignments values;
  std::chrono::seconds duration{};  ///< without supply meanwhile
};
/// A text message and its code; both empty clear it.
struct MessageEvent {
  std::string text, code;
};
struct ConnectEvent {
  ScenarioDevice device;
};
struct DisconnectEvent {
  int channel = 1;
};
/// A new device takes over from the one on `channel`, on a channel of its own; the old one stays
/// with its last value, or leaves.
struct ExchangeEvent {
  int channel = 1;
  ScenarioDevice device;
  bool old_stays = true;
};
/// The radio of a device is lost: its capture time stands still; or it is back.
struct RadioEvent {
  int channel = 1;
  bool lost = true;
};
struct ValveEvent {
  int channel = 1;
  std::int64_t state = 1;
};
/// The register of a device jumps, or is wrong for some captures and then what it was.
struct ReadingEvent {
  int channel = 1;
  std::int64_t reading = 0;
  int captures = 0;  ///< so many show it; 0: all from now on count from there
};
/// The clock of a device, whose times its captures bear, deviates from the meter's from now on.
struct DeviceClockEvent {
  int channel = 1;
  std::chrono::seconds deviation{};
};
/// How the meter is connected: to three phases and neutral, or to a grid of 3 x 230 V without neutral,
/// where it shows 0 V on L2.
struct GridEvent {
  bool neutral = true;
};
/// The operator switches the port off or on.
struct PortEvent {
  bool on = true;
};
/// The meter's clock is unset, or deviates from now on.
struct ClockEvent {
  bool unset = false;
  std::chrono::seconds deviation{};
};

/// Data Request becomes active, or is released, whatever the lines say; or is theirs again.
struct RequestEvent {
  enum Who { kLine, kOn, kOff };  ///< kLine: what the lines say holds again
  Who who = kOn;
};

struct Event {
  std::chrono::sys_seconds at;
  std::variant<PowerFailureEvent, VoltageEvent, SetEvent, MeterExchangeEvent, MessageEvent,
               ConnectEvent, DisconnectEvent, ExchangeEvent, RadioEvent, ValveEvent, PortEvent,
               ClockEvent, RequestEvent, ReadingEvent, DeviceClockEvent, GridEvent>
      what;
  Place place;  ///< in the scenario's file
};

struct Scenario {
  std::string name;
  std::string file;
  std::string title;
  std::string made_for;  ///< a profile that it suits, for checking
  std::chrono::sys_seconds start;
  bool own_start = true;  ///< of the file; otherwise `start` is the beginning of 2000 for all
  std::optional<std::chrono::sys_seconds>
      begin;  ///< of the window that it is about, after the start
  std::optional<std::chrono::sys_seconds> until;  ///< its end
  Calendar calendar;
  std::int64_t voltage = 230'000;  ///< mV, nominal
  Assignments values;
  std::optional<std::vector<ScenarioDevice>> devices;  ///< instead of the profile's own
  std::vector<Load> loads;
  std::vector<Event> events;                      ///< in the order of time
  std::vector<Obis> readout;                      ///< objects that the port shows; empty: all
  std::shared_ptr<const Document> document = {};  ///< that it was read from, if any

  /// Where the window that it is about begins: `moment` if it has no start of its own.
  std::chrono::sys_seconds window_from(std::chrono::sys_seconds moment) const {
    return begin ? *begin : own_start ? start : moment;
  }
};

/// Loads a scenario for a meter of `profile`. Times without zone are the meter's own. One that gives no
/// start begins with the year 2000, the first that a telegram can show, so that all moments are of one
/// life. The error has a line for each thing that is wrong, contradictions with the profile included.
Result<Scenario> load_scenario(const std::filesystem::path& file, const Profile& profile);

/// By name (profiles/scenarios/) or path; the error of an unknown name suggests the nearest.
Result<Scenario> find_scenario(std::string_view name, const Profile& profile);

std::map<std::string, std::filesystem::path> list_scenarios();

/// What the list of scenarios shows of one; needs no profile.
struct ScenarioHead {
  std::string title, made_for, start;
};
Result<ScenarioHead> read_scenario_head(const std::filesystem::path& file);

}  // namespace p1rig
