#include "simulator/scenario/scenario.h"

#include <algorithm>
#include <filesystem>

#include "simulator/files/data_dir.h"
#include "simulator/files/document.h"
#include "simulator/files/suggest.h"
#include "simulator/profile/table_values.h"
#include "simulator/scenario/load_sums.h"
#include "simulator/scenario/scenario_events.h"
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
      scenario_.values = read_assignments("[values]", *values, profile_, complaints_);
    devices();
    std::uint64_t stream = 0;
    const auto folder = std::filesystem::path(document_.file).parent_path();
    for (const Node* node : root_.tables("load")) {
      scenario_.loads.push_back(
          read_load(*node, folder, profile_, scenario_, ++stream, complaints_));
      refuse_ended(scenario_.loads.back());
    }
    events();
    root_.finish();
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
      scenario_.voltage = read_voltage(head, "voltage");
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
    const auto objects = objects_of(profile_);
    scenario_.readout.only = read_objects(head, "readout", profile_, objects);
    if (!scenario_.readout.only.empty()) {
      check_readout(head, "readout", scenario_.readout, objects);
    }
    head.finish();
  }

  /// Of 2000, by the meter's clock.
  sys_seconds beginning() const {
    constexpr sys_seconds kUtc = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
    return kUtc - profile_.zone.offset(kUtc);
  }

  std::optional<sys_seconds> time(TableReader& table, std::string_view key) {
    return read_instant(table, key, profile_.zone);
  }

  void devices() {
    if (root_.node("device") == nullptr) return;
    scenario_.devices.emplace();
    for (const Node* node : root_.tables("device")) {
      TableReader table("[[device]]", node, complaints_);
      scenario_.devices->push_back(read_scenario_device(table, profile_));
      table.finish();
      device_places_.push_back(node->place);
    }
  }

  /// In the order of time: what one may say depends on what the meter prints by then.
  void events() {
    struct Timed {
      sys_seconds at;
      const Node* node;
    };
    std::vector<Timed> timed;
    for (const Node* node : root_.tables("event")) {
      TableReader table("[[event]]", node, complaints_);
      const auto at = read_instant(table, "at", profile_.zone);
      if (table.node("at") == nullptr)
        table.complain("at", "is missing: when does the event happen?");
      if (at && *at < scenario_.start) table.complain("at", "is before the scenario's start");
      timed.push_back({at.value_or(scenario_.start), node});
    }
    std::ranges::stable_sort(timed, {}, &Timed::at);
    EventReader reader(profile_, scenario_.readout,
                       std::filesystem::path(document_.file).parent_path(), complaints_);
    for (const auto& [at, node] : timed) {
      if (auto event = reader.read(*node, at)) scenario_.events.push_back(std::move(*event));
    }
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
