#include "simulator/scenario.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "simulator/data_dir.h"
#include "simulator/document.h"
#include "simulator/suggest.h"

namespace p1rig {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

bool exports(const std::vector<Segment>& segments) {
  return std::ranges::any_of(segments, [](const Segment& segment) {
    if (segment.kind != Segment::Kind::kHole || segment.hole.source != Source::kQuantity)
      return false;
    const std::string_view name = row_of(segment.hole.quantity).name;
    return name.starts_with("energy.export") || name.starts_with("power.export");
  });
}

class ScenarioLoader {
 public:
  ScenarioLoader(const Document& document, const Profile& profile, sys_seconds moment)
      : document_(document),
        profile_(profile),
        moment_(moment),
        complaints_(document.file),
        root_("the file", &document.root, complaints_) {}

  Result<Scenario> run() {
    scenario_.file = document_.file;
    scenario_.name = std::filesystem::path(document_.file).stem();
    head();
    if (const Node* values = root_.node("values"))
      scenario_.values = assignments("[values]", *values);
    devices();
    std::uint64_t stream = 0;
    for (const Node* node : root_.tables("load")) load(*node, ++stream);
    for (const Node* node : root_.tables("event")) event(*node);
    root_.finish();
    std::ranges::stable_sort(scenario_.events, {}, &Event::at);
    if (complaints_.none()) follow_channels();
    if (!complaints_.none()) return tl::make_unexpected(complaints_.error());
    return std::move(scenario_);
  }

 private:
  void head() {
    TableReader head("[scenario]", root_.node("scenario"), complaints_);
    if (!head.exists()) complaints_.add({1, 1}, "[scenario] is missing");
    scenario_.title = head.required_string("title");
    scenario_.made_for = head.string("made_for").value_or("");
    scenario_.start = time(head, "start").value_or(local_midnight());
    scenario_.until = time(head, "until");
    if (scenario_.until && *scenario_.until <= scenario_.start) {
      head.complain("until", "is not after the start");
    }
    if (const auto text = head.string("voltage")) {
      scenario_.voltage = value(head, "voltage", *text, Dimension::kVoltage, "V");
      if (scenario_.voltage < 50'000 || scenario_.voltage > 500'000) {
        head.complain("voltage", "expected 50 V to 500 V");
      }
    }
    const auto calendar = head.string("tariff");
    auto found = calendar ? find_calendar(*calendar) : calendar_of_country(profile_.country);
    if (found) {
      scenario_.calendar = std::move(*found);
    } else {
      head.complain("tariff", found.error().message);
    }
    for (const std::string& code : head.strings("readout")) {
      const auto written = parse_obis(code);
      if (!written) {
        head.complain("readout", "\"" + code + "\" is no OBIS code such as \"1-0:1.8.0\"");
      } else if (!sends(written->code)) {
        head.complain("readout", profile_.name + " has no object " + code);
      } else {
        scenario_.readout.push_back(written->code);
      }
    }
    constexpr Obis kVersion{1, 3, 0, 2, 8};
    const bool lists_version =
        std::ranges::find(scenario_.readout, kVersion) != scenario_.readout.end();
    if (!scenario_.readout.empty() && sends(kVersion) && !lists_version) {
      head.complain("readout", "1-3:0.2.8 must be in it (LUX-P1 1.1.3 table 3.1)");
    }
    if (scenario_.readout.size() > 64) {
      head.complain("readout", "at most 64 objects (DSMR-P3 4.2.2, object 0-0:21.0.0)");
    }
    head.finish();
  }

  /// True where the profile's telegram or one of its M-Bus blocks has the object.
  bool sends(Obis code) const {
    const std::string plain = to_string(code) + "(";
    if (("\n" + profile_.telegram_text).find("\n" + plain) != std::string::npos) return true;
    const std::string on_any_channel = "0-n" + plain.substr(3);
    return is_mbus_object(code) &&
           std::ranges::any_of(profile_.mbus_text, [&](const std::string& text) {
             return ("\n" + text).find("\n" + on_any_channel) != std::string::npos;
           });
  }

  sys_seconds local_midnight() const {
    Timestamp day = profile_.zone.local(moment_);
    day.hour = day.minute = day.second = 0;
    day.season = '\0';
    // Where midnight happens twice or never, the day before is as good a beginning.
    return profile_.zone.instant(day).value_or(moment_ - seconds{86'400});
  }

  std::optional<sys_seconds> time(TableReader& table, std::string_view key) {
    const auto text = table.string(key);
    if (!text) return std::nullopt;
    const auto instant = profile_.zone.parse_instant(*text);
    if (instant) return *instant;
    table.complain(key, instant.error().message);
    return std::nullopt;
  }

  std::int64_t value(TableReader& table, std::string_view key, const std::string& text,
                     Dimension dimension, std::string_view unit) {
    const auto kind =
        dimension == Dimension::kActivePower ? QuantityKind::kInstant : QuantityKind::kRegister;
    const auto parsed = parse_state_value(dimension, kind, unit, text);
    if (!parsed) table.complain(key, parsed.error().message);
    return parsed.value_or(0);
  }

  seconds whole_seconds(TableReader& table, std::string_view key, seconds otherwise,
                        seconds least = seconds{0}) {
    if (table.node(key) == nullptr) return otherwise;
    const auto duration = table.duration(key);
    if (!duration) return otherwise;
    if (*duration % seconds{1} != milliseconds{0}) {
      table.complain(key, "expected whole seconds");
    } else if (*duration < least) {
      table.complain(key, "expected at least " + std::to_string(least.count()) + "s");
    }
    return duration_cast<seconds>(*duration);
  }

  Assignments assignments(const std::string& name, const Node& node) {
    Assignments list;
    const auto* table = node.table();
    if (table == nullptr) {
      complaints_.add(node.place, name + ": expected a table");
      return list;
    }
    for (const auto& [key, value] : *table) {
      const QuantityRow* row = find_quantity(key);
      const std::string* text = value.string();
      if (row == nullptr) {
        std::vector<std::string_view> names;
        for (const QuantityRow& known : quantities()) names.push_back(known.name);
        complaints_.add(value.place,
                        name + ": unknown quantity \"" + key + "\"" + did_you_mean(key, names));
      } else if (text == nullptr) {
        complaints_.add(value.place,
                        key + ": expected a string, found " + std::string(value.kind()));
      } else if (follows_from_loads(row->id)) {
        complaints_.add(value.place, key + ": follows from loads, clock and calendar: it cannot " +
                                         "be given a value here");
      } else {
        MeterState scratch;
        const auto done = set_quantity(*row, *text, profile_.zone, scratch);
        if (!done) complaints_.add(value.place, key + ": " + done.error().message);
        list.emplace_back(row->id, *text);
      }
    }
    return list;
  }

  ScenarioDevice device(TableReader& table) {
    ScenarioDevice result;
    MbusDevice& device = result.device;
    const std::string medium = table.required_string("medium");
    const auto found = find_medium(medium);
    if (!found || *found == Medium::kUnlinked) {
      table.complain("medium",
                     "\"" + medium + "\" is none of: gas, water, heat, cold, electricity" +
                         did_you_mean(medium, {"gas", "water", "heat", "cold", "electricity"}));
    } else if (profile_.layout.mbus[static_cast<std::size_t>(*found)][0].empty()) {
      table.complain("medium", profile_.name + " has no [mbus." + medium + "]");
    }
    device.medium = found.value_or(Medium::kGas);
    device.id = table.required_string("id");
    device.ean = table.string("ean").value_or("");
    device.channel = static_cast<int>(table.integer("channel").value_or(0));
    if (device.channel < 0 || device.channel > 4) table.complain("channel", "expected 1 to 4");
    device.valve = table.integer("valve").value_or(1);
    const Dimension dimension = dimension_of(device.medium);
    const std::string_view unit = customary_unit(device.medium);
    if (const auto text = table.string("reading")) {
      device.reading = value(table, "reading", *text, dimension, unit);
    }
    if (const auto text = table.string("use"))
      result.use = value(table, "use", *text, dimension, unit);
    return result;
  }

  void devices() {
    const std::vector<const Node*> nodes = root_.tables("device");
    if (nodes.empty()) return;
    scenario_.devices.emplace();
    for (const Node* node : nodes) {
      TableReader table("[[device]]", node, complaints_);
      scenario_.devices->push_back(device(table));
      table.finish();
      device_places_.push_back(node->place);
    }
  }

  std::array<bool, 3> phases(TableReader& table) {
    std::array<bool, 3> chosen{};
    const auto names = table.strings("phases");
    for (const std::string& name : names) {
      const bool known = name == "l1" || name == "l2" || name == "l3";
      if (!known) table.complain("phases", "\"" + name + "\" is none of: l1, l2, l3");
      if (known) chosen[static_cast<std::size_t>(name[1] - '1')] = true;
    }
    if (names.empty()) chosen = {true, profile_.phases == 3, profile_.phases == 3};
    if (profile_.phases == 1 && (chosen[1] || chosen[2])) {
      table.complain("phases", profile_.name + " has one phase");
    }
    return chosen;
  }

  void load(const Node& node, std::uint64_t stream) {
    TableReader table("[[load]]", &node, complaints_);
    Load load;
    load.stream = stream;
    load.from = time(table, "from").value_or(scenario_.start);
    load.until = time(table, "until").value_or(sys_seconds::max());
    if (load.until <= load.from) table.complain("until", "is not after its beginning");
    const auto kind = table.word("kind", {"fixed", "household", "sun", "car", "table"});
    if (!kind) {
      if (!table.string("kind"))
        table.complain("kind", "is missing: fixed, household, sun, car or table");
    } else if (*kind == "fixed") {
      load.kind = fixed(table);
    } else if (*kind == "household") {
      load.kind = HouseholdLoad{table.integer("percent").value_or(100)};
      const std::int64_t percent = std::get<HouseholdLoad>(load.kind).percent;
      if (percent < 0 || percent > 1000) table.complain("percent", "expected 0 to 1000");
    } else if (*kind == "sun") {
      load.kind = sun(table);
    } else if (*kind == "car") {
      load.kind = car(table);
    } else {
      load.kind = curve(table);
    }
    table.finish();
    scenario_.loads.push_back(std::move(load));
  }

  /// More than any connection has; sums and squares of powers stay exact.
  void limit(TableReader& table, std::string_view key, std::int64_t power) {
    constexpr std::int64_t kMost = 500'000'000;  // mW
    if (power > kMost || power < -kMost) table.complain(key, "expected at most 500 kW on a phase");
  }

  FixedLoad fixed(TableReader& table) {
    static constexpr std::array<std::string_view, 3> kActive = {"l1", "l2", "l3"};
    static constexpr std::array<std::string_view, 3> kReactive = {"q1", "q2", "q3"};
    FixedLoad load;
    for (std::size_t phase = 0; phase < 3; ++phase) {
      auto& power = load.power[phase];
      if (const auto text = table.string(kActive[phase])) {
        power.active = value(table, kActive[phase], *text, Dimension::kActivePower, "W");
        limit(table, kActive[phase], power.active);
      }
      if (const auto text = table.string(kReactive[phase])) {
        const auto reactive =
            parse_state_value(Dimension::kReactivePower, QuantityKind::kInstant, "var", *text);
        if (!reactive) table.complain(kReactive[phase], reactive.error().message);
        power.reactive = reactive.value_or(0);
        limit(table, kReactive[phase], power.reactive);
      }
      if (profile_.phases == 1 && phase > 0 && power != Power{}) {
        table.complain(kActive[phase], profile_.name + " has one phase");
      }
      if (power.active < 0) refuse_export(table);
    }
    return load;
  }

  SunLoad sun(TableReader& table) {
    SunLoad load;
    if (const auto text = table.string("peak")) {
      load.peak = value(table, "peak", *text, Dimension::kActivePower, "kW");
      limit(table, "peak", load.peak);
      if (load.peak < 0) table.complain("peak", "expected no negative power");
    }
    load.phases = phases(table);
    load.clouds = table.integer("clouds").value_or(40);
    if (load.clouds < 0 || load.clouds > 100)
      table.complain("clouds", "expected 0 to 100 per cent");
    refuse_export(table);
    return load;
  }

  CarLoad car(TableReader& table) {
    CarLoad load;
    if (const auto text = table.string("current")) {
      const auto current =
          parse_state_value(Dimension::kCurrent, QuantityKind::kInstant, "A", *text);
      if (!current) table.complain("current", current.error().message);
      load.current = current.value_or(0);
      if (load.current < 0 || load.current > 1'000'000) {
        table.complain("current", "expected 0 A to 1000 A");
      }
    }
    load.phases = phases(table);
    return load;
  }

  TableLoad curve(TableReader& table) {
    const std::string name = table.required_string("file");
    const auto file = std::filesystem::path(document_.file).parent_path() / name;
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    if (stream) text << stream.rdbuf();
    if (!stream) {
      table.complain("file", file.string() + ": cannot be read");
      return {};
    }
    auto rows = parse_load_table(text.str(), profile_.zone, scenario_.start);
    if (!rows) {
      table.complain("file", file.string() + ": " + rows.error().message);
      return {};
    }
    std::int64_t most = 0;
    for (const TableLoad::Row& row : *rows) {
      for (const Power& power : row.power) most = std::max(most, std::abs(power.active));
    }
    limit(table, "file", most);
    const bool any_export = std::ranges::any_of(*rows, [](const TableLoad::Row& row) {
      return std::ranges::any_of(row.power, [](const Power& power) { return power.active < 0; });
    });
    if (any_export) refuse_export(table);
    return {std::move(*rows)};
  }

  void refuse_export(TableReader& table) {
    if (exports(profile_.layout.telegram)) return;
    table.complain("kind", profile_.name + " measures import only: its telegram has no export");
  }

  int channel(TableReader& table) {
    const auto number = table.integer("channel");
    if (!number || *number < 1 || *number > 4) table.complain("channel", "expected 1 to 4");
    return static_cast<int>(number.value_or(1));
  }

  void event(const Node& node) {
    TableReader table("[[event]]", &node, complaints_);
    Event event;
    const auto at = time(table, "at");
    if (!at && !table.string("at")) table.complain("at", "is missing: when does it happen?");
    event.at = at.value_or(scenario_.start);
    if (event.at < scenario_.start) table.complain("at", "is before the scenario's start");
    const auto kind = table.word(
        "kind", {"power-failure", "sag", "swell", "set", "breaker", "meter-exchange", "message",
                 "connect", "disconnect", "exchange", "radio-lost", "radio-back", "valve",
                 "port-off", "port-on", "request-on", "request-off", "clock"});
    if (kind) {
      what(*kind, table, event);
      table.finish();
      event.place = node.place;
      scenario_.events.push_back(std::move(event));
    } else if (!table.string("kind")) {
      table.complain("kind", "is missing");
    }
  }

  void what(const std::string& kind, TableReader& table, Event& event) {
    if (kind == "power-failure") {
      PowerFailureEvent failure;
      failure.duration = whole_seconds(table, "duration", seconds{0}, seconds{1});
      failure.boot = whole_seconds(table, "boot", seconds{10});
      if (table.node("duration") == nullptr) table.complain("duration", "is missing");
      event.what = failure;
    } else if (kind == "sag" || kind == "swell") {
      event.what = voltage_event(table, kind);
    } else if (kind == "set") {
      const Node* values = table.node("values");
      if (values == nullptr)
        table.complain("values", "is missing: { \"limit.power\" = \"10 kW\" }");
      event.what = SetEvent{values != nullptr ? assignments("values", *values) : Assignments{}};
    } else if (kind == "breaker") {
      const auto state = table.integer("state").value_or(-1);
      if (state < 0 || state > 2) table.complain("state", "expected 0, 1 or 2 (e-MUCS H 1.3 §3.2)");
      event.what = SetEvent{{{Quantity::kBreaker, std::to_string(state)}}};
    } else if (kind == "meter-exchange") {
      const Node* values = table.node("values");
      event.what =
          MeterExchangeEvent{values != nullptr ? assignments("values", *values) : Assignments{},
                             whole_seconds(table, "duration", seconds{600})};
    } else if (kind == "message") {
      event.what = message(table);
    } else if (kind == "connect") {
      event.what = ConnectEvent{device(table)};
    } else if (kind == "disconnect") {
      event.what = DisconnectEvent{channel(table)};
    } else if (kind == "exchange") {
      ExchangeEvent exchange;
      exchange.old_stays = table.boolean("old_stays").value_or(true);
      exchange.device = device(table);
      exchange.channel = channel(table);
      exchange.device.device.channel = 0;
      event.what = std::move(exchange);
    } else if (kind == "radio-lost" || kind == "radio-back") {
      event.what = RadioEvent{channel(table), kind == "radio-lost"};
    } else if (kind == "valve") {
      if (table.node("state") == nullptr) table.complain("state", "is missing: 0 closes it");
      event.what = ValveEvent{channel(table), table.integer("state").value_or(0)};
    } else if (kind == "port-off" || kind == "port-on") {
      event.what = PortEvent{kind == "port-on"};
    } else if (kind == "request-on" || kind == "request-off") {
      event.what = RequestEvent{kind == "request-on"};
    } else {
      ClockEvent clock;
      clock.unset = table.boolean("unset").value_or(false);
      clock.deviation = seconds{table.integer("deviation_s").value_or(0)};
      if (table.node("unset") == nullptr && table.node("deviation_s") == nullptr) {
        table.complain("kind", "needs unset = true, or deviation_s: 0 sets the clock right");
      }
      constexpr seconds kMost = std::chrono::days{36'525};
      if (clock.deviation > kMost || clock.deviation < -kMost) {
        table.complain("deviation_s", "expected at most a hundred years");
      }
      if (clock.unset && profile_.layout.unset_time.empty()) {
        table.complain("unset", profile_.name + " does not say what it prints then: [unset] time");
      }
      event.what = clock;
    }
  }

  VoltageEvent voltage_event(TableReader& table, const std::string& kind) {
    VoltageEvent sag;
    const std::string phase = table.string("phase").value_or("l1");
    const bool known = phase == "l1" || (profile_.phases == 3 && (phase == "l2" || phase == "l3"));
    if (!known) table.complain("phase", "\"" + phase + "\" is no phase of " + profile_.name);
    sag.phase = known ? static_cast<std::size_t>(phase[1] - '1') : 0;
    sag.voltage =
        value(table, "voltage", table.string("voltage").value_or(kind == "sag" ? "190 V" : "258 V"),
              Dimension::kVoltage, "V");
    const bool low = sag.voltage < 207'000;
    if (kind == "sag" ? !low : sag.voltage <= 253'000) {
      table.complain("voltage", kind == "sag" ? "a sag is below 207 V" : "a swell is above 253 V");
    }
    sag.duration = whole_seconds(table, "duration", seconds{60});
    return sag;
  }

  MessageEvent message(TableReader& table) {
    MessageEvent message{table.string("text").value_or(""), table.string("code").value_or("")};
    if (const auto checked = check_message(message.text); !checked) {
      table.complain("text", checked.error().message);
    }
    return message;
  }

  /// Lives through the comings and goings on the M-Bus once: four channels, no device that is not
  /// there.
  void follow_channels() {
    std::array<bool, 5> used{};
    const auto take = [&](int wanted, Place place) {
      int channel = wanted;
      for (int free = 1; channel == 0 && free <= 4; ++free) {
        if (!used[static_cast<std::size_t>(free)]) channel = free;
      }
      if (channel == 0)
        return complaints_.add(place, "a fifth M-Bus device: there are four channels");
      bool& taken = used[static_cast<std::size_t>(channel)];
      if (taken) complaints_.add(place, "channel " + std::to_string(channel) + " is taken");
      taken = true;
    };
    if (scenario_.devices) {
      for (std::size_t i = 0; i < scenario_.devices->size(); ++i) {
        take((*scenario_.devices)[i].device.channel, device_places_[i]);
      }
    } else {
      for (const MbusDevice& device : profile_.start.devices) take(device.channel, {});
    }
    const auto leave = [&](int channel, bool goes, Place place) {
      bool& taken = used[static_cast<std::size_t>(channel)];
      if (!taken) {
        complaints_.add(place, "there is no M-Bus device on channel " + std::to_string(channel) +
                                   " when something happens to it");
      }
      if (goes) taken = false;
    };
    for (const Event& event : scenario_.events) {
      if (const auto* connect = std::get_if<ConnectEvent>(&event.what)) {
        take(connect->device.device.channel, event.place);
      } else if (const auto* disconnect = std::get_if<DisconnectEvent>(&event.what)) {
        leave(disconnect->channel, true, event.place);
      } else if (const auto* exchange = std::get_if<ExchangeEvent>(&event.what)) {
        leave(exchange->channel, !exchange->old_stays, event.place);
        take(0, event.place);
      } else if (const auto* radio = std::get_if<RadioEvent>(&event.what)) {
        leave(radio->channel, false, event.place);
      } else if (const auto* valve = std::get_if<ValveEvent>(&event.what)) {
        leave(valve->channel, false, event.place);
      }
    }
  }

  const Document& document_;
  const Profile& profile_;
  sys_seconds moment_;
  Complaints complaints_;
  TableReader root_;
  Scenario scenario_;
  std::vector<Place> device_places_;
};

}  // namespace

Result<Scenario> load_scenario(const std::filesystem::path& file, const Profile& profile,
                               sys_seconds moment) {
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  return ScenarioLoader(*document, profile, moment).run();
}

std::map<std::string, std::filesystem::path> list_scenarios() {
  return list_data("profiles/scenarios");
}

Result<Scenario> find_scenario(std::string_view name, const Profile& profile, sys_seconds moment) {
  if (name.find('/') != std::string_view::npos || name.ends_with(".toml")) {
    return load_scenario(std::filesystem::path(name), profile, moment);
  }
  const auto scenarios = list_scenarios();
  if (const auto found = scenarios.find(std::string(name)); found != scenarios.end()) {
    return load_scenario(found->second, profile, moment);
  }
  std::vector<std::string_view> names;
  for (const auto& [known, file] : scenarios) names.push_back(known);
  return fail("unknown scenario \"" + std::string(name) + "\"" + did_you_mean(name, names) +
              " (`p1rig scenarios` lists them)");
}

Result<ScenarioHead> read_scenario_head(const std::filesystem::path& file) {
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  Complaints complaints(document->file);
  TableReader root("the file", &document->root, complaints);
  TableReader head("[scenario]", root.node("scenario"), complaints);
  ScenarioHead result{head.required_string("title"), head.string("made_for").value_or(""),
                      head.string("start").value_or("")};
  if (!complaints.none()) return tl::make_unexpected(complaints.error());
  return result;
}

}  // namespace p1rig
