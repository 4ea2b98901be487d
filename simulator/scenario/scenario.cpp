#include "simulator/scenario/scenario.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "simulator/files/data_dir.h"
#include "simulator/files/document.h"
#include "simulator/files/suggest.h"
#include "simulator/profile/table_values.h"
#include "simulator/scenario/scenario_file.h"

namespace p1rig {
namespace {

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
    }
    for (const Node* node : root_.tables("event")) {
      if (auto event = read_event(*node, profile_, scenario_, complaints_)) {
        scenario_.events.push_back(std::move(*event));
      }
    }
    root_.finish();
    std::ranges::stable_sort(scenario_.events, {}, &Event::at);
    if (complaints_.none()) {
      check_channels(scenario_, device_places_, profile_, complaints_);
    }
    end_at_successors(scenario_.loads);
    if (complaints_.none()) check_powers(scenario_, profile_, complaints_);
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
    scenario_.begin = time(head, "begin");
    if (scenario_.begin && *scenario_.begin < scenario_.start) {
      head.complain("begin", "is before the start");
    }
    if (scenario_.begin && scenario_.until && *scenario_.begin >= *scenario_.until) {
      head.complain("begin", "is not before until");
    }
    if (head.node("voltage") != nullptr) {
      scenario_.voltage =
          read_value(head, "voltage", Dimension::kVoltage, QuantityKind::kInstant, "V");
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

  const Document& document_;
  const Profile& profile_;
  Complaints complaints_;
  TableReader root_;
  Scenario scenario_;
  std::vector<Place> device_places_;
};

}  // namespace

Result<Scenario> load_scenario(const std::filesystem::path& file, const Profile& profile) {
  auto read = read_document(file);
  if (!read) return tl::make_unexpected(read.error());
  const auto document = std::make_shared<const Document>(std::move(*read));
  auto scenario = ScenarioLoader(*document, profile).run();
  if (scenario) scenario->document = document;
  return scenario;
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
