#include "simulator/line/output_line.h"

#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <utility>

#include "process/fd.h"
#include "simulator/files/output_file.h"
#include "simulator/line/alive.h"
#include "simulator/line/event_loop.h"

namespace p1rig {
namespace {

using boost::asio::posix::stream_descriptor;

/// Standard output, or a file. The former must stay a blocking descriptor, since our parent
/// process shares it: at most PIPE_BUF bytes are written, and only when poll() says that there is room. Asio would make
/// it non-blocking, so it is watched through an epoll descriptor of its own.
class OutputLine final : public Line {
 public:
  OutputLine(const LineKind& kind, std::string name, OutputFile output, Fd interest,
             EventLoop& loop)
      : kind_(kind),
        name_(std::move(name)),
        output_(std::move(output)),
        interest_(interest.get()),
        watch_(loop.io(), interest.release()),
        old_handler_(std::signal(SIGPIPE, SIG_IGN)) {
    epoll_event end_only{};
    // Rejected for a file, which is never full and has no reader that leaves.
    pollable_ = ::epoll_ctl(interest_, EPOLL_CTL_ADD, output_.descriptor(), &end_only) == 0;
    if (pollable_) watch();
  }
  ~OutputLine() override { std::signal(SIGPIPE, old_handler_); }

  const LineKind& kind() const override { return kind_; }
  std::string name() const override { return name_; }
  State state() const override { return state_; }

  std::size_t send(std::string_view bytes) override {
    begin();
    std::size_t taken = 0;
    while (taken < bytes.size() && !state_.ended) {
      if (pollable_ && (poll_events() & (POLLOUT | POLLERR | POLLHUP)) == 0) {
        watch_for_room(true);
        break;
      }
      const std::size_t portion = std::min<std::size_t>(PIPE_BUF, bytes.size() - taken);
      const ssize_t written = ::write(output_.descriptor(), bytes.data() + taken, portion);
      if (written >= 0) {
        taken += static_cast<std::size_t>(written);
      } else if (errno == EAGAIN) {
        watch_for_room(true);
        break;
      } else if (errno != EINTR) {
        end(errno);
      }
    }
    return taken;
  }

  bool drained() override { return true; }  // a pipe keeps what was written until it is read
  void purge() override {}
  void on_change(std::function<void()> changed) override {
    changed_ = std::move(changed);
    // Bytes are about to be sent: everything that could fail earlier has succeeded.
    if (changed_) begin();
  }

 private:
  void begin() {
    if (const auto begun = output_.begin(); !begun) end(errno);
  }

  short poll_events() const {
    pollfd poll_for{.fd = output_.descriptor(), .events = POLLOUT, .revents = 0};
    ::poll(&poll_for, 1, 0);
    return poll_for.revents;
  }

  void end(int error) {
    state_.ended = true;
    state_.present = false;
    if (error != EPIPE) state_.error = std::strerror(error);
  }

  void watch_for_room(bool wanted) {
    if (std::exchange(waits_for_room_, wanted) == wanted) return;
    epoll_event event{};
    if (wanted) event.events = EPOLLOUT;
    ::epoll_ctl(interest_, EPOLL_CTL_MOD, output_.descriptor(), &event);
  }

  void watch() {
    watch_.async_wait(stream_descriptor::wait_read, alive_.guard([this](const auto& error) {
      if (error) return;
      watch_for_room(false);
      if ((poll_events() & POLLERR) != 0) {
        end(EPIPE);
      } else {
        watch();
      }
      if (changed_) changed_();
    }));
  }

  const LineKind& kind_;
  std::string name_;
  OutputFile output_;
  int interest_;  ///< epoll descriptor of output_ alone, owned by watch_
  stream_descriptor watch_;
  void (*old_handler_)(int);
  State state_{.present = true, .requested = true};
  bool pollable_ = false;
  bool waits_for_room_ = false;
  std::function<void()> changed_;
  Alive alive_;
};

Result<std::unique_ptr<Line>> open_output(const LineKind& kind, const std::string& name,
                                          const std::string& path, EventLoop& loop) {
  auto output = OutputFile::open(path);
  if (!output) return tl::make_unexpected(output.error());
  Fd interest(::epoll_create1(EPOLL_CLOEXEC));
  if (!interest) return fail(name + ": " + std::strerror(errno));
  return std::make_unique<OutputLine>(kind, name, std::move(*output), std::move(interest), loop);
}

}  // namespace

Result<std::unique_ptr<Line>> open_stdout_line(const LineKind& kind, const LineUri&,
                                               const LineSettings&, EventLoop& loop) {
  return open_output(kind, "stdout", "-", loop);
}

Result<std::unique_ptr<Line>> open_file_line(const LineKind& kind, const LineUri& uri,
                                             const LineSettings&, EventLoop& loop) {
  return open_output(kind, uri.address, uri.address, loop);
}

}  // namespace p1rig
