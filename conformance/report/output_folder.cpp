#include "conformance/report/output_folder.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "conformance/report/whole_file.h"

namespace p1rig {

namespace fs = std::filesystem;

Result<OutputFolder> OutputFolder::open(const std::string& path) {
  std::error_code error;
  if (fs::exists(path, error)) {
    if (!fs::is_directory(path, error)) return fail(path + ": is not a directory");
    // It is removed at once.
    if (const auto file = WholeFile::open(path + "/probe"); !file) {
      return tl::make_unexpected(file.error());
    }
    return OutputFolder(path);
  }
  fs::path above = fs::absolute(path, error).parent_path();
  while (!fs::exists(above, error) && above.has_relative_path()) above = above.parent_path();
  if (!fs::is_directory(above, error)) {
    return fail(path + ": cannot be created: " + above.string() + " is not a directory");
  }
  if (::access(above.c_str(), W_OK | X_OK) != 0) {
    return fail(path + ": cannot be created: " + std::strerror(errno));
  }
  return OutputFolder(path);
}

Result<void> OutputFolder::make() const {
  std::error_code error;
  fs::create_directories(path_, error);
  if (error) return fail(path_.string() + ": cannot be created: " + error.message());
  return {};
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace p1rig
