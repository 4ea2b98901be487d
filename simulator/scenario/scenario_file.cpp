#include "simulator/scenario/scenario_file.h"

#include <algorithm>
#include <optional>

#include "simulator/files/read_file.h"
#include "simulator/profile/table_values.h"
#include "simulator/render/render.h"

namespace p1rig {
namespace {

using std::chrono::sys_seconds;

bool exports(const Layout& layout) {
  return std::ranges::any_of(layout.shown(), [](Quantity quantity) {
    const std::string_view name = row_of(quantity).name;
    return name.starts_with("energy.export") || name.starts_with("power.export");
  });
}

class LoadReader {
 public:
  LoadReader(const std::filesystem::path& folder, const Profile& profile, const Scenario& scenario,
             Complaints& complaints)
      : folder_(folder), profile_(profile), scenario_(scenario), complaints_(complaints) {}

  Load load(const Node& node, std::uint64_t stream) {
    TableReader table("[[load]]", &node, complaints_);
    Load load;
    load.stream = stream;
    load.place = node.place;
    load.from = read_instant(table, "from", profile_.zone).value_or(scenario_.start);
    load.until = read_instant(table, "until", profile_.zone).value_or(sys_seconds::max());
    if (load.until <= load.from) table.complain("until", "is not after from");
    const auto kind = table.word("kind", {"fixed", "household", "sun", "car", "table"});
    if (!kind) {
      if (table.node("kind") == nullptr)
        table.complain("kind", "is missing: fixed, household, sun, car or table");
    } else if (*kind == "fixed") {
      load.kind = fixed(table);
    } else if (*kind == "household") {
      load.kind = HouseholdLoad{table.integer("percent", 0, 1000).value_or(100)};
    } else if (*kind == "sun") {
      load.kind = sun(table);
    } else if (*kind == "car") {
      load.kind = car(table);
    } else {
      load.kind = curve(table);
    }
    table.finish();
    return load;
  }

 private:
  std::array<bool, 3> phases(TableReader& table) {
    std::array<bool, 3> chosen{};
    const auto names = table.some_strings("phases");
    for (const std::string& name : names) {
      const bool known = name == "l1" || name == "l2" || name == "l3";
      if (!known) table.complain("phases", "\"" + name + "\" is not one of: l1, l2, l3");
      if (known) chosen[static_cast<std::size_t>(name[1] - '1')] = true;
    }
    if (names.empty()) chosen = {true, profile_.phases == 3, profile_.phases == 3};
    if (profile_.phases == 1 && (chosen[1] || chosen[2])) {
      table.complain("phases", profile_.name + " has one phase");
    }
    return chosen;
  }

  static void limit(TableReader& table, std::string_view key, std::int64_t power) {
    if (power > kMostOnPhase || power < -kMostOnPhase) {
      table.complain(key, key.starts_with('q') ? "expected at most 500 kvar on a phase"
                                               : "expected at most 500 kW on a phase");
    }
  }

  FixedLoad fixed(TableReader& table) {
    static constexpr std::array<std::string_view, 3> kActive = {"l1", "l2", "l3"};
    static constexpr std::array<std::string_view, 3> kReactive = {"q1", "q2", "q3"};
    FixedLoad load;
    const auto given = [&](std::string_view key) { return table.node(key) != nullptr; };
    if (std::ranges::none_of(kActive, given) && std::ranges::none_of(kReactive, given)) {
      table.complain("kind", "has no power: expected l1, l2, l3, q1, q2 or q3");
    }
    for (std::size_t phase = 0; phase < 3; ++phase) {
      auto& power = load.power[phase];
      power.active =
          read_value(table, kActive[phase], Dimension::kActivePower, QuantityKind::kInstant, "W");
      limit(table, kActive[phase], power.active);
      power.reactive = read_value(table, kReactive[phase], Dimension::kReactivePower,
                                  QuantityKind::kInstant, "var");
      limit(table, kReactive[phase], power.reactive);
      if (profile_.phases == 1 && phase > 0 && power != Power{}) {
        table.complain(kActive[phase], profile_.name + " has one phase");
      }
      if (power.active < 0) refuse_export(table);
    }
    return load;
  }

  SunLoad sun(TableReader& table) {
    SunLoad load;
    if (table.node("peak") != nullptr) {
      load.peak = read_value(table, "peak", Dimension::kActivePower, QuantityKind::kInstant, "kW");
      limit(table, "peak", load.peak);
      if (load.peak < 0) table.complain("peak", "expected a power that is not negative");
    }
    load.phases = phases(table);
    load.clouds = table.integer("clouds", 0, 100).value_or(40);
    refuse_export(table);
    return load;
  }

  CarLoad car(TableReader& table) {
    CarLoad load;
    if (table.node("current") != nullptr) {
      load.current = read_value(table, "current", Dimension::kCurrent, QuantityKind::kInstant, "A");
      if (load.current < 0 || load.current > 1'000'000) {
        table.complain("current", "expected 0 A to 1000 A");
      }
    }
    load.phases = phases(table);
    return load;
  }

  TableLoad curve(TableReader& table) {
    const std::string name = table.required_string("file");
    const auto file = folder_ / name;
    // A row for every second of some weeks.
    constexpr std::uint64_t kMost = std::uint64_t{256} << 20U;
    const auto text = read_file(file, kMost);
    if (!text) {
      table.complain("file", text.error().message);
      return {};
    }
    auto rows = parse_load_table(
        *text, profile_.zone, scenario_.own_start ? std::optional(scenario_.start) : std::nullopt,
        profile_.phases);
    if (!rows) {
      table.complain("file", file.string() + ":" + rows.error().message);
      return {};
    }
    const bool any_export = std::ranges::any_of(*rows, [](const TableLoad::Row& row) {
      return std::ranges::any_of(row.power, [](const Power& power) { return power.active < 0; });
    });
    if (any_export) refuse_export(table);
    return {std::move(*rows), file.string()};
  }

  void refuse_export(TableReader& table) {
    if (exports(profile_.layout)) return;
    table.complain("kind", profile_.name + " measures only import: its telegram has no export");
  }

  const std::filesystem::path& folder_;
  const Profile& profile_;
  const Scenario& scenario_;
  Complaints& complaints_;
};

}  // namespace

std::int64_t most_use(const Profile& profile) {
  const std::int64_t captures = std::chrono::days{36'525} / profile.capture.period;
  return INT64_MAX / 16 / captures;
}

ScenarioDevice read_scenario_device(TableReader& table, const Profile& profile) {
  ScenarioDevice result{read_device(table, profile), std::nullopt};
  MbusDevice& device = result.device;
  device.id = table.required_string("id");
  device.channel = table.integer("channel", 1, 4).value_or(0);
  if (table.node("use") != nullptr) {
    result.use = read_reading(table, "use", device.medium);
    if (*result.use > most_use(profile)) table.complain("use", "is too large");
  }
  return result;
}

Assignments read_assignments(const std::string& name, const Node& node, const Profile& profile,
                             Complaints& complaints) {
  Assignments list;
  read_quantities(name, node, complaints,
                  [&](const QuantityRow& row, const std::string& text) -> Result<void> {
                    if (follows_from_loads(row.id)) return fail(std::string(kFollowsFromLoads));
                    list.emplace_back(row.id, text);
                    MeterState scratch;
                    auto done = set_quantity(row, text, profile.zone, scratch);
                    if (!done) return done;
                    // A meter would wrap or stop at all nines; who gives a value wants to read it.
                    const auto limit = limit_passed(profile.layout, row.id, scratch[row.id]);
                    if (limit) return fail(text + " does not fit: " + *limit);
                    return {};
                  });
  return list;
}

std::int64_t read_voltage(TableReader& table, std::string_view key) {
  return read_value(table, key, Dimension::kVoltage, QuantityKind::kInstant, "V");
}

std::vector<Obis> read_objects(TableReader& table, std::string_view key, const Profile& profile,
                               const std::vector<Obis>& objects) {
  std::vector<Obis> list;
  for (const std::string& code : table.some_strings(key)) {
    const auto written = parse_obis(code);
    if (!written) {
      table.complain(key, "\"" + code + "\" is not an OBIS code such as \"1-0:1.8.0\"");
    } else if (std::ranges::find(objects, written->code) == objects.end()) {
      table.complain(key, profile.name + " has no object " + code);
    } else {
      list.push_back(written->code);
    }
  }
  return list;
}

void check_readout(TableReader& table, std::string_view key, const Readout& readout,
                   const std::vector<Obis>& objects) {
  constexpr Obis kVersion{1, 3, 0, 2, 8};
  const bool has_version = std::ranges::find(objects, kVersion) != objects.end();
  const auto shown = [&](Obis code) { return readout.shows(code); };
  if (std::ranges::none_of(objects, shown)) {
    table.complain(key, "leaves no object: port-off makes the port silent");
  } else if (has_version && !readout.shows(kVersion)) {
    table.complain(key, "must leave 1-3:0.2.8 in the list (LUX-P1 1.1.3 table 3.1)");
  }
  if (readout.only.size() > 64) {
    table.complain(key, "at most 64 objects (DSMR-P3 4.2.2, object 0-0:21.0.0)");
  }
}

Load read_load(const Node& node, const std::filesystem::path& folder, const Profile& profile,
               const Scenario& scenario, std::uint64_t stream, Complaints& complaints) {
  return LoadReader(folder, profile, scenario, complaints).load(node, stream);
}

}  // namespace p1rig
