#include "simulator/data_dir.h"

#include <array>
#include <cstdlib>
#include <system_error>

namespace p1rig {

std::filesystem::path data_dir() {
  if (const char* chosen = std::getenv("P1RIG_DATA"); chosen != nullptr && *chosen != '\0') {
    return chosen;
  }
  std::error_code code;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", code);
  const std::array<std::filesystem::path, 3> places = {
      program.parent_path().parent_path() / "share" / "p1rig", P1RIG_INSTALLED_DATA,
      P1RIG_SOURCE_DATA};
  for (const auto& place : places) {
    // A program that still lies in its build folder belongs to the source tree.
    if (std::filesystem::is_directory(place / "profiles", code)) return place;
  }
  return places.back();
}

std::map<std::string, std::filesystem::path> list_data(std::string_view folder) {
  std::map<std::string, std::filesystem::path> files;
  std::error_code code;
  for (std::filesystem::directory_iterator entry(data_dir() / folder, code), end;
       !code && entry != end; entry.increment(code)) {
    if (entry->path().extension() == ".toml") files.emplace(entry->path().stem(), entry->path());
  }
  return files;
}

}  // namespace p1rig
