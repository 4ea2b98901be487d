#include "simulator/scenario/scenario.h"

#include <algorithm>
#include <filesystem>

#include "simulator/files/data_dir.h"
#include "simulator/files/document.h"
#include "simulator/files/suggest.h"
#include "simulator/profile/table_values.h"
#include "simulator/scenario/load_sums.h"
#include "simulator/scenario/scenario_file.h"

namespace p1rig {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

class ScenarioLoader {
 public:
  ScenarioLoader(const Document& document, const Profile& profile)
      : document_(document),
        profile_(profile),
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
    const auto folder = std::filesystem::path(document_.file).parent_path();
    for (const Node* node : root_.tables("load")) {
      scenario_.loads.push_back(
          read_load(*node, folder, profile_, scenario_, ++stream, complaints_));
      refuse_ended(scenario_.loads.back());
    }
    for (const Node* node : root_.tables("event")) event(*node);
    root_.finish();
    std::ranges::stable_sort(scenario_.events, {}, &Event::at);
    if (complaints_.none()) {
      check_channels(scenario_, device_places_, profile_, complaints_);
    }
    if (complaints_.none()) add_up_loads();
    if (!complaints_.none()) return tl::make_unexpected(complaints_.error());
    return std::move(scenario_);
  }

 private:
  void head() {
    TableReader head("[scenario]", root_.node("scenario"), complaints_);
    if (!head.exists()) complaints_.add({1, 1}, "[scenario] is missing");
    scenario_.title = head.required_string("title");
    scenario_.made_for = head.string("made_for").value_or("");
    scenario_.own_start = head.node("start") != nullptr;
    scenario_.start = time(head, "start").value_or(beginning());
    scenario_.until = time(head, "until");
    if (scenario_.until && *scenario_.until <= scenario_.start) {
      head.complain("until", "is not after the start");
    }
    if (head.node("voltage") != nullptr) {
      scenario_.voltage = voltage(head, "voltage");
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
    for (const std::string& code : head.some_strings("readout")) {
      const auto written = parse_obis(code);
      if (!written) {
        head.complain("readout", "\"" + code + "\" is not an OBIS code such as \"1-0:1.8.0\"");
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
      head.complain("readout", "must contain 1-3:0.2.8 (LUX-P1 1.1.3 table 3.1)");
    }
    if (scenario_.readout.size() > 64) {
      head.complain("readout", "at most 64 objects (DSMR-P3 4.2.2, object 0-0:21.0.0)");
    }
    head.finish();
  }

  /// True if the profile's telegram or one of its M-Bus blocks has the object.
  bool sends(Obis code) const {
    const std::string plain = to_string(code) + "(";
    if (("\n" + profile_.telegram_text).find("\n" + plain) != std::string::npos) return true;
    const std::string on_any_channel = "0-n" + plain.substr(3);
    return is_mbus_object(code) &&
           std::ranges::any_of(profile_.mbus_text, [&](const std::string& text) {
             return ("\n" + text).find("\n" + on_any_channel) != std::string::npos;
           });
  }

  /// Of 2000, by the meter's clock.
  sys_seconds beginning() const {
    constexpr sys_seconds kUtc = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
    return kUtc - profile_.zone.offset(kUtc);
  }

  std::optional<sys_seconds> time(TableReader& table, std::string_view key) {
    return read_instant(table, key, profile_.zone);
  }

  std::int64_t voltage(TableReader& table, std::string_view key) {
    return read_value(table, key, Dimension::kVoltage, QuantityKind::kInstant, "V");
  }

  /// Limits for what happens to the meter. A year of silence is too long.
  seconds lasting(TableReader& table, std::string_view key, seconds otherwise, seconds least) {
    return read_seconds(table, key, otherwise, least, std::chrono::days{366});
  }

  Assignments assignments(const std::string& name, const Node& node) {
    Assignments list;
    read_quantities(name, node, complaints_,
                    [&](const QuantityRow& row, const std::string& text) -> Result<void> {
                      if (follows_from_loads(row.id)) return fail(std::string(kFollowsFromLoads));
                      list.emplace_back(row.id, text);
                      MeterState scratch;
                      return set_quantity(row, text, profile_.zone, scratch);
                    });
    return list;
  }

  ScenarioDevice device(TableReader& table) {
    ScenarioDevice result{read_device(table, profile_), std::nullopt};
    MbusDevice& device = result.device;
    device.id = table.required_string("id");
    device.channel = table.integer("channel", 1, 4).value_or(0);
    if (table.node("use") != nullptr) {
      result.use = read_reading(table, "use", device.medium);
      // A century of them, so that what it reads never grows too large.
      const std::int64_t captures = std::chrono::days{36'525} / profile_.capture.period;
      if (*result.use > INT64_MAX / 16 / captures) table.complain("use", "is too large");
    }
    return result;
  }

  void devices() {
    if (root_.node("device") == nullptr) return;
    scenario_.devices.emplace();
    for (const Node* node : root_.tables("device")) {
      TableReader table("[[device]]", node, complaints_);
      scenario_.devices->push_back(device(table));
      table.finish();
      device_places_.push_back(node->place);
    }
  }

  int channel(TableReader& table) {
    if (table.node("channel") == nullptr) table.complain("channel", "is missing: 1 to 4");
    return table.integer("channel", 1, 4).value_or(1);
  }

  void event(const Node& node) {
    TableReader table("[[event]]", &node, complaints_);
    Event event;
    const auto at = time(table, "at");
    if (table.node("at") == nullptr)
      table.complain("at", "is missing: when does the event happen?");
    event.at = at.value_or(scenario_.start);
    if (event.at < scenario_.start) table.complain("at", "is before the scenario's start");
    const auto kind = table.word("kind", {"power-failure", "sag",          "swell",
                                          "set",           "breaker",      "meter-exchange",
                                          "message",       "connect",      "disconnect",
                                          "exchange",      "radio-lost",   "radio-back",
                                          "valve",         "port-off",     "port-on",
                                          "request-on",    "request-off",  "clock",
                                          "reading",       "device-clock", "grid"});
    if (kind) {
      what(*kind, table, event);
      table.finish();
      event.place = node.place;
      scenario_.events.push_back(std::move(event));
    } else if (table.node("kind") == nullptr) {
      table.complain("kind", "is missing");
    }
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
      event.what = SetEvent{values != nullptr ? assignments("values", *values) : Assignments{}};
    } else if (kind == "breaker") {
      if (table.node("state") == nullptr) {
        table.complain("state", "is missing: 0, 1 or 2 (e-MUCS H 1.3 §3.2)");
      }
      const int state = table.integer("state", 0, 2).value_or(0);
      event.what = SetEvent{{{Quantity::kBreaker, std::to_string(state)}}};
    } else if (kind == "meter-exchange") {
      const Node* values = table.node("values");
      event.what =
          MeterExchangeEvent{values != nullptr ? assignments("values", *values) : Assignments{},
                             lasting(table, "duration", seconds{600}, seconds{0})};
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
      event.what = ValveEvent{channel(table), table.integer("state", 0, 9).value_or(0)};
    } else if (kind == "port-off" || kind == "port-on") {
      event.what = PortEvent{kind == "port-on"};
    } else if (kind == "request-on" || kind == "request-off") {
      event.what = RequestEvent{kind == "request-on"};
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
  ReadingEvent reading_event(TableReader& table) {
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

  /// A load that is over before the start is a mistake.
  void refuse_ended(const Load& load) {
    // One that ends before it begins has been complained about.
    if (load.from < load.until && load.until <= scenario_.start) {
      complaints_.add(load.place, "[[load]]: until: is before the scenario's start");
    }
    const auto* table = std::get_if<TableLoad>(&load.kind);
    if (table == nullptr || table->rows.size() < 2) return;
    if (table->rows.back().from <= scenario_.start) {
      complaints_.add(load.place,
                      "[[load]]: file: " + table->file + ": ends before the scenario's start");
    }
  }

  void add_up_loads() {
    const auto over = find_overload(scenario_.loads, profile_.phases);
    if (!over) return;
    const std::string unit = over->reactive ? " kvar" : " kW";
    complaints_.add(scenario_.loads[over->load].place,
                    "[[load]]: together with the other loads, up to " +
                        std::to_string((over->power + 500'000) / 1'000'000) + unit + " flow on L" +
                        std::to_string(over->phase + 1) + " from " +
                        to_string(profile_.zone.local(over->from)) + ": at most 500" + unit +
                        " are allowed on a phase");
  }

  MessageEvent message(TableReader& table) {
    MessageEvent message{table.text("text").value_or(""), table.text("code").value_or("")};
    if (const auto checked = check_message(message.text); !checked) {
      table.complain("text", checked.error().message);
    }
    return message;
  }

  const Document& document_;
  const Profile& profile_;
  Complaints complaints_;
  TableReader root_;
  Scenario scenario_;
  std::vector<Place> device_places_;
};

}  // namespace

Result<Scenario> load_scenario(const std::filesystem::path& file, const Profile& profile) {
  const auto document = read_document(file);
  if (!document) return tl::make_unexpected(document.error());
  return ScenarioLoader(*document, profile).run();
}

std::map<std::string, std::filesystem::path> list_scenarios() {
  return list_data("profiles/scenarios");
}

Result<Scenario> find_scenario(std::string_view name, const Profile& profile) {
  if (name.find('/') != std::string_view::npos || name.ends_with(".toml")) {
    return load_scenario(std::filesystem::path(name), profile);
  }
  const auto scenarios = list_scenarios();
  if (const auto found = scenarios.find(std::string(name)); found != scenarios.end()) {
    return load_scenario(found->second, profile);
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
                      head.time("start").value_or("")};
  if (!complaints.none()) return tl::make_unexpected(complaints.error());
  return result;
}

}  // namespace p1rig
