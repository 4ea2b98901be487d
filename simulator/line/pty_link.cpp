#include "simulator/line/pty_link.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace p1rig {
namespace {

namespace fs = std::filesystem;

/// Why the file at `path` must not be replaced by a link to `terminal`; nothing if it may.
std::optional<std::string> why_to_keep(const std::string& path, const std::string& terminal) {
  std::error_code error;
  const std::string target = fs::read_symlink(path, error).string();
  if (error) return "exists and is not a symbolic link";
  if (target == terminal) return std::nullopt;
  constexpr std::string_view kTerminals = "/dev/pts/";
  if (target.compare(0, kTerminals.size(), kTerminals) != 0) {
    return "is a link to " + target + ", which is not a pseudo-terminal";
  }
  if (fs::exists(target, error)) {
    return "is a link to " + target + ", which is in use: remove it if no simulator is running";
  }
  return std::nullopt;
}

}  // namespace

Result<PtyLink> PtyLink::make(const std::string& path, const std::string& terminal) {
  std::error_code error;
  const std::string absolute = fs::absolute(path, error).string();
  if (error) return fail(path + ": " + error.message());
  if (::symlink(terminal.c_str(), absolute.c_str()) == 0) return PtyLink(absolute, terminal);
  if (errno == EEXIST) {
    if (const auto why = why_to_keep(absolute, terminal)) return fail(path + " " + *why);
    if (::unlink(absolute.c_str()) == 0 && ::symlink(terminal.c_str(), absolute.c_str()) == 0) {
      return PtyLink(absolute, terminal);
    }
  }
  return fail("cannot make the link " + path + ": " + std::strerror(errno));
}

PtyLink::PtyLink(std::string path, std::string terminal)
    : path_(std::move(path)), terminal_(std::move(terminal)) {}

PtyLink::PtyLink(PtyLink&& other) noexcept
    : path_(std::exchange(other.path_, {})), terminal_(std::move(other.terminal_)) {}

PtyLink& PtyLink::operator=(PtyLink&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(terminal_, other.terminal_);
  return *this;
}

PtyLink::~PtyLink() {
  if (path_.empty()) return;
  std::error_code error;
  if (fs::read_symlink(path_, error) == terminal_) fs::remove(path_, error);
}

}  // namespace p1rig
