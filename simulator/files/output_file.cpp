#include "simulator/files/output_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

namespace p1rig {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0666;
constexpr int kMostLinks = 40;

bool is_fifo(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISFIFO(status.st_mode);
}

/// The number of "/dev/fd/3" and the like.
std::optional<int> number_in(std::string_view place) {
  constexpr std::array<std::string_view, 3> kNames{"/dev/stdin", "/dev/stdout", "/dev/stderr"};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (place == kNames.at(i)) return static_cast<int>(i);
  }
  const std::string mine = "/proc/" + std::to_string(::getpid()) + "/fd/";
  for (const std::string_view folder :
       {std::string_view("/dev/fd/"), std::string_view("/proc/self/fd/"),
        std::string_view("/proc/thread-self/fd/"), std::string_view(mine)}) {
    if (!place.starts_with(folder)) continue;
    int number = 0;
    const char* const end = place.data() + place.size();
    const auto read = std::from_chars(place.data() + folder.size(), end, number);
    if (read.ec == std::errc{} && read.ptr == end && number >= 0) return number;
  }
  return std::nullopt;
}

/// The place of the link that `place` is, one step on; nothing if it is none.
std::optional<fs::path> step_of(const fs::path& place) {
  std::error_code error;
  if (!fs::is_symlink(place, error)) return std::nullopt;
  return (place.parent_path() / fs::read_symlink(place, error)).lexically_normal();
}

Result<Fd> open_place(const std::string& path, int flags) {
  Fd file(::open(path.c_str(), flags | O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, kMode));
  if (file) return file;
  const int error = errno;
  const bool unread = error == ENXIO && is_fifo(path);
  return fail(
      path + ": " +
      (unread ? "is a FIFO without a reader; start the reader first" : std::strerror(error)));
}

}  // namespace

std::optional<int> descriptor_of(const std::string& path) {
  if (path == "-") return STDOUT_FILENO;
  std::error_code error;
  fs::path place = fs::absolute(path, error).lexically_normal();
  for (int i = 0; i < kMostLinks; ++i) {
    if (const auto number = number_in(place.string())) return number;
    const auto next = step_of(place);
    if (!next) return std::nullopt;
    place = *next;
  }
  return std::nullopt;
}

fs::path target_of(const fs::path& path) {
  std::error_code error;
  fs::path place = fs::absolute(path, error);
  for (int i = 0; i < kMostLinks && fs::is_symlink(place, error); ++i) {
    place = place.parent_path() / fs::read_symlink(place, error);
  }
  place = fs::weakly_canonical(place, error);
  return error ? path : place;
}

Result<OutputFile> OutputFile::open(const std::string& path, How how) {
  if (const auto number = descriptor_of(path)) {
    Fd file(::fcntl(*number, F_DUPFD_CLOEXEC, 0));
    const std::string name = path == "-" ? "stdout" : path;
    if (!file) return fail(name + ": " + std::strerror(errno));
    if ((::fcntl(file.get(), F_GETFL) & O_ACCMODE) == O_RDONLY) {
      return fail(name + ": is only open for reading");
    }
    return OutputFile(name, std::move(file));
  }
  const int append = how == How::kAppend ? O_APPEND : 0;
  std::error_code error;
  const bool is_new = !fs::exists(path, error) && !error;
  fs::path created;
  auto file = open_place(path, append);
  if (!file && is_new) {
    created = target_of(path);
    file = open_place(path, append | O_CREAT);
  }
  if (!file) return tl::make_unexpected(file.error());
  // Only the opening must not wait.
  ::fcntl(file->get(), F_SETFL, ::fcntl(file->get(), F_GETFL) & ~O_NONBLOCK);
  struct stat status {};
  const bool regular = ::fstat(file->get(), &status) == 0 && S_ISREG(status.st_mode);
  OutputFile output(path, std::move(*file));
  output.created_ = std::move(created);
  output.replaces_ = regular && how == How::kReplace;
  return output;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : name_(std::move(other.name_)),
      file_(std::move(other.file_)),
      created_(std::exchange(other.created_, {})),
      replaces_(other.replaces_),
      begun_(other.begun_) {}

OutputFile::~OutputFile() {
  if (!created_.empty()) ::unlink(created_.c_str());
}

Result<void> OutputFile::begin(std::uint64_t kept) {
  if (std::exchange(begun_, true)) return {};
  created_.clear();
  if (!replaces_) return {};
  cut(kept);
  if (::lseek(file_.get(), static_cast<off_t>(kept), SEEK_SET) >= 0) return {};
  return fail(name_ + ": " + std::strerror(errno));
}

Result<void> OutputFile::write(std::string_view bytes) {
  if (auto begun = begin(); !begun) return begun;
  while (!bytes.empty()) {
    const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      // Others who share the descriptor do not want to wait; we do.
      pollfd room{.fd = file_.get(), .events = POLLOUT, .revents = 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return fail(name_ + ": " + std::strerror(errno));
    }
  }
  return {};
}

void OutputFile::cut(std::uint64_t size) {
  if (!replaces_) return;
  struct stat now {};
  // A file that is cut to nothing is taken for one that is replaced, by ext4, and its blocks are found
  // at close: a third of all the time.
  if (::fstat(file_.get(), &now) != 0 || static_cast<std::uint64_t>(now.st_size) <= size) return;
  if (::ftruncate(file_.get(), static_cast<off_t>(size)) != 0) return;
  ::lseek(file_.get(), static_cast<off_t>(size), SEEK_SET);
}

bool OutputFile::is_same_as(const OutputFile& other) const {
  struct stat mine {};
  struct stat its {};
  if (::fstat(file_.get(), &mine) != 0 || ::fstat(other.file_.get(), &its) != 0) return false;
  return mine.st_dev == its.st_dev && mine.st_ino == its.st_ino;
}

}  // namespace p1rig
