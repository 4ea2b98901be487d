#include "cli/known_quirks.h"

#include <string>

namespace p1rig {
namespace {

/// The identification of a profile as a glob. Its holes match anything. Its blanks match one
/// character each, since a blank parts globs, and so do its digits after the baud rate: the next
/// meter of the same make has another number.
std::string glob_of(const std::string& identification) {
  constexpr std::size_t kMakerAndBaud = 4;
  std::string glob;
  bool in_hole = false;
  for (std::size_t i = 0; i < identification.size(); ++i) {
    const char c = identification[i];
    if (c == '{') glob += '*';
    in_hole = c == '{' || (in_hole && c != '}');
    if (in_hole || c == '}') continue;
    const bool is_number = c >= '0' && c <= '9' && i >= kMakerAndBaud;
    glob += c == ' ' || c == '*' || is_number ? '?' : c;
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
