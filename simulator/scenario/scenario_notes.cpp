#include "simulator/scenario/scenario_notes.h"

#include <algorithm>

namespace p1rig {
namespace {

using std::chrono::sys_seconds;

class Notes {
 public:
  Notes(const Scenario& scenario, const Profile& profile, sys_seconds from)
      : scenario_(scenario), profile_(profile), from_(from) {}

  std::vector<std::string> run() {
    for (const Load& load : scenario_.loads) {
      if (is_over(load.from)) {
        add(load.place, "[[load]]: from: is not before the end of the scenario's window");
      } else if (const auto* table = std::get_if<TableLoad>(&load.kind)) {
        curve(load, *table);
      }
    }
    for (const Event& event : scenario_.events) {
      if (is_over(event.at)) {
        add(event.place, "[[event]]: at: is not before the end of the scenario's window");
      }
    }
    tariffs();
    return std::move(notes_);
  }

 private:
  bool is_over(sys_seconds t) const { return scenario_.until && t >= *scenario_.until; }

  void curve(const Load& load, const TableLoad& table) {
    const std::string nothing =
        "[[load]]: " + (table.file.empty() ? "csv" : "file: " + table.file) + ": no power flows ";
    const sys_seconds begin = std::max(load.from, table.rows.front().from);
    if (begin > std::max(load.from, scenario_.window_from(from_))) {
      add(load.place, nothing + "before " + written(begin) + ", the first of its times");
    }
    if (table.rows.size() == 1) return;
    const sys_seconds end = table.rows.back().from;
    if (end <= from_ || (scenario_.until && end < std::min(load.until, *scenario_.until))) {
      add(load.place, nothing + "from " + written(end) + " on, the last of its times");
    }
  }

  void tariffs() {
    const auto& periods = scenario_.calendar.periods;
    if (!periods.empty() || !shows_tariffs()) return;
    add(profile_.file, profile_.country_place,
        "country: there is no tariff calendar for " + profile_.country +
            ": the tariff stays 0, and no tariff register counts (tariff in a scenario "
            "selects another calendar)");
  }

  bool shows_tariffs() const {
    return std::ranges::any_of(profile_.layout.shown(), [](Quantity quantity) {
      return quantity == Quantity::kTariff ||
             (quantity >= Quantity::kEnergyImportT1 && quantity <= Quantity::kEnergyImportT5);
    });
  }

  std::string written(sys_seconds t) const { return to_string(profile_.zone.local(t)); }

  void add(Place place, const std::string& message) { add(scenario_.file, place, message); }
  void add(const std::string& file, Place place, const std::string& message) {
    Complaints complaint(file);
    complaint.add(place, message);
    notes_.push_back(complaint.error().message);
  }

  const Scenario& scenario_;
  const Profile& profile_;
  sys_seconds from_;
  std::vector<std::string> notes_;
};

}  // namespace

std::vector<std::string> notes_on(const Scenario& scenario, const Profile& profile,
                                  sys_seconds from) {
  return Notes(scenario, profile, from).run();
}

}  // namespace p1rig
