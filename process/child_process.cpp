#include "process/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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
#include <string_view>
#include <system_error>
#include <utility>

extern char** environ;  // NOLINT(readability-identifier-naming): POSIX names it

namespace p1rig {
namespace {

struct Pipe {
  Fd reader, writer;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(std::strerror(errno));
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

/// Strings as execve() wants them.
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

/// One stream of a program: what it is given, and what we keep of a pipe.
struct Stream {
  int given = ChildCommand::kOurs;  ///< kOurs: as it is
  Fd opened = Fd(), kept = Fd();
};

Result<Stream> open_stream(int wanted, int number) {
  Stream stream;
  const bool is_terminal = number == STDIN_FILENO && ::isatty(number) == 1;
  if (wanted == ChildCommand::kNothing || (wanted == ChildCommand::kOurs && is_terminal)) {
    stream.opened.reset(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (!stream.opened) return fail(std::strerror(errno));
  } else if (wanted == ChildCommand::kPipe) {
    auto pipe = make_pipe();
    if (!pipe) return tl::make_unexpected(pipe.error());
    stream.kept = std::move(pipe->reader);
    stream.opened = std::move(pipe->writer);
    ::fcntl(stream.kept.get(), F_SETFL, O_NONBLOCK);
  }
  stream.given = stream.opened ? stream.opened.get() : wanted;
  return stream;
}

/// In the new process, between fork() and exec(): only what is safe there.
[[noreturn]] void become(const std::array<Stream, 3>& streams, char** words, char** environment,
                         pid_t parent, int trouble) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() == parent) {
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (int number = 0; number < 3; ++number) {
      const int given = streams[static_cast<std::size_t>(number)].given;
      if (given >= 0) ::dup2(given, number);
    }
    ::execvpe(words[0], words, environment);
  }
  const int error = errno;
  static_cast<void>(!::write(trouble, &error, sizeof error));
  ::_exit(127);
}

/// What a new process reports about its exec(): nothing if it succeeded.
int read_trouble(int descriptor) {
  int error = 0;
  ssize_t count = 0;
  do {
    count = ::read(descriptor, &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  return count > 0 ? error : 0;
}

ProcessExit exit_of(int status) {
  if (WIFSIGNALED(status)) return {.signal = WTERMSIG(status)};
  return {.code = WEXITSTATUS(status)};
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

/// A variable in the environment of the program and all that it starts.
constexpr const char* kMarkName = "P1RIG_READER";

// The fields of /proc/PID/stat, see proc(5): the first after the name, the group of the process, and
// the time of the processor that children took which it has waited for.
constexpr std::size_t kFirstStatField = 3, kGroupField = 5;
constexpr std::size_t kStateField = 3;
constexpr std::array<std::size_t, 2> kWaitedForFields = {16, 17};

/// A program that is asked to end has this long to do so.
constexpr std::chrono::seconds kPatience{1};

}  // namespace

std::string to_string(const ProcessExit& exit) {
  if (exit.signal == 0) return "exit code " + std::to_string(exit.code);
  const char* name = ::strsignal(exit.signal);
  return "signal " + std::to_string(exit.signal) + " (" + (name == nullptr ? "?" : name) + ")";
}

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
      exit_(std::exchange(other.exit_, std::nullopt)),
      group_ended_(other.group_ended_) {}

Result<ChildProcess> ChildProcess::start(const ChildCommand& command) {
  if (command.words.empty()) return fail("no program is given");
  const auto refuse = [&](const std::string& why) {
    return fail("cannot start " + command.words.front() + ": " + why);
  };
  std::array<Stream, 3> streams;
  for (int number = 0; number < 3; ++number) {
    const int wanted =
        std::array{command.input, command.output, command.errors}[static_cast<std::size_t>(number)];
    auto stream = open_stream(wanted, number);
    if (!stream) return refuse(stream.error().message);
    streams[static_cast<std::size_t>(number)] = std::move(*stream);
  }
  auto trouble = make_pipe();
  if (!trouble) return refuse(trouble.error().message);

  std::map<std::string, std::string> marked = command.environment;
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  const std::string mark = std::to_string(::getpid()) + "." + std::to_string(now);
  marked[kMarkName] = mark;
  std::vector<std::string> words = command.words, variables = merged(marked);
  const std::vector<char*> word_list = pointers(words), variable_list = pointers(variables);
  // A process that leaves the group and loses its parents becomes our child, not init's.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return refuse(std::strerror(errno));
  if (pid == 0) {
    become(streams, const_cast<char**>(word_list.data()), const_cast<char**>(variable_list.data()),
           parent, trouble->writer.get());
  }
  ::setpgid(pid, pid);  // here, too: whoever is first
  trouble->writer.reset();
  const int error = read_trouble(trouble->reader.get());
  Fd watch(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const int no_watch = errno;
  if (error != 0 || !watch) {
    ::kill(-pid, SIGKILL);
    wait_for(pid, nullptr, 0);
    return refuse(std::strerror(error != 0 ? error : no_watch));
  }
  return ChildProcess(pid, kMarkName + ("=" + mark), std::move(streams[1].kept),
                      std::move(streams[2].kept), std::move(watch));
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  if (!group_ended_) {
    // A leader that is not waited for yet keeps the number of the group.
    if (!exit_ && !ends_within({})) {
      ::kill(-pid_, SIGTERM);
      ends_within(kPatience);
    }
    ::kill(-pid_, SIGKILL);
    take_exit(0);
    reap_group();
  }
  end_escaped();
}

bool ChildProcess::ends_within(std::chrono::milliseconds time) const {
  pollfd ended{.fd = watch_.get(), .events = POLLIN, .revents = 0};
  const auto until = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const int found = ::poll(&ended, 1, static_cast<int>(std::max(left.count(), std::int64_t{0})));
    if (found == 1) return true;
    if (left.count() <= 0) return false;
  }
}

void ChildProcess::take_exit(int options) {
  int status = 0;
  if (!exit_ && wait_for(pid_, &status, options) == pid_) exit_ = exit_of(status);
}

void ChildProcess::signal(int number) {
  if (!exit_ && !group_ended_) ::kill(-pid_, number);
}

ProcessExit ChildProcess::finish(std::chrono::milliseconds patience) {
  for (const int number : {0, SIGTERM}) {
    if (number != 0) signal(number);
    if (ends_within(patience)) break;
  }
  if (!group_ended_) {
    ::kill(-pid_, SIGKILL);
    take_exit(0);
    reap_group();
  }
  return exit_.value_or(ProcessExit{});
}

void ChildProcess::end_group() {
  if (group_ended_) return;
  ::kill(-pid_, SIGKILL);
  if (exit()) reap_group();
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

std::optional<ProcessExit> ChildProcess::exit() {
  take_exit(WNOHANG);
  return exit_;
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

ProcessUsage ChildProcess::usage() const {
  const auto ticks = ::sysconf(_SC_CLK_TCK);
  ProcessUsage usage;
  for_each_of_group([&](const std::filesystem::path& folder, const StatFields& stat) {
    usage.is_running = usage.is_running || stat[kStateField] == "R" || stat[kStateField] == "D";
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
