#include "conformance/run/temporary_folder.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace p1rig {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "p1rig-run-";
constexpr const char* kLock = ".lock";

fs::path usual_parent() {
  // If $TMPDIR names a directory that does not exist, mkdtemp() says so better.
  const char* const named = std::getenv("TMPDIR");
  return named == nullptr || *named == '\0' ? "/tmp" : named;
}

/// True for a directory that this user created and nobody else may open.
bool is_ours(int folder) {
  struct stat status {};
  return ::fstat(folder, &status) == 0 && status.st_uid == ::geteuid() &&
         (status.st_mode & 0777) == 0700;
}

Fd open_folder(const fs::path& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// Opens the lock of a directory, without taking it.
Fd open_lock(int folder, int flags) {
  return Fd(::openat(folder, kLock, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600));
}

bool take(const Fd& lock) { return ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0; }

/// Removes a directory if its owner has ended.
void clear(const fs::path& path) {
  const Fd folder = open_folder(path);
  if (!folder || !is_ours(folder.get())) return;
  const Fd lock = open_lock(folder.get(), 0);
  if (lock && take(lock)) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  } else if (!lock && errno == ENOENT) {
    ::rmdir(path.c_str());  // its owner never got to the lock, or will create another one
  }
}

/// The lock of a new directory; none, with ENOENT, if another process has just removed it.
Fd lock_new(const std::string& path) {
  const Fd folder = open_folder(path);
  if (!folder) return {};
  Fd lock = open_lock(folder.get(), O_CREAT | O_EXCL);
  if (!lock) return {};
  const bool is_taken = !take(lock) && errno == EWOULDBLOCK;
  struct stat status {};
  if (!is_taken && ::fstat(lock.get(), &status) == 0 && status.st_nlink > 0) return lock;
  errno = ENOENT;
  return {};
}

}  // namespace

void TemporaryFolder::clear_abandoned(const fs::path& parent) {
  std::error_code error;
  for (fs::directory_iterator entry(parent, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with(kPrefix)) clear(entry->path());
  }
}

Result<TemporaryFolder> TemporaryFolder::make() {
  const fs::path parent = usual_parent();
  static const bool cleared = (clear_abandoned(parent), true);
  static_cast<void>(cleared);
  for (;;) {
    std::string path = (parent / kPrefix).string() + "XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) {
      return fail(fmt::format("{}: cannot create a directory in it: {} ($TMPDIR names another)",
                              parent.string(), std::strerror(errno)));
    }
    if (Fd lock = lock_new(path)) return TemporaryFolder(std::move(path), std::move(lock));
    if (errno == ENOENT) continue;
    const int reason = errno;
    ::rmdir(path.c_str());
    return fail(fmt::format("{}: cannot be locked: {}", path, std::strerror(reason)));
  }
}

TemporaryFolder::TemporaryFolder(std::string path, Fd lock)
    : path_(std::move(path)), lock_(std::move(lock)) {}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace p1rig
