#include <algorithm>

#include "simulator/profile/profile.h"

namespace p1rig {
namespace {

/// The code that a line of a template begins with, the channel of an M-Bus block put in.
std::optional<Obis> code_of(std::string_view line, int channel) {
  std::string code(line.substr(0, line.find('(')));
  if (channel != 0 && code.starts_with("0-n:")) code[2] = static_cast<char>('0' + channel);
  const auto written = parse_obis(code);
  return written ? std::optional(written->code) : std::nullopt;
}

/// The template without the data lines whose code is not listed. A line that begins with a bracket
/// or a list belongs to the one before.
std::string only_listed(std::string_view text, const std::vector<Obis>& readout, int channel) {
  std::string kept;
  bool listed = true;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    const bool continues = line.starts_with('(') || line.starts_with("{each");
    if (!continues) {
      const auto code = code_of(line, channel);
      listed = !code || std::ranges::find(readout, *code) != readout.end();
    }
    if (listed) kept += line;
    text.remove_prefix(end);
  }
  return kept;
}

}  // namespace

Result<Profile> with_readout(const Profile& profile, const std::vector<Obis>& readout) {
  if (readout.empty()) return profile;
  Profile shorter = profile;
  const auto listed = [&](std::string_view text, int channel) {
    return only_listed(text, readout, channel);
  };
  auto flaw = shorter.layout.compile(listed(profile.telegram_text, 0));
  for (std::size_t i = 0; i < kMediumCount; ++i) {
    const auto medium = static_cast<Medium>(i);
    for (int channel = 1; channel <= 4 && !flaw; ++channel) {
      if (!profile.layout.has_block(medium, channel)) continue;
      flaw = shorter.layout.compile_block(listed(profile.mbus_text[i], channel), channel, medium);
    }
  }
  if (flaw) return fail(profile.file + ": " + flaw->message);
  return shorter;
}

}  // namespace p1rig
