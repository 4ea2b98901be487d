#include "cli/meter_options.h"

#include "simulator/render/render.h"
#include "simulator/scenario/device_list.h"
#include "simulator/scenario/scenario_notes.h"

namespace p1rig {

std::vector<std::string> ChosenMeter::files() const {
  std::vector<std::string> files = {profile->file, scenario->file};
  for (const Load& load : scenario->loads) {
    const auto* table = std::get_if<TableLoad>(&load.kind);
    if (table != nullptr && !table->file.empty()) files.push_back(table->file);
  }
  return files;
}

std::string ChosenMeter::telegram_at(std::chrono::sys_seconds t, Truth* truth) {
  std::string telegram;
  if (truth == nullptr) {
    meter->print(t, telegram);
  } else {
    render(profile->layout, meter->at(t), profile->zone, telegram, truth);
  }
  return telegram;
}

void add_meter_options(Options& options) {
  options.value("scenario", "S",
                "the scenario: a name of `p1rig scenarios` or a path; default: household");
  options.value("devices", "LIST",
                "what is on the M-Bus instead of the profile's devices, such as gas=2,water=1, or "
                "none");
  add_seed_options(options, "selects the meter, one of many of its kind; default: 1");
}

std::chrono::sys_seconds this_second() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

int choose_meter(const Options& options, const char* moment, std::chrono::sys_seconds otherwise,
                 ChosenMeter& chosen, std::chrono::sys_seconds& t) {
  auto profile = find_profile(options.words()[0]);
  if (!profile) return complain(kUsage, profile.error().message);
  if (const int code = choose_seeds(options, chosen.seeds); code != kAsExpected) return code;
  t = otherwise;
  const auto asked = options.get(moment);
  if (asked) {
    const auto instant = profile->zone.parse_instant(*asked);
    if (!instant)
      return options.misuse("--" + std::string(moment) + ": " + instant.error().message);
    t = *instant;
  }
  auto scenario = find_scenario(options.get("scenario").value_or("household"), *profile);
  if (!scenario) return complain(kUsage, scenario.error().message);
  // A scenario about a window is simulated from there, unless --start says otherwise.
  if (!asked && (scenario->begin || scenario->until)) t = scenario->window_from(t);
  if (t < scenario->start) {
    const auto shown = [&](std::chrono::sys_seconds time) {
      return to_string(profile->zone.local(time));
    };
    return options.misuse("--" + std::string(moment) + ": is before the start of " +
                          scenario->file + ", which goes from " + shown(scenario->start) +
                          (scenario->until ? " to " + shown(*scenario->until) : " on"));
  }
  if (const auto list = options.get("devices")) {
    chosen.devices = *list;
    auto devices = read_device_list(*list, *profile, chosen.seeds.ids);
    if (!devices) return options.misuse("--devices: " + devices.error().message);
    const auto done = set_devices(std::move(*devices), *scenario);
    if (!done) return options.misuse("--devices: " + done.error().message);
  }
  auto shown = with_readout(*profile, scenario->readout);
  if (!shown) return complain(kUsage, shown.error().message);
  chosen.profile = std::make_shared<const Profile>(std::move(*shown));
  chosen.scenario = std::make_shared<const Scenario>(std::move(*scenario));
  chosen.meter.emplace(chosen.profile, chosen.scenario, chosen.seeds.values, chosen.seeds.ids);
  for (const std::string& note : notes_on(*chosen.scenario, *chosen.profile, t)) {
    say("p1rig: note: " + note);
  }
  // Here and not after a line has been opened: it can be interrupted.
  chosen.meter->at(t);
  return kAsExpected;
}

}  // namespace p1rig
