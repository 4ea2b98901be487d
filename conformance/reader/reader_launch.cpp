#include "conformance/reader/reader_launch.h"

#include <filesystem>
#include <system_error>

namespace p1rig {
namespace {

std::string replaced(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    const std::string mark = "{" + name + "}";
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
      text.replace(at, mark.size(), value);
      at += value.size();
    }
  }
  return text;
}

/// Of a reader file, which may be named without any; a command on the command line has none.
std::string folder_of(const std::string& file) {
  return file.empty() ? "" : std::filesystem::absolute(file).parent_path().string();
}

/// The p1rig that runs.
std::string own_program() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? "p1rig" : path.string();
}

}  // namespace

ReaderLaunch launch_of(const ReaderFile& reader, const ReaderPlace& place) {
  const Profile& profile = place.profile;
  const std::map<std::string, std::string> values = {
      {"endpoint", place.endpoint},
      {"profile", profile.name},
      {"dialect", std::string(profile.dialect->name)},
      {"here", folder_of(reader.file)},
      {"baud", std::to_string(profile.line.baud)},
      {"framing", framing_of(profile.line)},
      {"observe", place.observed_at},
      {"p1rig", own_program()},
      {"key_file", place.key_file}};
  ReaderLaunch launch{.command = {}, .environment = reader.environment};
  for (const std::string& word : reader.command) launch.command.push_back(replaced(word, values));
  for (auto& [name, value] : launch.environment) value = replaced(value, values);
  launch.environment["P1RIG_ENDPOINT"] = place.endpoint;
  launch.environment["P1RIG_PROFILE"] = profile.name;
  launch.environment["P1RIG_DIALECT"] = profile.dialect->name;
  launch.environment["P1RIG_KEY_FILE"] = place.key_file;
  launch.environment["P1RIG_OBSERVE"] = place.observed_at;
  return launch;
}

}  // namespace p1rig
