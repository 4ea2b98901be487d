#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/profile/table_values.h"
#include "simulator/scenario/scenario_file.h"

namespace p1rig {
namespace {

using std::chrono::seconds;

class EventReader {
 public:
  EventReader(const Profile& profile, const Scenario& scenario, Complaints& complaints)
      : profile_(profile), scenario_(scenario), complaints_(complaints) {}

  std::optional<Event> read(const Node& node) {
    TableReader table("[[event]]", &node, complaints_);
    Event event;
    const auto at = read_instant(table, "at", profile_.zone);
    if (table.node("at") == nullptr)
      table.complain("at", "is missing: when does the event happen?");
    event.at = at.value_or(scenario_.start);
    if (event.at < scenario_.start) table.complain("at", "is before the scenario's start");
    const auto kind = table.word("kind", event_kinds());
    if (!kind) {
      if (table.node("kind") == nullptr) table.complain("kind", "is missing");
      return std::nullopt;
    }
    what(*kind, table, event);
    table.finish();
    event.place = node.place;
    return event;
  }

 private:
  /// Limits for what happens to the meter. A year of silence is too long.
  static seconds lasting(TableReader& table, std::string_view key, seconds otherwise,
                         seconds least) {
    return read_seconds(table, key, otherwise, least, std::chrono::days{366});
  }

  static std::int64_t voltage(TableReader& table, std::string_view key) {
    return read_value(table, key, Dimension::kVoltage, QuantityKind::kInstant, "V");
  }

  static int channel(TableReader& table) {
    if (table.node("channel") == nullptr) table.complain("channel", "is missing: 1 to 4");
    return table.integer("channel", 1, 4).value_or(1);
  }

  void what(const std::string& kind, TableReader& table, Event& event) {
    if (kind == "power-failure") {
      PowerFailureEvent failure;
      failure.duration = lasting(table, "duration", seconds{1}, seconds{1});
      failure.boot = read_seconds(table, "boot", seconds{10}, seconds{0}, std::chrono::hours{1});
      if (table.node("duration") == nullptr) table.complain("duration", "is missing");
      event.what = failure;
    } else if (kind == "sag" || kind == "swell") {
      event.what = voltage_event(table, kind);
    } else if (kind == "set") {
      const Node* values = table.node("values");
      const bool none =
          values == nullptr || (values->table() != nullptr && values->table()->empty());
      if (none) {
        const std::string what = values == nullptr ? "is missing" : "is empty";
        table.complain("values", what + ": { \"limit.power\" = \"10 kW\" }");
      }
      event.what =
          SetEvent{values != nullptr ? read_assignments("values", *values, profile_, complaints_)
                                     : Assignments{}};
    } else if (kind == "breaker") {
      if (table.node("state") == nullptr) {
        table.complain("state", "is missing: 0, 1 or 2 (e-MUCS H 1.3 §3.2)");
      }
      const int state = table.integer("state", 0, 2).value_or(0);
      event.what = SetEvent{{{Quantity::kBreaker, std::to_string(state)}}};
    } else if (kind == "meter-exchange") {
      const Node* values = table.node("values");
      event.what = MeterExchangeEvent{
          values != nullptr ? read_assignments("values", *values, profile_, complaints_)
                            : Assignments{},
          lasting(table, "duration", seconds{600}, seconds{0})};
    } else if (kind == "message") {
      event.what = message(table);
    } else if (kind == "connect") {
      event.what = ConnectEvent{read_scenario_device(table, profile_)};
    } else if (kind == "disconnect") {
      event.what = DisconnectEvent{channel(table)};
    } else if (kind == "exchange") {
      ExchangeEvent exchange;
      exchange.old_stays = table.boolean("old_stays").value_or(true);
      exchange.device = read_scenario_device(table, profile_);
      exchange.channel = channel(table);
      exchange.device.device.channel = 0;
      event.what = std::move(exchange);
    } else if (kind == "radio-lost" || kind == "radio-back") {
      event.what = RadioEvent{channel(table), kind == "radio-lost"};
    } else if (kind == "valve") {
      if (table.node("state") == nullptr) table.complain("state", "is missing: 0 closes it");
      event.what = ValveEvent{channel(table), table.integer("state", 0, 9).value_or(0)};
    } else if (kind == "port-off" || kind == "port-on") {
      event.what = PortEvent{kind == "port-on"};
    } else if (kind.starts_with("request-")) {
      event.what = RequestEvent{kind == "request-on"    ? RequestEvent::kOn
                                : kind == "request-off" ? RequestEvent::kOff
                                                        : RequestEvent::kLine};
    } else if (kind == "reading") {
      event.what = reading_event(table);
    } else if (kind == "device-clock") {
      event.what = DeviceClockEvent{channel(table), deviation(table)};
      if (table.node("deviation_s") == nullptr) {
        table.complain("deviation_s", "is missing: 0 corrects the clock");
      }
    } else if (kind == "grid") {
      if (table.node("neutral") == nullptr) table.complain("neutral", "is missing: true or false");
      if (profile_.phases == 1) table.complain("kind", profile_.name + " has one phase");
      event.what = GridEvent{table.boolean("neutral").value_or(true)};
    } else {
      ClockEvent clock;
      clock.unset = table.boolean("unset").value_or(false);
      clock.deviation = deviation(table);
      if (table.node("unset") == nullptr && table.node("deviation_s") == nullptr) {
        table.complain("kind", "needs unset = true, or deviation_s: 0 corrects the clock");
      }
      if (clock.unset && profile_.layout.unset_time.empty()) {
        table.complain("unset",
                       profile_.name + " does not define what it prints then: [unset] time");
      }
      event.what = clock;
    }
  }

  static seconds deviation(TableReader& table) {
    constexpr std::int64_t kMost = seconds{std::chrono::days{36'525}}.count();
    return seconds{table.integer("deviation_s", -kMost, kMost).value_or(0)};
  }

  /// A reading is in the unit of its medium; of which the device is, the file says.
  static ReadingEvent reading_event(TableReader& table) {
    ReadingEvent event{channel(table), 0, 0};
    const auto name = table.word("medium", {"gas", "water", "heat", "cold", "electricity"});
    const Medium medium = name ? find_medium(*name).value_or(Medium::kGas) : Medium::kGas;
    if (table.node("reading") == nullptr) table.complain("reading", "is missing: \"0 m3\"");
    event.reading = read_reading(table, "reading", medium);
    event.captures = table.integer("captures", 1, 1000).value_or(0);
    return event;
  }

  VoltageEvent voltage_event(TableReader& table, const std::string& kind) {
    VoltageEvent sag;
    const std::string phase = table.string("phase").value_or("l1");
    const bool known = phase == "l1" || (profile_.phases == 3 && (phase == "l2" || phase == "l3"));
    if (!known) table.complain("phase", "\"" + phase + "\" is not a phase of " + profile_.name);
    sag.phase = known ? static_cast<std::size_t>(phase[1] - '1') : 0;
    sag.voltage = kind == "sag" ? 190'000 : 258'000;
    if (table.node("voltage") != nullptr) sag.voltage = voltage(table, "voltage");
    const bool low = sag.voltage < 207'000;
    if (kind == "sag" ? !low : sag.voltage <= 253'000) {
      table.complain("voltage", kind == "sag" ? "a sag is below 207 V" : "a swell is above 253 V");
    }
    constexpr std::int64_t kMostVoltage = 1'000'000;
    if (sag.voltage < 0 || sag.voltage > kMostVoltage) {
      table.complain("voltage", "expected 0 V to 1000 V");
    }
    sag.duration = lasting(table, "duration", seconds{60}, seconds{1});
    return sag;
  }

  static MessageEvent message(TableReader& table) {
    MessageEvent message{table.text("text").value_or(""), table.text("code").value_or("")};
    if (const auto checked = check_message(message.text); !checked) {
      table.complain("text", checked.error().message);
    }
    return message;
  }

  const Profile& profile_;
  const Scenario& scenario_;
  Complaints& complaints_;
};

}  // namespace

const std::vector<std::string_view>& event_kinds() {
  static const std::vector<std::string_view> kKinds = {
      "power-failure", "sag",      "swell",        "set",        "breaker",     "meter-exchange",
      "message",       "connect",  "disconnect",   "exchange",   "radio-lost",  "radio-back",
      "valve",         "port-off", "port-on",      "request-on", "request-off", "request-line",
      "clock",         "reading",  "device-clock", "grid"};
  return kKinds;
}

Assignments read_assignments(const std::string& name, const Node& node, const Profile& profile,
                             Complaints& complaints) {
  Assignments list;
  read_quantities(name, node, complaints,
                  [&](const QuantityRow& row, const std::string& text) -> Result<void> {
                    if (follows_from_loads(row.id)) return fail(std::string(kFollowsFromLoads));
                    list.emplace_back(row.id, text);
                    MeterState scratch;
                    return set_quantity(row, text, profile.zone, scratch);
                  });
  return list;
}

ScenarioDevice read_scenario_device(TableReader& table, const Profile& profile) {
  ScenarioDevice result{read_device(table, profile), std::nullopt};
  MbusDevice& device = result.device;
  device.id = table.required_string("id");
  device.channel = table.integer("channel", 1, 4).value_or(0);
  if (table.node("use") != nullptr) {
    result.use = read_reading(table, "use", device.medium);
    // A century of them, so that what it reads never grows too large.
    const std::int64_t captures = std::chrono::days{36'525} / profile.capture.period;
    if (*result.use > INT64_MAX / 16 / captures) table.complain("use", "is too large");
  }
  return result;
}

std::optional<Event> read_event(const Node& node, const Profile& profile, const Scenario& scenario,
                                Complaints& complaints) {
  return EventReader(profile, scenario, complaints).read(node);
}

}  // namespace p1rig
