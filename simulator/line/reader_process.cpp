#include "simulator/line/reader_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>
#include <utility>

#include "simulator/fd.h"
#include "simulator/line/alive.h"
#include "simulator/line/event_loop.h"

extern char** environ;

namespace p1rig {
namespace {

using boost::asio::posix::stream_descriptor;

/// Strings as execve() wants them.
struct Pointers {
  explicit Pointers(const std::vector<std::string>& strings) {
    for (const std::string& text : strings) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
  }
  std::vector<char*> list;
};

std::vector<std::string> merged_environment(
    const std::vector<std::pair<std::string, std::string>>& added) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string::npos) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (const auto& [name, value] : added) all[name] = value;
  std::vector<std::string> list;
  for (const auto& [name, value] : all) list.push_back(name + "=" + value);
  return list;
}

/// In the new process, between fork() and exec(): only what is safe there.
[[noreturn]] void become(const ReaderCommand& command, char** words, char** environment,
                         pid_t parent, int trouble) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() == parent) {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    int input = command.input;
    // A background group that reads from a terminal is stopped: that would look like a hang.
    if (input < 0 && ::isatty(STDIN_FILENO) == 1) input = ::open("/dev/null", O_RDONLY);
    if (input >= 0) ::dup2(input, STDIN_FILENO);
    if (command.output >= 0) ::dup2(command.output, STDOUT_FILENO);
    if (command.errors >= 0) ::dup2(command.errors, STDERR_FILENO);
    ::execvpe(words[0], words, environment);
  }
  const int error = errno;
  static_cast<void>(!::write(trouble, &error, sizeof error));
  ::_exit(127);
}

ReaderExit exit_of(int status) {
  if (WIFSIGNALED(status)) return {.signal = WTERMSIG(status)};
  return {.code = WEXITSTATUS(status)};
}

}  // namespace

std::string to_string(const ReaderExit& exit) {
  if (exit.signal == 0) return "exit code " + std::to_string(exit.code);
  const char* name = ::strsignal(exit.signal);
  return "signal " + std::to_string(exit.signal) + " (" + (name == nullptr ? "?" : name) + ")";
}

struct ReaderProcess::Impl {
  Impl(EventLoop& loop, pid_t its_pid, Fd process, std::function<void(const ReaderExit&)> its_ended)
      : pid(its_pid), descriptor(loop.io(), process.release()), ended(std::move(its_ended)) {
    descriptor.async_wait(stream_descriptor::wait_read, alive.guard([this](const auto& error) {
      if (error || !reap(false)) return;
      bury_group();
      if (ended) ended(*exit);
    }));
  }
  ~Impl() {
    if (!exit) {
      ::kill(-pid, SIGKILL);
      reap(true);
    }
    bury_group();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Takes the program's exit; false while it runs.
  bool reap(bool wait) {
    if (exit) return true;
    int status = 0;
    pid_t done = 0;
    do {
      done = ::waitpid(pid, &status, wait ? 0 : WNOHANG);
    } while (done < 0 && errno == EINTR);
    if (done == 0) return false;
    exit = done == pid ? exit_of(status) : ReaderExit{};
    return true;
  }

  /// Ends what the program has left behind. Its orphans are our children (see start()).
  void bury_group() {
    if (std::exchange(buried, true)) return;
    if (::kill(-pid, SIGKILL) != 0) return;
    while (::waitpid(-pid, nullptr, 0) > 0 || errno == EINTR) {
    }
  }

  /// False where it still runs after that time.
  bool ends_within(std::chrono::milliseconds time) {
    pollfd wait_for{.fd = descriptor.native_handle(), .events = POLLIN, .revents = 0};
    const auto until = std::chrono::steady_clock::now() + time;
    for (;;) {
      if (reap(false)) return true;
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
      if (left.count() <= 0) return false;
      ::poll(&wait_for, 1, static_cast<int>(left.count()));
    }
  }

  const pid_t pid;
  stream_descriptor descriptor;  ///< readable when the process has ended
  std::function<void(const ReaderExit&)> ended;
  std::optional<ReaderExit> exit;
  bool buried = false;
  Alive alive;
};

ReaderProcess::ReaderProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReaderProcess::ReaderProcess(ReaderProcess&&) noexcept = default;
ReaderProcess& ReaderProcess::operator=(ReaderProcess&&) noexcept = default;
ReaderProcess::~ReaderProcess() = default;

Result<ReaderProcess> ReaderProcess::start(const ReaderCommand& command, EventLoop& loop,
                                           std::function<void(const ReaderExit&)> ended) {
  if (command.words.empty()) return fail("no program is named");
  const auto cannot = [&](int error) {
    return fail("cannot start " + command.words.front() + ": " + std::strerror(error));
  };
  Pointers words(command.words);
  const std::vector<std::string> environment = merged_environment(command.environment);
  Pointers variables(environment);
  std::array<int, 2> pipe{-1, -1};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return cannot(errno);
  Fd trouble(pipe[0]), its_trouble(pipe[1]);
  // Orphans of the group come to us instead of to a first process that may not bury them.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return cannot(errno);
  if (pid == 0) become(command, words.list.data(), variables.list.data(), parent, pipe[1]);
  ::setpgid(pid, pid);  // here, too: whoever is first
  its_trouble.reset();
  int error = 0;
  ssize_t count = 0;
  do {
    count = ::read(trouble.get(), &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (count > 0 || !process) {
    if (count <= 0) error = errno;
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return cannot(error);
  }
  return ReaderProcess(std::make_unique<Impl>(loop, pid, std::move(process), std::move(ended)));
}

int ReaderProcess::pid() const { return impl_->pid; }

void ReaderProcess::signal(int number) {
  if (!impl_->exit) ::kill(-impl_->pid, number);
}

ReaderExit ReaderProcess::finish(std::chrono::milliseconds patience) {
  impl_->ended = {};
  for (const int number : {0, SIGTERM, SIGKILL}) {
    if (number != 0) signal(number);
    if (impl_->ends_within(number == SIGKILL ? std::chrono::hours(1) : patience)) break;
  }
  impl_->bury_group();
  return *impl_->exit;
}

}  // namespace p1rig
