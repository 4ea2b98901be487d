#include "simulator/output_guard.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <system_error>

namespace p1rig {
namespace {

namespace fs = std::filesystem;

/// /dev/null, /dev/stdout, the pipe of >(program): whatever is behind them was opened by somebody else.
/// What is stored in memory under /dev is a file like any other.
bool is_of_the_system(const fs::path& file) {
  const std::string name = file.string();
  const bool is_storage = name.starts_with("/dev/shm/") || name.starts_with("/dev/mqueue/");
  return (name.starts_with("/dev/") && !is_storage) || name.starts_with("/proc/");
}

std::string beginning_of(const fs::path& file) {
  constexpr std::size_t kBeginning = 1024;
  std::string bytes(kBeginning, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

/// "/ISK5…" or a frame at the very beginning: a capture that somebody made begins anywhere.
bool begins_with_telegram(std::string_view bytes) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  constexpr std::string_view kFrame = "\xDB\x08";
  if (bytes.starts_with(kFrame)) return true;
  return bytes.size() > 4 && bytes[0] == '/' &&
         std::ranges::all_of(bytes.substr(1, 3), is_letter) &&
         bytes.find("\n") != std::string_view::npos;
}

}  // namespace

const OutputKind kTelegramsKind{"a file of telegrams", begins_with_telegram};

fs::path OutputGuard::identity(const fs::path& file) {
  std::error_code error;
  fs::path path = fs::absolute(file, error);
  // A link may lead to a file that is yet to be written.
  constexpr int kMostLinks = 40;
  for (int i = 0; i < kMostLinks && fs::is_symlink(path, error); ++i) {
    path = path.parent_path() / fs::read_symlink(path, error);
  }
  path = fs::weakly_canonical(path, error);
  return error ? file : path;
}

Result<void> OutputGuard::claim(const fs::path& file) {
  std::error_code error;
  const bool regular = fs::is_regular_file(file, error);
  if (is_of_the_system(file) || (fs::exists(file, error) && !regular)) return {};
  const fs::path path = identity(file);
  for (const Taken& taken : taken_) {
    // Two names of one file have one identity, or one inode.
    if (path != taken.identity && !fs::equivalent(path, taken.identity, error)) continue;
    return fail(file.string() + ": is " + (taken.written ? "written" : "read") +
                " by this command already; name another file");
  }
  taken_.push_back({path, file, true});
  return {};
}

Result<void> OutputGuard::claim(const fs::path& file, const OutputKind& kind) {
  if (auto claimed = claim(file); !claimed) return claimed;
  std::error_code error;
  if (force_ || is_of_the_system(file) || !fs::is_regular_file(file, error)) return {};
  if (fs::file_size(file, error) == 0 || is_output_of(file, kind)) return {};
  return fail(file.string() + ": is there, and is not " + std::string(kind.name) +
              " that p1rig has written; name another file, or replace it by --force");
}

bool is_output_of(const fs::path& file, const OutputKind& kind) {
  std::error_code error;
  return fs::is_regular_file(file, error) && kind.is_one(beginning_of(file));
}

}  // namespace p1rig
