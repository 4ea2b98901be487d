#include "simulator/files/data_dir.h"

#include <cstdlib>
#include <system_error>

namespace p1rig {
namespace {

bool holds_profiles(const std::filesystem::path& folder) {
  std::error_code code;
  return std::filesystem::is_directory(folder / "profiles", code);
}

}  // namespace

std::filesystem::path data_dir() {
  if (const char* chosen = std::getenv("P1RIG_DATA"); chosen != nullptr && *chosen != '\0') {
    return chosen;
  }
  std::error_code code;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", code);
  const std::filesystem::path source = P1RIG_SOURCE_DATA;
  const auto beside = program.parent_path().parent_path() / "share" / "p1rig";
  if (holds_profiles(beside)) return beside;
  // A program that still lies in its source tree belongs to it, whatever is installed elsewhere.
  const bool in_source = program.string().starts_with(source.string() + "/");
  if (!in_source && holds_profiles(P1RIG_INSTALLED_DATA)) return P1RIG_INSTALLED_DATA;
  return source;
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
