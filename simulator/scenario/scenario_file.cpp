#include "simulator/scenario/scenario_file.h"

#include <algorithm>
#include <optional>

#include "simulator/files/read_file.h"
#include "simulator/profile/table_values.h"
#include "simulator/scenario/load_sums.h"

namespace p1rig {
namespace {

using std::chrono::sys_seconds;

/// More loads than that no scenario has.
constexpr std::int64_t kMostStreams = 1'000'000'000;

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

  Load load(const Node& node, std::int64_t stream) {
    TableReader table("[[load]]", &node, complaints_);
    Load load;
    load.stream = static_cast<std::uint64_t>(
        table.integer<std::int64_t>("stream", 1, kMostStreams).value_or(stream));
    load.place = node.place;
    load.name = table.string("name").value_or("");
    load.from = read_instant(table, "from", profile_.zone).value_or(scenario_.start);
    load.until = read_instant(table, "until", profile_.zone).value_or(sys_seconds::max());
    if (load.until <= load.from) table.complain("until", "is not after from");
    const auto kind = table.word("kind", load_kinds());
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
      load.kind = curve(table, load.from);
    }
    table.finish();
    refuse_ended(load);
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

  TableLoad curve(TableReader& table, sys_seconds from) {
    const bool inside = table.node("csv") != nullptr;
    if (inside && table.node("file") != nullptr) {
      table.complain("csv", "is the curve already: leave out file");
    }
    return inside ? curve_inside(table, from) : curve_of_file(table);
  }

  /// The scenario itself has it.
  TableLoad curve_inside(TableReader& table, sys_seconds from) {
    const auto text = table.some_text("csv");
    if (!text) return {};
    return checked(table, "csv", "line ",
                   parse_load_table(*text, profile_.zone, from, profile_.phases), "");
  }

  TableLoad curve_of_file(TableReader& table) {
    const std::string name = table.required_string("file");
    const auto file = folder_ / name;
    // A row for every second of some weeks.
    constexpr std::uint64_t kMost = std::uint64_t{256} << 20U;
    const auto text = read_file(file, kMost);
    if (!text) {
      table.complain("file", text.error().message);
      return {};
    }
    return checked(
        table, "file", file.string() + ":",
        parse_load_table(*text, profile_.zone,
                         scenario_.own_start ? std::optional(scenario_.start) : std::nullopt,
                         profile_.phases),
        file.string());
  }

  TableLoad checked(TableReader& table, std::string_view key, const std::string& where,
                    Result<std::vector<TableLoad::Row>> rows, std::string file) {
    if (!rows) {
      table.complain(key, where + rows.error().message);
      return {};
    }
    const bool any_export = std::ranges::any_of(*rows, [](const TableLoad::Row& row) {
      return std::ranges::any_of(row.power, [](const Power& power) { return power.active < 0; });
    });
    if (any_export) refuse_export(table);
    return {std::move(*rows), std::move(file)};
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
                      "[[load]]: " + (table->file.empty() ? "csv" : "file: " + table->file) +
                          ": ends before the scenario's start");
    }
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

Load read_load(const Node& node, const std::filesystem::path& folder, const Profile& profile,
               const Scenario& scenario, std::uint64_t stream, Complaints& complaints) {
  return LoadReader(folder, profile, scenario, complaints)
      .load(node, static_cast<std::int64_t>(stream));
}

const std::vector<std::string_view>& load_kinds() {
  static const std::vector<std::string_view> kKinds = {"fixed", "household", "sun", "car", "table"};
  return kKinds;
}

void check_powers(const Scenario& scenario, const Profile& profile, Complaints& complaints) {
  const auto over = find_overload(scenario.loads, profile.phases);
  if (!over) return;
  const std::string unit = over->reactive ? " kvar" : " kW";
  complaints.add(scenario.loads[over->load].place,
                 "[[load]]: together with the other loads, up to " +
                     std::to_string((over->power + 500'000) / 1'000'000) + unit + " flow on L" +
                     std::to_string(over->phase + 1) + " from " +
                     to_string(profile.zone.local(over->from)) + ": at most 500" + unit +
                     " are allowed on a phase");
}

}  // namespace p1rig
