#include "simulator/profile/profile.h"

#include <algorithm>

#include "protocol/wording.h"
#include "simulator/files/data_dir.h"
#include "simulator/files/suggest.h"

namespace p1rig {

Result<void> check_message(std::string_view text) {
  constexpr std::size_t kLongestMessage = 1024;
  if (text.size() > kLongestMessage) {
    return fail("has " + counted(text.size(), "character") + ", at most " +
                std::to_string(kLongestMessage) + " (DSMR-P1 5.0.2 §7.2)");
  }
  if (text.find_first_of("\r\n") != std::string_view::npos) {
    return fail("must not contain line ends (DSMR-P1 5.0.2 §7.2)");
  }
  return {};
}

Result<void> set_quantity(const QuantityRow& row, const std::string& text, const Zone& zone,
                          MeterState& state) {
  if (row.kind == QuantityKind::kText) {
    if (row.id >= Quantity::kMessageText && row.id <= Quantity::kMessage5) {
      if (const auto checked = check_message(text); !checked) return checked;
    }
    state.texts[row.id] = text;
    return {};
  }
  if (row.kind == QuantityKind::kTime) {
    const auto instant = zone.parse_instant(text);
    if (!instant) return tl::make_unexpected(instant.error());
    state[row.id] = instant->time_since_epoch().count();
    return {};
  }
  const auto value = parse_quantity_value(row, text);
  if (!value) return tl::make_unexpected(value.error());
  const bool counts = row.kind == QuantityKind::kRegister || row.kind == QuantityKind::kCounter;
  if (counts && *value < 0) return fail("\"" + text + "\": it only counts up, from 0");
  // Room for sums over tariffs, and for centuries of counting.
  if (counts && *value > INT64_MAX / 16) return fail("\"" + text + "\" is too large");
  state[row.id] = *value;
  return {};
}

void fill_free_channels(const CaptureSettings& capture, MeterState& state) {
  for (int channel = 1; channel <= capture.channels; ++channel) {
    const auto place = std::ranges::lower_bound(state.devices, channel, {}, &MbusDevice::channel);
    if (place != state.devices.end() && place->channel == channel) continue;
    MbusDevice free;
    free.medium = Medium::kUnlinked;
    free.channel = channel;
    state.devices.insert(place, std::move(free));
  }
}

std::map<std::string, std::filesystem::path> list_profiles() { return list_data("profiles"); }

Result<Profile> find_profile(std::string_view name) {
  if (name.find('/') != std::string_view::npos || name.ends_with(".toml")) {
    return load_profile(std::filesystem::path(name));
  }
  const auto profiles = list_profiles();
  if (const auto found = profiles.find(std::string(name)); found != profiles.end()) {
    return load_profile(found->second);
  }
  if (profiles.empty()) {
    return fail((data_dir() / "profiles").string() + ": there are no profiles here; P1RIG_DATA " +
                "names the directory that contains profiles/");
  }
  std::vector<std::string_view> names;
  for (const auto& [known, file] : profiles) names.push_back(known);
  return fail("unknown profile \"" + std::string(name) + "\"" + did_you_mean(name, names) +
              " (`p1rig profiles` lists them)");
}

}  // namespace p1rig
