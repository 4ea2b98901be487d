// The events of a scenario's file: a row for each kind, with the function that reads its keys.

#include "simulator/scenario/scenario_events.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "protocol/wording.h"
#include "simulator/profile/table_values.h"
#include "simulator/scenario/scenario_file.h"

namespace p1rig {
namespace {

using std::chrono::seconds;

/// Each is a telegram of its own in memory; more are no scenario but a mistake.
constexpr std::size_t kMostTelegrams = 256;

int read_channel(TableReader& table) {
  if (table.node("channel") == nullptr) table.complain("channel", "is missing: 1 to 4");
  return table.integer("channel", 1, 4).value_or(1);
}

/// Limits for what happens to the meter. A year of silence is too long.
seconds read_lasting(TableReader& table, std::string_view key, seconds otherwise, seconds least) {
  return read_seconds(table, key, otherwise, least, std::chrono::days{366});
}

seconds read_deviation(TableReader& table) {
  constexpr std::int64_t kMost = seconds{std::chrono::days{36'525}}.count();
  return seconds{table.integer("deviation_s", -kMost, kMost).value_or(0)};
}

/// The other firmware of a meter fits its hardware, and the line that is open.
void refuse_another_meter(TableReader& table, const Profile& before, const Profile& after) {
  const auto refuse = [&](const std::string& its, const std::string& here) {
    table.complain("profile", after.name + " has " + its + ", where " + before.name + " has " +
                                  here + ": firmware does not change that (`p1rig profiles show " +
                                  before.name + "` says what the profile must agree in)");
  };
  const auto phases = [](const Profile& profile) { return counted(profile.phases, "phase"); };
  if (before.phases != after.phases) refuse(phases(after), phases(before));
  const auto line = [](const Profile& profile) {
    return std::to_string(profile.line.baud) + " " + framing_of(profile.line);
  };
  if (before.line != after.line) refuse(line(after), line(before));
  const auto period = [](const Profile& profile) {
    return "a telegram every " + std::to_string(profile.schedule.period.count()) + " s";
  };
  if (before.schedule.period != after.schedule.period) {
    refuse(period(after), period(before));
  } else if (before.schedule != after.schedule) {
    refuse("another [line] phase, on_release or first", "its own");
  }
  if (before.zone.name() != after.zone.name()) refuse(after.zone.name(), before.zone.name());
  const auto sealed = [](const Profile& profile) {
    if (!profile.encryption) return std::string("no encryption");
    return "encryption with suite " + std::to_string(profile.encryption->suite) + ", policy " +
           std::to_string(profile.encryption->policy);
  };
  if (sealed(before) != sealed(after)) refuse(sealed(after), sealed(before));
}

/// What names the firmware, and what the meter did not show before, of the values that only a profile
/// gives.
std::vector<Quantity> brought_by(const Profile& before, const Profile& after) {
  std::vector<Quantity> brings;
  for (const Quantity quantity : after.layout.shown()) {
    const QuantityKind kind = row_of(quantity).kind;
    const bool given = kind == QuantityKind::kText || kind == QuantityKind::kCode ||
                       kind == QuantityKind::kInstant;
    if (!given || follows_from_loads(quantity)) continue;
    const bool is_new = names_firmware(quantity) || !before.layout.shows(quantity);
    if (is_new) brings.push_back(quantity);
  }
  return brings;
}

}  // namespace

struct EventReader::Kind {
  std::string_view name;
  void (EventReader::*read)(TableReader& table, std::string_view kind, Event& event);
};

std::span<const EventReader::Kind> EventReader::kinds() {
  static constexpr std::array kKinds = {
      Kind{"power-failure", &EventReader::power_failure},
      Kind{"sag", &EventReader::voltage},
      Kind{"swell", &EventReader::voltage},
      Kind{"set", &EventReader::set},
      Kind{"breaker", &EventReader::breaker},
      Kind{"message", &EventReader::message},
      Kind{"connect", &EventReader::connect},
      Kind{"disconnect", &EventReader::disconnect},
      Kind{"exchange", &EventReader::exchange},
      Kind{"radio-lost", &EventReader::radio},
      Kind{"radio-back", &EventReader::radio},
      Kind{"valve", &EventReader::valve},
      Kind{"reading", &EventReader::reading},
      Kind{"device-clock", &EventReader::device_clock},
      Kind{"grid", &EventReader::grid},
      Kind{"port-off", &EventReader::port},
      Kind{"port-on", &EventReader::port},
      Kind{"request-on", &EventReader::request},
      Kind{"request-off", &EventReader::request},
      Kind{"readout", &EventReader::readout},
      Kind{"firmware", &EventReader::firmware},
      Kind{"clock", &EventReader::clock},
      Kind{"meter-exchange", &EventReader::meter_exchange},
  };
  return kKinds;
}

std::vector<std::string_view> event_kinds() {
  std::vector<std::string_view> names;
  for (const EventReader::Kind& kind : EventReader::kinds()) names.push_back(kind.name);
  return names;
}

EventReader::EventReader(const Profile& profile, Readout readout, std::filesystem::path folder,
                         Complaints& complaints)
    : profile_(&profile),
      objects_(objects_of(profile)),
      readout_(std::move(readout)),
      folder_(std::move(folder)),
      complaints_(complaints) {}

std::optional<Event> EventReader::read(const Node& node, std::chrono::sys_seconds at) {
  TableReader table("[[event]]", &node, complaints_);
  static_cast<void>(table.node("at"));
  Event event;
  event.at = at;
  event.place = node.place;
  const auto word = table.word("kind", event_kinds());
  if (!word) {
    if (table.node("kind") == nullptr) table.complain("kind", "is missing");
    return std::nullopt;
  }
  const auto kind = std::ranges::find(kinds(), *word, &Kind::name);
  (this->*kind->read)(table, kind->name, event);
  table.finish();
  return event;
}

Assignments EventReader::values(TableReader& table) {
  const Node* const values = table.node("values");
  if (values == nullptr) return {};
  return read_assignments("values", *values, *profile_, complaints_);
}

void EventReader::power_failure(TableReader& table, std::string_view, Event& event) {
  PowerFailureEvent failure;
  failure.duration = read_lasting(table, "duration", seconds{1}, seconds{1});
  failure.boot = read_seconds(table, "boot", seconds{10}, seconds{0}, std::chrono::hours{1});
  if (table.node("duration") == nullptr) table.complain("duration", "is missing");
  event.what = failure;
}

void EventReader::voltage(TableReader& table, std::string_view kind, Event& event) {
  VoltageEvent sag;
  const std::string phase = table.string("phase").value_or("l1");
  const bool is_phase = phase == "l1" || phase == "l2" || phase == "l3";
  const bool known = is_phase && (phase == "l1" || profile_->phases == 3);
  if (!is_phase) {
    table.complain("phase", "expected l1, l2 or l3, found \"" + phase + "\"");
  } else if (!known) {
    table.complain("phase", "\"" + phase + "\" is not a phase of " + profile_->name);
  }
  sag.phase = known ? static_cast<std::size_t>(phase[1] - '1') : 0;
  sag.voltage = kind == "sag" ? 190'000 : 258'000;
  if (table.node("voltage") != nullptr) sag.voltage = read_voltage(table, "voltage");
  const bool low = sag.voltage < 207'000;
  if (kind == "sag" ? !low : sag.voltage <= 253'000) {
    table.complain("voltage", kind == "sag" ? "a sag is below 207 V" : "a swell is above 253 V");
  }
  constexpr std::int64_t kMostVoltage = 1'000'000;
  if (sag.voltage < 0 || sag.voltage > kMostVoltage) {
    table.complain("voltage", "expected 0 V to 1000 V");
  }
  sag.duration = read_lasting(table, "duration", seconds{60}, seconds{1});
  event.what = sag;
}

void EventReader::set(TableReader& table, std::string_view, Event& event) {
  const Node* const values = table.node("values");
  const bool none = values == nullptr || (values->table() != nullptr && values->table()->empty());
  if (none) {
    const std::string what = values == nullptr ? "is missing" : "is empty";
    table.complain("values", what + ": { \"limit.power\" = \"10 kW\" }");
  }
  event.what = SetEvent{this->values(table)};
}

void EventReader::breaker(TableReader& table, std::string_view, Event& event) {
  if (table.node("state") == nullptr) {
    table.complain("state", "is missing: 0, 1 or 2 (e-MUCS H 1.3 §3.2)");
  }
  const int state = table.integer("state", 0, 2).value_or(0);
  event.what = SetEvent{{{Quantity::kBreaker, std::to_string(state)}}};
}

void EventReader::message(TableReader& table, std::string_view, Event& event) {
  MessageEvent message{table.text("text").value_or(""), table.text("code").value_or("")};
  if (const auto checked = check_message(message.text); !checked) {
    table.complain("text", checked.error().message);
  }
  event.what = std::move(message);
}

void EventReader::connect(TableReader& table, std::string_view, Event& event) {
  event.what = ConnectEvent{read_scenario_device(table, *profile_)};
}

void EventReader::disconnect(TableReader& table, std::string_view, Event& event) {
  event.what = DisconnectEvent{read_channel(table)};
}

void EventReader::exchange(TableReader& table, std::string_view, Event& event) {
  ExchangeEvent exchange;
  exchange.old_stays = table.boolean("old_stays").value_or(true);
  exchange.device = read_scenario_device(table, *profile_);
  exchange.channel = read_channel(table);
  exchange.device.device.channel = 0;
  event.what = std::move(exchange);
}

void EventReader::radio(TableReader& table, std::string_view kind, Event& event) {
  event.what = RadioEvent{read_channel(table), kind == "radio-lost"};
}

void EventReader::valve(TableReader& table, std::string_view, Event& event) {
  if (table.node("state") == nullptr) table.complain("state", "is missing: 0 closes it");
  event.what = ValveEvent{read_channel(table), table.integer("state", 0, 9).value_or(0)};
}

/// A reading is in the unit of its medium; of which the device is, the file says.
void EventReader::reading(TableReader& table, std::string_view, Event& event) {
  ReadingEvent reading;
  reading.channel = read_channel(table);
  const auto name = table.word("medium", {"gas", "water", "heat", "cold", "electricity"});
  if (name) reading.medium = find_medium(*name);
  const Medium medium = reading.medium.value_or(Medium::kGas);
  if (table.node("reading") == nullptr) table.complain("reading", "is missing: \"0 m3\"");
  reading.reading = read_reading(table, "reading", medium);
  reading.captures = table.integer("captures", 1, 1000).value_or(0);
  event.what = reading;
}

void EventReader::device_clock(TableReader& table, std::string_view, Event& event) {
  event.what = DeviceClockEvent{read_channel(table), read_deviation(table)};
  if (table.node("deviation_s") == nullptr) {
    table.complain("deviation_s", "is missing: 0 corrects the clock");
  }
}

void EventReader::grid(TableReader& table, std::string_view, Event& event) {
  if (table.node("neutral") == nullptr) table.complain("neutral", "is missing: true or false");
  if (profile_->phases == 1) table.complain("kind", profile_->name + " has one phase");
  event.what = GridEvent{table.boolean("neutral").value_or(true)};
}

void EventReader::port(TableReader&, std::string_view kind, Event& event) {
  event.what = PortEvent{kind == "port-on"};
}

void EventReader::request(TableReader&, std::string_view kind, Event& event) {
  event.what = RequestEvent{kind == "request-on"};
}

void EventReader::clock(TableReader& table, std::string_view, Event& event) {
  ClockEvent clock;
  clock.unset = table.boolean("unset").value_or(false);
  clock.deviation = read_deviation(table);
  if (table.node("unset") == nullptr && table.node("deviation_s") == nullptr) {
    table.complain("kind", "needs unset = true, or deviation_s: 0 corrects the clock");
  }
  if (clock.unset && profile_->layout.unset_time.empty()) {
    table.complain("unset", profile_->name + " does not define what it prints then: [unset] time");
  }
  was_unset_ = was_unset_ || clock.unset;
  event.what = clock;
}

void EventReader::meter_exchange(TableReader& table, std::string_view, Event& event) {
  MeterExchangeEvent exchange;
  exchange.values = values(table);
  exchange.duration = read_lasting(table, "duration", seconds{600}, seconds{0});
  event.what = std::move(exchange);
}

void EventReader::readout(TableReader& table, std::string_view, Event& event) {
  const bool all = table.node("add") == nullptr && table.node("remove") == nullptr;
  if (all) {
    readout_ = {};
    if (table.node("objects") != nullptr) {
      readout_.only = read_objects(table, "objects", *profile_, objects_);
    }
  } else if (table.node("objects") != nullptr) {
    event.what = ReadoutEvent{};
    return table.complain("objects",
                          "is the whole list: add and remove belong in an event of their own");
  }
  for (const Obis code : read_objects(table, "remove", *profile_, objects_)) {
    if (readout_.shows(code)) {
      readout_.without.push_back(code);
    } else {
      table.complain("remove", to_string(code) + " is not shown before");
    }
  }
  for (const Obis code : read_objects(table, "add", *profile_, objects_)) {
    if (readout_.shows(code)) {
      table.complain("add", to_string(code) + " is shown already");
      continue;
    }
    std::erase(readout_.without, code);
    if (!readout_.shows(code)) readout_.only.push_back(code);
  }
  const char* const key = all ? "objects" : table.node("remove") != nullptr ? "remove" : "add";
  check_readout(table, key, readout_, objects_);
  event.what = ReadoutEvent{appearance(table)};
}

void EventReader::firmware(TableReader& table, std::string_view, Event& event) {
  FirmwareEvent firmware;
  firmware.duration = read_lasting(table, "duration", seconds{0}, seconds{0});
  const auto name = table.string("profile");
  const auto identification = table.string("identification");
  if (table.node("profile") == nullptr && table.node("identification") == nullptr) {
    table.complain("kind",
                   "needs profile, identification, or both: what does the firmware change?");
  }
  if (identification && identification->starts_with('/')) {
    table.complain("identification", "is written without the '/' that it is sent behind");
  }
  if (auto next = firmware_of(table, name, identification)) {
    if (was_unset_ && next->layout.unset_time.empty()) {
      table.complain("profile", next->name +
                                    " does not define what it prints for times when the "
                                    "clock was unset: [unset] time");
    }
    // Another identification is the same firmware under another name.
    if (name) firmware.brings = brought_by(*profile_, *next);
    profile_ = next.get();
    objects_ = objects_of(*profile_);
    check_readout(table, "profile", readout_, objects_);
  }
  firmware.profile = appearance(table);
  event.what = std::move(firmware);
}

/// What the meter becomes; nothing where it was complained about.
std::shared_ptr<const Profile> EventReader::firmware_of(
    TableReader& table, const std::optional<std::string>& name,
    const std::optional<std::string>& identification) {
  const auto known_or_new = [&](const std::string& file, const std::string& id, auto&& make,
                                const char* key) -> std::shared_ptr<const Profile> {
    const auto known = std::ranges::find_if(firmwares_, [&](const Firmware& firmware) {
      return firmware.file == file && firmware.identification == id;
    });
    if (known != firmwares_.end()) return known->profile;
    if (is_full(table, firmwares_.size())) return nullptr;
    Result<Profile> made = make();
    if (!made) {
      table.complain(key, made.error().message);
      return nullptr;
    }
    firmwares_.push_back({file, id, std::make_shared<const Profile>(std::move(*made))});
    return firmwares_.back().profile;
  };
  std::shared_ptr<const Profile> next;
  if (name) {
    const bool is_path = name->find('/') != std::string::npos || name->ends_with(".toml");
    const std::string source = is_path ? (folder_ / *name).string() : *name;
    next = known_or_new(
        source, "", [&] { return find_profile(source); }, "profile");
    if (next == nullptr) return nullptr;
    refuse_another_meter(table, *profile_, *next);
  }
  if (!identification) return next;
  const Profile& of = next == nullptr ? *profile_ : *next;
  return known_or_new(
      of.file, *identification, [&] { return with_identification(of, *identification); },
      "identification");
}

/// So many different ones are enough.
bool EventReader::is_full(TableReader& table, std::size_t count) {
  if (count < kMostTelegrams) return false;
  table.complain("kind", "the scenario has more than " + counted(kMostTelegrams, "telegram") +
                             " that differ in objects or identification: make two of it");
  return true;
}

/// As which the meter prints from now on.
std::shared_ptr<const Profile> EventReader::appearance(TableReader& table) {
  const auto known = std::ranges::find_if(appearances_, [&](const Appearance& appearance) {
    return appearance.firmware == profile_ && appearance.readout == readout_;
  });
  if (known != appearances_.end()) return known->profile;
  if (is_full(table, appearances_.size())) return nullptr;
  auto made = with_readout(*profile_, readout_);
  if (!made) {
    table.complain("kind", made.error().message);
    return nullptr;
  }
  appearances_.push_back({profile_, readout_, std::make_shared<const Profile>(std::move(*made))});
  return appearances_.back().profile;
}

}  // namespace p1rig
