#include <algorithm>
#include <optional>
#include <string>

#include "simulator/profile/profile.h"
#include "simulator/profile/template_lines.h"

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
std::string only_listed(std::string_view text, const Readout& readout, int channel) {
  std::string kept;
  bool listed = true;
  each_line(text, [&](std::string_view line) {
    const bool continues = line.starts_with('(') || line.starts_with("{each");
    if (!continues) {
      const auto code = code_of(line, channel);
      listed = !code || readout.shows(*code);
    }
    if (listed) kept += line;
  });
  return kept;
}

}  // namespace

bool Readout::shows(Obis code) const {
  const auto has = [&](const std::vector<Obis>& list) {
    return std::ranges::find(list, code) != list.end();
  };
  return (only.empty() || has(only)) && !has(without);
}

std::vector<Obis> objects_of(const Profile& profile) {
  std::vector<Obis> objects;
  const auto add = [&](std::string_view text, int channel) {
    each_line(text, [&](std::string_view line) {
      if (const auto code = code_of(line, channel)) objects.push_back(*code);
    });
  };
  add(profile.telegram_text, 0);
  for (const std::string& block : profile.mbus_text) {
    for (int channel = 1; channel <= 4; ++channel) add(block, channel);
  }
  return objects;
}

Result<Profile> with_readout(const Profile& profile, const Readout& readout) {
  if (readout == Readout{}) return profile;
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

Result<Profile> with_identification(const Profile& profile, std::string_view identification) {
  Profile renamed = profile;
  renamed.identification.clear();
  for (const char c : identification) {
    if (c == '{' || c == '}') renamed.identification += c;  // a hole nowhere
    renamed.identification += c;
  }
  renamed.telegram_text.replace(1, profile.identification.size(), renamed.identification);
  if (const auto flaw = renamed.layout.compile(renamed.telegram_text)) {
    return fail(profile.file + ": " + flaw->message);
  }
  return renamed;
}

}  // namespace p1rig
