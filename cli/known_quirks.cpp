#include "cli/known_quirks.h"

#include <string>

#include "conformance/learn/meter_template.h"

namespace p1rig {
std::vector<KnownQuirk> quirks_of(const Profile& profile) {
  std::vector<KnownQuirk> quirks;
  for (const ProfileQuirk& quirk : profile.quirks) {
    quirks.push_back({quirk.rule, quirk.obis, quirk.source});
  }
  return quirks;
}

std::vector<KnownQuirk> quirks_of(const Telegram& telegram, const Dialect& dialect) {
  std::vector<KnownQuirk> quirks;
  for (const auto& [name, file] : list_profiles()) {
    const auto profile = load_profile(file);
    if (!profile || profile->quirks.empty() || profile->dialect->name != dialect.name) continue;
    if (!matches_glob(identification_glob(profile->identification), telegram.identification))
      continue;
    for (KnownQuirk& quirk : quirks_of(*profile)) quirks.push_back(std::move(quirk));
  }
  return quirks;
}

}  // namespace p1rig
