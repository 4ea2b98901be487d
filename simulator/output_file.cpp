#include "simulator/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace p1rig {
namespace {

constexpr mode_t kMode = 0666;

bool is_fifo(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

}  // namespace

Result<Fd> open_output_file(const std::string& path) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
  Fd file(::open(path.c_str(), kFlags, kMode));
  if (!file) {
    const int error = errno;
    const bool unread = error == ENXIO && is_fifo(path);
    return fail(
        path + ": " +
        (unread ? "is a FIFO that nobody reads; start its reader first" : std::strerror(error)));
  }
  // Only the opening must not wait.
  ::fcntl(file.get(), F_SETFL, ::fcntl(file.get(), F_GETFL) & ~O_NONBLOCK);
  return file;
}

}  // namespace p1rig
