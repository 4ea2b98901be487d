#include "simulator/seal/counter_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string_view>
#include <system_error>

#include "protocol/dlms_frame.h"
#include "simulator/files/output_file.h"
#include "simulator/files/read_file.h"

namespace p1rig {
namespace {

using Refusal = CounterFile::Refusal;

constexpr std::string_view kFirstLine = "p1rig frame counters";
constexpr std::size_t kDigits = 8;

tl::unexpected<Error> fail_at(const std::filesystem::path& path, int error) {
  return fail(fmt::format("{}: {}", path.string(), std::strerror(error)));
}

struct CounterLine {
  std::string_view key;
  std::uint32_t first_free = 0;
};

bool is_upper_hex(std::string_view text) {
  return text.size() == kDigits &&
         text.find_first_not_of("0123456789ABCDEF") == std::string_view::npos;
}

/// "3AD77BB4 00000040"; nothing if the line is not like that.
std::optional<CounterLine> parse_line(std::string_view line) {
  if (line.size() != 2 * kDigits + 1 || line[kDigits] != ' ') return std::nullopt;
  const std::string_view key = line.substr(0, kDigits);
  const std::string_view number = line.substr(kDigits + 1);
  if (!is_upper_hex(key) || !is_upper_hex(number)) return std::nullopt;
  CounterLine counter{key, 0};
  std::from_chars(number.data(), number.data() + number.size(), counter.first_free, 16);
  return counter;
}

Result<void> write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(std::strerror(errno));
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

/// A new file under the name, whole or not at all, on the disk when this returns.
Result<void> replace_file(const std::filesystem::path& path, std::string_view text) {
  std::string temporary = path.string() + ".XXXXXX";
  const Fd file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) return fail_at(path, errno);
  auto done = write_all(file.get(), text);
  if (done && ::fsync(file.get()) != 0) done = fail(std::strerror(errno));
  if (done && ::rename(temporary.c_str(), path.c_str()) != 0) done = fail(std::strerror(errno));
  if (!done) {
    ::unlink(temporary.c_str());
    return fail(path.string() + ": " + done.error().message);
  }
  const Fd folder(::open(path.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::fsync(folder.get()) != 0) return fail_at(path.parent_path(), errno);
  return {};
}

tl::unexpected<Refusal> refuse(std::string message) {
  return tl::make_unexpected(Refusal{std::move(message), false});
}

tl::unexpected<Refusal> out_of_reach(const std::filesystem::path& path, int error) {
  return tl::make_unexpected(Refusal{fail_at(path, error).value().message, true});
}

std::filesystem::path lock_name(const std::filesystem::path& path) {
  return path.string() + ".lock";
}

/// True if the name still means this file: its previous owner may have removed it.
bool is_still_there(const std::filesystem::path& name, int file) {
  struct stat named {};
  struct stat held {};
  return ::stat(name.c_str(), &named) == 0 && ::fstat(file, &held) == 0 &&
         named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

tl::expected<Fd, Refusal> lock_beside(const std::filesystem::path& path) {
  const std::filesystem::path name = lock_name(path);
  for (;;) {
    Fd lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock) return out_of_reach(name, errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return out_of_reach(name, errno);
      return refuse(path.string() +
                    ": another process is using this counter file; give each meter its own");
    }
    if (!is_still_there(name, lock.get())) continue;
    // A lock is empty: what is in this file is somebody's.
    struct stat held {};
    if (::fstat(lock.get(), &held) == 0 && S_ISREG(held.st_mode) && held.st_size == 0) return lock;
    return refuse(name.string() +
                  ": exists and is not a lock of p1rig; name another --counter-file");
  }
}

}  // namespace

tl::expected<CounterFile, Refusal> CounterFile::open(const std::filesystem::path& path,
                                                     const std::string& key_check_value) {
  CounterFile counters;
  std::error_code error;
  // Two names of one file must find one lock.
  counters.path_ = target_of(path);
  if (std::filesystem::is_directory(counters.path_, error)) {
    return refuse(path.string() + ": is a directory, expected a counter file");
  }
  counters.key_ = key_check_value;
  auto lock = lock_beside(counters.path_);
  if (!lock) return tl::make_unexpected(lock.error());
  counters.lock_ = std::move(*lock);
  if (const auto done = counters.load(); !done) return tl::make_unexpected(done.error());
  return counters;
}

std::filesystem::path CounterFile::lock_of(const std::filesystem::path& path) {
  return lock_name(target_of(path));
}

CounterFile::~CounterFile() {
  if (!lock_) return;
  // If that cannot be written, the next run starts after the block.
  if (next_ != reserved_) static_cast<void>(store(next_));
  ::unlink(lock_name(path_).c_str());
}

Result<std::optional<std::uint32_t>> CounterFile::take() {
  if (next_ == kLastCounter) return std::optional<std::uint32_t>();
  if (next_ == reserved_) {
    const std::uint32_t end = next_ + std::min(kBlock, kLastCounter - next_);
    if (const auto done = store(end); !done) return tl::make_unexpected(done.error());
  }
  return next_++;
}

void CounterFile::skip(std::uint32_t counters) {
  next_ += std::min(counters, kLastCounter - next_);
  reserved_ = std::max(reserved_, next_);
}

tl::expected<void, Refusal> CounterFile::load() {
  if (!std::filesystem::exists(path_)) return {};
  const auto text = read_file(path_);
  if (!text) return tl::make_unexpected(Refusal{text.error().message, true});
  std::istringstream file(*text);
  std::string line;
  const bool ours = std::getline(file, line) && line == kFirstLine;
  if (!ours) {
    return refuse(fmt::format(
        "{}:1: not a counter file: expected \"{}\"; delete it to start at 0, or name another one",
        path_.string(), kFirstLine));
  }
  for (std::size_t number = 2; std::getline(file, line); ++number) {
    const auto counter = parse_line(line);
    if (!counter) {
      return refuse(
          fmt::format("{}:{}: expected a key's check value and a counter, eight "
                      "hexadecimal digits each; the file is damaged",
                      path_.string(), number));
    }
    if (counter->key == key_) {
      next_ = reserved_ = std::max(next_, counter->first_free);
    } else {
      other_keys_ += line + "\n";
    }
  }
  return {};
}

Result<void> CounterFile::store(std::uint32_t first_free) {
  const auto done = replace_file(
      path_, fmt::format("{}\n{}{} {:08X}\n", kFirstLine, other_keys_, key_, first_free));
  if (done) reserved_ = first_free;
  return done;
}

}  // namespace p1rig
