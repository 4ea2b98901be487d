#include "conformance/temporary_folder.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace p1rig {

Result<TemporaryFolder> TemporaryFolder::make() {
  // $TMPDIR may name a folder that is not there: mkdtemp() tells it better.
  const char* const named = std::getenv("TMPDIR");
  const std::string parent = named == nullptr || *named == '\0' ? "/tmp" : named;
  std::string path = parent + "/p1rig-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return fail(fmt::format("{}: no folder can be made in it: {} ($TMPDIR names another)", parent,
                            std::strerror(errno)));
  }
  return TemporaryFolder(std::move(path));
}

TemporaryFolder::TemporaryFolder(std::string path) : path_(std::move(path)) {}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace p1rig
