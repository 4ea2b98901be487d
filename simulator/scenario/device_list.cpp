#include "simulator/scenario/device_list.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "protocol/ascii.h"
#include "simulator/files/suggest.h"
#include "simulator/profile/identity.h"
#include "simulator/profile/template_lines.h"
#include "simulator/state.h"

namespace p1rig {
namespace {

constexpr int kChannels = 4;
constexpr std::string_view kForm =
    "expected media and numbers such as \"gas=2,water=1\", or \"none\"";

std::vector<std::string_view> media_of(const Profile& profile) {
  std::vector<std::string_view> media;
  for (std::size_t i = 0; i < kMediumCount; ++i) {
    const auto medium = static_cast<Medium>(i);
    if (medium != Medium::kUnlinked && profile.layout.has_block(medium)) {
      media.push_back(to_string(medium));
    }
  }
  return media;
}

/// A device of that medium which is nobody's: seventeen characters, as most identifiers have.
MbusDevice any_device(Medium medium, const Profile& profile) {
  MbusDevice device;
  device.medium = medium;
  device.valve = 1;
  device.id = static_cast<char>(to_string(medium)[0] - 'a' + 'A') + std::string("0099000000000001");
  if (const auto ean = profile.start.texts.find(Quantity::kMeterEan);
      ean != profile.start.texts.end()) {
    constexpr std::uint64_t kFarAway = 1'000'000;
    device.ean = ean_of(ean->second, kFarAway + static_cast<std::uint64_t>(medium));
  }
  const std::string_view unit = customary_unit(medium);
  device.reading = parse_state_value(dimension_of(medium), QuantityKind::kRegister, unit,
                                     "100 " + std::string(unit))
                       .value_or(0);
  return device;
}

/// One such as the profile has, if it has one.
MbusDevice pattern_of(Medium medium, const Profile& profile) {
  const auto own = std::ranges::find(profile.start.devices, medium, &MbusDevice::medium);
  return own == profile.start.devices.end() ? any_device(medium, profile) : *own;
}

/// How many of the medium; nothing if it is no number, or more than there are channels.
std::optional<int> count_of(std::string_view text) {
  if (text.size() != 1 || text[0] < '0' || text[0] > '0' + kChannels) return std::nullopt;
  return text[0] - '0';
}

}  // namespace

bool lacks_channel(Medium medium, const Profile& profile) {
  bool lacks = false;
  each_line(profile.mbus_text[static_cast<std::size_t>(medium)], [&](std::string_view line) {
    const bool has_code = is_digit(line.front());
    lacks = lacks || (has_code && !line.starts_with("0-n:"));
  });
  return lacks;
}

std::string room_for_one(Medium medium, const Profile& profile) {
  return "the codes of a " + std::string(to_string(medium)) + " meter have no channel in " +
         profile.name + ": it has room for one";
}

Result<std::vector<ScenarioDevice>> read_device_list(std::string_view list, const Profile& profile,
                                                     std::uint64_t id_seed) {
  std::vector<ScenarioDevice> devices;
  if (list == "none") return devices;
  const std::vector<std::string_view> media = media_of(profile);
  if (media.empty()) return fail(profile.name + " has no M-Bus");
  std::array<int, kMediumCount> of_medium{};
  for (bool more = true; more;) {
    const auto comma = list.find(',');
    const std::string_view word = list.substr(0, comma);
    more = comma != std::string_view::npos;
    list = more ? list.substr(comma + 1) : "";
    const auto equals = word.find('=');
    const auto count =
        equals == std::string_view::npos ? std::nullopt : count_of(word.substr(equals + 1));
    if (!count) return fail("\"" + std::string(word) + "\": " + std::string(kForm) + ", at most 4");
    const std::string_view name = word.substr(0, equals);
    if (std::ranges::find(media, name) == media.end()) {
      std::string known;
      for (const std::string_view medium : media) (known += known.empty() ? "" : ", ") += medium;
      return fail(profile.name + " knows no \"" + std::string(name) + "\" on its M-Bus, but " +
                  known + did_you_mean(name, media));
    }
    const Medium medium = *find_medium(name);
    const int before = of_medium[static_cast<std::size_t>(medium)];
    if (before + *count > 1 && lacks_channel(medium, profile)) {
      return fail(room_for_one(medium, profile));
    }
    for (int i = 0; i < *count; ++i) {
      if (devices.size() == kChannels) return fail("a fifth device: there are only four channels");
      MbusDevice device = pattern_of(medium, profile);
      const auto turn = static_cast<std::uint64_t>(of_medium[static_cast<std::size_t>(medium)]++);
      const std::uint64_t seed = kChannels * id_seed + turn - (kChannels - 1);  // 1 for the first
      device.id = identifier_of(device.id, seed);
      device.ean = ean_of(device.ean, seed);
      device.channel = static_cast<int>(devices.size()) + 1;
      devices.push_back({std::move(device), std::nullopt});
    }
  }
  return devices;
}

Result<void> set_devices(std::vector<ScenarioDevice> devices, Scenario& scenario) {
  const bool has_own = scenario.devices || std::ranges::any_of(scenario.events, [](const Event& e) {
                         return std::holds_alternative<ConnectEvent>(e.what) ||
                                std::holds_alternative<DisconnectEvent>(e.what) ||
                                std::holds_alternative<ExchangeEvent>(e.what) ||
                                std::holds_alternative<RadioEvent>(e.what) ||
                                std::holds_alternative<ValveEvent>(e.what);
                       });
  if (has_own) return fail(scenario.file + " itself says what is on the M-Bus");
  for (const Event& event : scenario.events) {
    const auto* firmware = std::get_if<FirmwareEvent>(&event.what);
    if (firmware == nullptr) continue;
    for (const ScenarioDevice& device : devices) {
      const Medium medium = device.device.medium;
      if (!firmware->profile->mbus_text[static_cast<std::size_t>(medium)].empty()) {
        const auto count = std::ranges::count_if(
            devices, [&](const ScenarioDevice& other) { return other.device.medium == medium; });
        if (count < 2 || !lacks_channel(medium, *firmware->profile)) continue;
        return fail(scenario.file + ": " + room_for_one(medium, *firmware->profile));
      }
      return fail(scenario.file + ": firmware of " + firmware->profile->name + " has no [mbus." +
                  std::string(to_string(medium)) + "]");
    }
  }
  scenario.devices = std::move(devices);
  return {};
}

}  // namespace p1rig
