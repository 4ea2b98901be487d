#include "conformance/report/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace p1rig {
namespace {

tl::unexpected<Error> refuse(const std::string& name, int error) {
  return fail(name + ": cannot be written: " + std::strerror(error));
}

/// The mode of a new file, by the umask of this process.
mode_t usual_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

WholeFile::WholeFile(std::string name, std::string path, std::string temporary, Fd file)
    : name_(std::move(name)),
      path_(std::move(path)),
      temporary_(std::move(temporary)),
      file_(std::move(file)) {}

WholeFile::WholeFile(WholeFile&& other) noexcept
    : name_(std::move(other.name_)),
      path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      file_(std::move(other.file_)),
      direct_(std::move(other.direct_)) {}

Result<WholeFile> WholeFile::direct(const std::string& name, OutputFile::How how) {
  auto opened = OutputFile::open(name, how);
  if (!opened) return tl::make_unexpected(opened.error());
  WholeFile file(name, name, "", Fd());
  file.direct_.emplace(std::move(*opened));
  return file;
}

Result<WholeFile> WholeFile::append(const std::string& name) {
  return direct(name, OutputFile::How::kAppend);
}

Result<WholeFile> WholeFile::open(const std::string& name) {
  if (name.empty()) return fail("\"\" is not a file name");
  if (descriptor_of(name)) return direct(name, OutputFile::How::kReplace);
  struct stat there {};
  const bool exists = ::stat(name.c_str(), &there) == 0;
  if (exists && S_ISDIR(there.st_mode)) return refuse(name, EISDIR);
  if (exists && !S_ISREG(there.st_mode)) return direct(name, OutputFile::How::kReplace);
  if (exists && ::access(name.c_str(), W_OK) != 0) return refuse(name, errno);
  // A link stays a link: its target is written.
  const std::filesystem::path path = target_of(name);
  std::string temporary = path.string() + ".XXXXXX";
  Fd file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file) return refuse(name, errno);
  ::fchmod(file.get(), exists ? there.st_mode & 0777 : usual_mode());
  return WholeFile(name, path.string(), std::move(temporary), std::move(file));
}

WholeFile::~WholeFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<void> WholeFile::write(std::string_view text) {
  if (direct_) return direct_->write(text);
  while (!text.empty()) {
    const ssize_t written = ::write(file_.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return refuse(name_, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return keep();
}

Result<void> WholeFile::keep() {
  if (temporary_.empty()) return {};
  if (::fsync(file_.get()) != 0) return refuse(name_, errno);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return refuse(name_, errno);
  temporary_.clear();
  return {};
}

}  // namespace p1rig
