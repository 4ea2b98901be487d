#include "simulator/line/event_loop.h"

#include <sys/prctl.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <utility>

namespace p1rig {

struct EventLoop::Impl {
  boost::asio::io_context io{1};
  boost::asio::signal_set signals{io, SIGINT, SIGTERM, SIGHUP};
  std::function<void(int)> handler;

  void wait_for_signal() {
    signals.async_wait([this](const boost::system::error_code& error, int number) {
      if (error) return;
      wait_for_signal();
      if (handler) handler(number);
    });
  }
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  impl_->wait_for_signal();
}

EventLoop::~EventLoop() = default;

boost::asio::io_context& EventLoop::io() { return impl_->io; }

void EventLoop::on_signal(std::function<void(int)> handler) { impl_->handler = std::move(handler); }

void EventLoop::run() {
  impl_->io.restart();
  impl_->io.run();
}

void EventLoop::stop() { impl_->io.stop(); }

}  // namespace p1rig
