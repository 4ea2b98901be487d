#include "simulator/files/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "process/fd.h"

namespace p1rig {

Result<std::string> read_file(const std::filesystem::path& file, std::uint64_t most) {
  const auto refuse = [&](const std::string& why) { return fail(file.string() + ": " + why); };
  const auto refuse_by_system = [&] {
    return refuse(std::string("cannot be read: ") + std::strerror(errno));
  };
  const Fd opened(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (!opened || ::fstat(opened.get(), &status) != 0) return refuse_by_system();
  if (S_ISDIR(status.st_mode)) return refuse("is a directory, expected a file");
  if (!S_ISREG(status.st_mode)) return refuse("is not a regular file");
  std::string text;
  std::array<char, std::size_t{1} << 16U> portion{};
  for (;;) {
    const ssize_t count = ::read(opened.get(), portion.data(), portion.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return refuse_by_system();
    if (count == 0) return text;
    text.append(portion.data(), static_cast<std::size_t>(count));
    if (text.size() > most) {
      return refuse("has more than " + std::to_string(most >> 20U) + " MiB");
    }
  }
}

}  // namespace p1rig
