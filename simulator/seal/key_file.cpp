#include "simulator/seal/key_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "process/fd.h"

namespace p1rig {
namespace {

/// Two lines of key and room for some comments; wiped at the end.
struct KeyText {
  std::array<char, 4096> bytes{};
  std::size_t size = 0;

  KeyText() = default;
  KeyText(const KeyText&) = delete;
  KeyText& operator=(const KeyText&) = delete;
  ~KeyText() { wipe(bytes); }
};

Result<void> read_into(KeyText& text, int descriptor) {
  while (text.size < text.bytes.size()) {
    const ssize_t got =
        ::read(descriptor, text.bytes.data() + text.size, text.bytes.size() - text.size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(std::strerror(errno));
    if (got == 0) return {};
    text.size += static_cast<std::size_t>(got);
  }
  return fail("is too long for a key file");
}

std::string doubts_about(const std::string& name, int descriptor) {
  struct stat status {};
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  const bool known = ::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
  if (!known || (status.st_mode & kOthers) == 0) return {};
  return fmt::format("{}: others can read or change this key (mode {:04o}); chmod 600 {}", name,
                     status.st_mode & 07777U, name);
}

}  // namespace

Result<KeyFile> load_key_file(const std::filesystem::path& path) {
  const std::string name = path.string();
  const Fd file(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return fail(fmt::format("{}: {}", name, std::strerror(errno)));
  KeyText text;
  if (const auto done = read_into(text, file.get()); !done) {
    return fail(fmt::format("{}: {}", name, done.error().message));
  }
  auto keys = parse_frame_keys({text.bytes.data(), text.size});
  if (!keys) return fail(fmt::format("{}: {}", name, keys.error().message));
  return KeyFile{*keys, doubts_about(name, file.get())};
}

}  // namespace p1rig
