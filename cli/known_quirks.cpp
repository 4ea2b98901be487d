#include "cli/known_quirks.h"

#include <string>

namespace p1rig {
namespace {

/// The identification of a profile as a glob: its holes match anything, and so do its blanks one
/// character each, since a blank parts globs.
std::string glob_of(const std::string& identification) {
  std::string glob;
  bool in_hole = false;
  for (const char c : identification) {
    if (c == '{') glob += '*';
    in_hole = c == '{' || (in_hole && c != '}');
    if (!in_hole && c != '}') glob += c == ' ' || c == '*' ? '?' : c;
  }
  return glob;
}

}  // namespace

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
    if (!matches_glob(glob_of(profile->identification), telegram.identification)) continue;
    for (KnownQuirk& quirk : quirks_of(*profile)) quirks.push_back(std::move(quirk));
  }
  return quirks;
}

}  // namespace p1rig
