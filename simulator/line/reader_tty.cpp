#include "simulator/line/reader_tty.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

#include "simulator/line/tty_settings.h"

namespace p1rig {
namespace {

/// SIGINT and SIGTERM as something to read, while this lives.
class StopSignals {
 public:
  StopSignals() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGINT);
    ::sigaddset(&signals, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals, &old_mask_);
    fd_.reset(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  ~StopSignals() {
    // Taken, so that they do not strike as soon as they are let through again.
    signalfd_siginfo signal{};
    while (::read(fd_.get(), &signal, sizeof signal) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  int get() const { return fd_.get(); }

 private:
  sigset_t old_mask_{};
  Fd fd_;
};

/// As poll() wants it: -1 for ever.
int milliseconds_until(SteadyTime until) {
  if (until == SteadyTime::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - RealClock().now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
}

}  // namespace

bool is_tty_path(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || !S_ISCHR(status.st_mode)) return false;
  const Fd tty(::open(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  return tty && ::isatty(tty.get()) == 1;
}

Result<Fd> open_reader_tty(const std::string& path, const LineSettings& settings) {
  Fd tty(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!tty) return fail(path + ": " + std::strerror(errno));
  if (::isatty(tty.get()) != 1) return fail(path + ": is not a terminal");
  if (auto raw = make_raw(tty.get(), settings); !raw)
    return fail(path + ": " + raw.error().message);
  return tty;
}

Result<ReadEnd> read_to_end(int descriptor, const std::function<bool(std::string_view)>& take,
                            SteadyTime until, std::chrono::nanoseconds silence) {
  const StopSignals signals;
  const auto limit = [&] {
    const SteadyTime now = RealClock().now();
    return silence < SteadyTime::max() - now ? now + silence : SteadyTime::max();
  };
  SteadyTime silent_at = limit();
  std::array<char, 65536> buffer;
  for (;;) {
    std::array<pollfd, 2> wait_for{pollfd{.fd = descriptor, .events = POLLIN, .revents = 0},
                                   pollfd{.fd = signals.get(), .events = POLLIN, .revents = 0}};
    const int ready =
        ::poll(wait_for.data(), wait_for.size(), milliseconds_until(std::min(until, silent_at)));
    if (ready < 0) {
      if (errno == EINTR) continue;
      return fail(std::strerror(errno));
    }
    if (until != SteadyTime::max() && RealClock().now() >= until) return ReadEnd::kTime;
    if (ready == 0 && RealClock().now() >= silent_at) return ReadEnd::kSilence;
    if (ready == 0) continue;
    if (wait_for[1].revents != 0) return ReadEnd::kSignal;
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      if (!take({buffer.data(), static_cast<std::size_t>(count)})) return ReadEnd::kStopped;
      silent_at = limit();
    } else if (count == 0 || errno == EIO) {  // EIO: the other side of a terminal hung up
      return ReadEnd::kEnd;
    } else if (errno != EAGAIN && errno != EINTR) {
      return fail(std::strerror(errno));
    }
  }
}

}  // namespace p1rig
