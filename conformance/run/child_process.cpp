#include "conformance/run/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

extern char** environ;  // NOLINT(readability-identifier-naming): POSIX names it

namespace p1rig {
namespace {

struct Pipe {
  Fd reader, writer;
};

std::optional<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
  Pipe pipe{Fd(ends[0]), Fd(ends[1])};
  ::fcntl(pipe.reader.get(), F_SETFL, O_NONBLOCK);
  return pipe;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> merged(const std::map<std::string, std::string>& added) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!added.contains(text.substr(0, text.find('=')))) all.push_back(text);
  }
  for (const auto& [name, value] : added) all.push_back(name + "=" + value);
  return all;
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// waitpid(), whatever signals come meanwhile.
pid_t wait_for(pid_t pid, int* status, int options) {
  pid_t found = -1;
  do {
    found = ::waitpid(pid, status, options);
  } while (found < 0 && errno == EINTR);
  return found;
}

/// A variable in the environment of the reader and all that it starts.
constexpr const char* kMarkName = "P1RIG_READER";

// The fields of /proc/PID/stat, see proc(5): the first after the name, the group of the process, and
// the time of the processor that children took which it has waited for.
constexpr std::size_t kFirstStatField = 3, kGroupField = 5;
constexpr std::array<std::size_t, 2> kWaitedForFields = {16, 17};

/// A reader that is asked to end has this long to do so.
constexpr int kPatienceMs = 1000;

}  // namespace

std::string read_of_process(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  // Takes an error of reading for the end, where an iterator would throw.
  text << stream.rdbuf();
  return text.str();
}

ChildProcess::ChildProcess(pid_t pid, std::string mark, Fd output, Fd errors, Fd watch)
    : pid_(pid),
      mark_(std::move(mark)),
      output_(std::move(output)),
      errors_(std::move(errors)),
      watch_(std::move(watch)) {}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      mark_(std::move(other.mark_)),
      output_(std::move(other.output_)),
      errors_(std::move(other.errors_)),
      watch_(std::move(other.watch_)),
      status_(std::exchange(other.status_, std::nullopt)),
      group_ended_(other.group_ended_) {}

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& command,
                                         const std::map<std::string, std::string>& environment,
                                         const Fd& input) {
  const auto refuse = [&](int error) {
    return fail(command.front() + ": cannot be started: " + std::strerror(error));
  };
  auto output = make_pipe(), errors = make_pipe();
  const Fd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!output || !errors || !null) return refuse(errno);

  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, input ? input.get() : null.get(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, output->writer.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, errors->writer.get(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t none, all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  // Whoever leaves the group and loses its parents becomes our child, not that of a stranger.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::map<std::string, std::string> marked = environment;
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  const std::string mark = std::to_string(::getpid()) + "." + std::to_string(now);
  marked[kMarkName] = mark;
  std::vector<std::string> words = command, variables = merged(marked);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, words.front().c_str(), &actions, &attributes,
                                   pointers(words).data(), pointers(variables).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::posix_spawnattr_destroy(&attributes);
  if (error != 0) return refuse(error);
  Fd watch(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  ChildProcess child(pid, kMarkName + ("=" + mark), std::move(output->reader),
                     std::move(errors->reader), std::move(watch));
  if (!child.watch_) return refuse(errno);
  return child;
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  if (!group_ended_) {
    // A leader that is not waited for yet keeps the number of the group.
    pollfd ended{.fd = watch_.get(), .events = POLLIN, .revents = 0};
    if (!status_ && ::poll(&ended, 1, 0) != 1) {
      ::kill(-pid_, SIGTERM);
      ::poll(&ended, 1, kPatienceMs);
    }
    ::kill(-pid_, SIGKILL);
    int status = 0;
    if (!status_ && wait_for(pid_, &status, 0) == pid_) status_ = status;
    reap_group();
  }
  end_escaped();
}

void ChildProcess::end_group() {
  if (group_ended_) return;
  ::kill(-pid_, SIGKILL);
  if (status()) reap_group();
}

void ChildProcess::reap_group() {
  // Those whose parents are gone are ours.
  while (wait_for(-pid_, nullptr, 0) > 0) {
  }
  group_ended_ = true;
}

void ChildProcess::end_escaped() const {
  // A process that is seen may have started another one before it is ended.
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<pid_t> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
      const std::string name = entry.path().filename();
      if (!is_number(name)) continue;
      const std::string variables = read_of_process(entry.path() / "environ");
      // Each ends with a zero.
      const auto at = variables.find(mark_ + '\0');
      if (at == std::string::npos || (at > 0 && variables[at - 1] != '\0')) continue;
      found.push_back(static_cast<pid_t>(std::stoi(name)));
    }
    if (found.empty()) return;
    for (const pid_t pid : found) ::kill(pid, SIGKILL);
    // Children of one another become ours as their parents go; the next round finds them.
    for (const pid_t pid : found) wait_for(pid, nullptr, 0);
  }
}

std::optional<int> ChildProcess::status() {
  int status = 0;
  if (!status_ && wait_for(pid_, &status, WNOHANG) == pid_) status_ = status;
  return status_;
}

void ChildProcess::for_each_of_group(
    const std::function<void(const std::filesystem::path& folder, const StatFields& stat)>& told)
    const {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    if (!is_number(entry.path().filename())) continue;
    const std::string text = read_of_process(entry.path() / "stat");
    // The name may hold anything, blanks and brackets too; it ends at the last bracket.
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) continue;
    std::istringstream rest(text.substr(name_end + 1));
    StatFields fields;
    for (std::size_t field = kFirstStatField; field < fields.size(); ++field) rest >> fields[field];
    if (fields[kGroupField] == std::to_string(pid_)) told(entry.path(), fields);
  }
}

std::uint64_t ChildProcess::memory() const {
  const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::uint64_t bytes = 0;
  for_each_of_group([&](const std::filesystem::path& folder, const StatFields&) {
    std::ifstream statm(folder / "statm");
    std::uint64_t size = 0, resident = 0;
    if (statm >> size >> resident) bytes += resident * page;
  });
  return bytes;
}

ReaderUsage ChildProcess::usage() const {
  const auto ticks = ::sysconf(_SC_CLK_TCK);
  ReaderUsage usage;
  for_each_of_group([&](const std::filesystem::path& folder, const StatFields& stat) {
    // Finer than the ticks of "stat": of the threads that live and of those that have ended.
    clockid_t clock{};
    timespec spent{};
    if (::clock_getcpuclockid(std::stoi(folder.filename()), &clock) == 0 &&
        ::clock_gettime(clock, &spent) == 0) {
      usage.processor +=
          std::chrono::seconds{spent.tv_sec} + std::chrono::nanoseconds{spent.tv_nsec};
    }
    for (const std::size_t field : kWaitedForFields) {
      const auto waited_for = std::strtoll(stat[field].c_str(), nullptr, 10);
      usage.processor += std::chrono::nanoseconds{waited_for * (1'000'000'000 / ticks)};
    }
    std::ifstream status(folder / "status");
    for (std::string line; std::getline(status, line);) {
      constexpr std::string_view kPeak = "VmHWM:";
      if (!line.starts_with(kPeak)) continue;
      usage.peak_memory += std::strtoull(line.c_str() + kPeak.size(), nullptr, 10) * 1024;
    }
  });
  return usage;
}

}  // namespace p1rig
