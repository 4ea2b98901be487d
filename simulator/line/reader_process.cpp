#include "simulator/line/reader_process.h"

#include <fcntl.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <utility>

#include "simulator/line/alive.h"
#include "simulator/line/event_loop.h"

namespace p1rig {

using boost::asio::posix::stream_descriptor;

struct ReaderProcess::Impl {
  Impl(EventLoop& loop, ChildProcess started, int watch,
       std::function<void(const ProcessExit&)> called)
      : child(std::move(started)), end(loop.io(), watch), ended(std::move(called)) {
    end.async_wait(stream_descriptor::wait_read, alive.guard([this](const auto& error) {
      if (error) return;
      child.end_group();
      if (const auto exit = child.exit(); exit && ended) ended(*exit);
    }));
  }

  ChildProcess child;
  stream_descriptor end;  ///< readable when the program has ended; the loop closes what it has
  std::function<void(const ProcessExit&)> ended;
  Alive alive;
};

ReaderProcess::ReaderProcess(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReaderProcess::ReaderProcess(ReaderProcess&&) noexcept = default;
ReaderProcess& ReaderProcess::operator=(ReaderProcess&&) noexcept = default;
ReaderProcess::~ReaderProcess() = default;

Result<ReaderProcess> ReaderProcess::start(const ChildCommand& command, EventLoop& loop,
                                           std::function<void(const ProcessExit&)> ended) {
  auto child = ChildProcess::start(command);
  if (!child) return tl::make_unexpected(child.error());
  const int watch = ::fcntl(child->watch(), F_DUPFD_CLOEXEC, 0);
  if (watch < 0) {
    return fail("cannot watch " + command.words.front() + ": " + std::strerror(errno));
  }
  return ReaderProcess(std::make_unique<Impl>(loop, std::move(*child), watch, std::move(ended)));
}

ProcessExit ReaderProcess::finish(std::chrono::milliseconds patience) {
  impl_->ended = {};
  return impl_->child.finish(patience);
}

}  // namespace p1rig
