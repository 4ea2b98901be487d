#include "simulator/line/tcp_acceptor.h"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <utility>

#include "simulator/line/alive.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/tcp_address.h"

namespace p1rig {
namespace {

using boost::asio::posix::stream_descriptor;

constexpr int kClientsAtOnce = 16;
constexpr std::chrono::milliseconds kLater{100};

}  // namespace

struct TcpAcceptor::Impl {
  Impl(EventLoop& loop, Fd socket, std::function<void(Fd)> took_client)
      : listener(loop.io(), socket.release()), timer(loop.io()), took(std::move(took_client)) {}

  stream_descriptor listener;
  boost::asio::steady_timer timer;
  std::function<void(Fd)> took;
  Alive alive;

  void watch() {
    listener.async_wait(stream_descriptor::wait_read, alive.guard([this](const auto& error) {
      if (!error) take();
    }));
  }

  void take() {
    for (int i = 0; i < kClientsAtOnce; ++i) {
      Fd client = accept_tcp(listener.native_handle());
      if (!client) {
        const bool none_left = errno == EMFILE || errno == ENFILE || errno == ENOMEM;
        return none_left ? try_later() : watch();
      }
      took(std::move(client));
    }
    watch();
  }

  void try_later() {
    timer.expires_after(kLater);
    timer.async_wait(alive.guard([this](const auto& error) {
      if (!error) watch();
    }));
  }
};

TcpAcceptor::TcpAcceptor(EventLoop& loop, Fd listener, std::function<void(Fd)> took)
    : impl_(std::make_unique<Impl>(loop, std::move(listener), std::move(took))) {
  impl_->watch();
}

TcpAcceptor::~TcpAcceptor() = default;

}  // namespace p1rig
