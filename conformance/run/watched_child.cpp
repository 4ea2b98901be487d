#include "conformance/run/watched_child.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "process/child_process.h"
#include "simulator/line/event_loop.h"

namespace p1rig {

using boost::asio::posix::stream_descriptor;

namespace {

/// Duplicates a descriptor for the loop, which closes its own. Another reader must not inherit it: an
/// output that is open elsewhere never ends.
struct Watched {
  explicit Watched(const ChildProcess& child)
      : output(again(child.output())), errors(again(child.errors())), end(again(child.watch())) {}

  static Fd again(int descriptor) { return Fd(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0)); }

  Fd output, errors, end;
};

}  // namespace

/// Handlers in the loop hold it weakly: one that was already ready when the child was ended finds
/// it gone.
struct WatchedChild::Impl : std::enable_shared_from_this<WatchedChild::Impl> {
  static constexpr std::size_t kLastWords = 4096;
  /// After its end, at most what a pipe can hold: a child of its own may still write.
  static constexpr std::size_t kMostRest = std::size_t{1} << 20U;
  /// A program that ends closes its output first. One that has not ended by then keeps running.
  static constexpr std::chrono::seconds kGrace{2};

  Impl(ChildProcess started, Watched watched, EventLoop& loop, Handlers called)
      : child(std::move(started)),
        output(loop.io(), watched.output.release()),
        errors(loop.io(), watched.errors.release()),
        end(loop.io(), watched.end.release()),
        grace(loop.io()),
        handlers(std::move(called)) {}

  void watch() {
    wait_for_output();
    wait_for_errors();
    end.async_wait(stream_descriptor::wait_read, [weak = weak_from_this()](const auto& error) {
      if (const auto self = weak.lock(); self && !error) self->take_exit();
    });
  }

  void wait_for_output() {
    if (waiting || !listening || at_end) return;
    waiting = true;
    output.async_wait(stream_descriptor::wait_read, [weak = weak_from_this()](const auto& error) {
      const auto self = weak.lock();
      if (!self || error) return;
      self->waiting = false;
      self->take_output();
      self->wait_for_output();
    });
  }

  void take_output() {
    if (at_end) return;
    std::array<char, 65536> buffer;
    const ssize_t count = ::read(child.output(), buffer.data(), buffer.size());
    if (count > 0) handlers.output({buffer.data(), static_cast<std::size_t>(count)});
    if (count != 0) return;
    at_end = true;
    grace.expires_after(kGrace);
    grace.async_wait([weak = weak_from_this()](const auto& error) {
      const auto self = weak.lock();
      if (self && !error && !self->exited) self->handlers.closed();
    });
  }

  void wait_for_errors() {
    errors.async_wait(stream_descriptor::wait_read, [weak = weak_from_this()](const auto& error) {
      const auto self = weak.lock();
      if (self && !error && self->take_errors() > 0) self->wait_for_errors();
    });
  }

  ssize_t take_errors() {
    std::array<char, 65536> buffer;
    const ssize_t count = ::read(child.errors(), buffer.data(), buffer.size());
    if (count > 0) last_words.append(buffer.data(), static_cast<std::size_t>(count));
    if (last_words.size() > kLastWords) last_words.erase(0, last_words.size() - kLastWords);
    return count;
  }

  void take_exit() {
    if (exited) return;
    exited = true;
    child.end_group();
    const ProcessExit exit = child.exit().value_or(ProcessExit{});
    // What it wrote before it ended still counts.
    std::array<char, 65536> buffer;
    for (std::size_t taken = 0; !at_end && taken < kMostRest;) {
      const ssize_t count = ::read(child.output(), buffer.data(), buffer.size());
      if (count <= 0) break;
      taken += static_cast<std::size_t>(count);
      handlers.output({buffer.data(), static_cast<std::size_t>(count)});
    }
    at_end = true;
    for (std::size_t taken = 0; taken < kMostRest;) {
      const ssize_t count = take_errors();
      if (count <= 0) break;
      taken += static_cast<std::size_t>(count);
    }
    handlers.exited({exit, last_words});
  }

  ChildProcess child;
  stream_descriptor output, errors, end;
  boost::asio::steady_timer grace;
  Handlers handlers;
  std::string last_words;
  bool listening = true;
  bool waiting = false;  ///< for output
  bool at_end = false;   ///< of the output
  bool exited = false;
};

WatchedChild::WatchedChild(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

WatchedChild::~WatchedChild() = default;

Result<std::unique_ptr<WatchedChild>> WatchedChild::start(
    const std::vector<std::string>& command, const std::map<std::string, std::string>& environment,
    const Fd& input, EventLoop& loop, Handlers handlers) {
  auto child = ChildProcess::start({.words = command,
                                    .environment = environment,
                                    .input = input ? input.get() : ChildCommand::kNothing,
                                    .output = ChildCommand::kPipe,
                                    .errors = ChildCommand::kPipe});
  if (!child) return tl::make_unexpected(child.error());
  Watched watched(*child);
  if (!watched.output || !watched.errors || !watched.end) {
    return fail(command.front() + ": cannot be watched: " + std::strerror(errno));
  }
  auto impl =
      std::make_shared<Impl>(std::move(*child), std::move(watched), loop, std::move(handlers));
  impl->watch();
  return std::unique_ptr<WatchedChild>(new WatchedChild(std::move(impl)));
}

void WatchedChild::listen(bool on) {
  impl_->listening = on;
  impl_->wait_for_output();
}

std::uint64_t WatchedChild::memory() const { return impl_->child.memory(); }

ProcessUsage WatchedChild::usage() const { return impl_->child.usage(); }

}  // namespace p1rig
