#include "conformance/reader/tcp_feed.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <utility>

#include "simulator/line/event_loop.h"

namespace p1rig {

using boost::asio::ip::tcp;

/// Kept by the handlers that are on their way, so that it may be let go at any time.
struct TcpFeed::Session : std::enable_shared_from_this<Session> {
  Session(EventLoop& loop, TcpAddress where, Listener told)
      : address(std::move(where)),
        listener(std::move(told)),
        resolver(loop.io()),
        socket(loop.io()),
        again(loop.io()) {}

  void connect() {
    resolver.async_resolve(address.host, std::to_string(address.port),
                           [self = shared_from_this()](const auto& error, const auto& found) {
                             if (self->stopped) return;
                             if (error) return self->retry(error.message());
                             self->connect_to(found);
                           });
  }

  void connect_to(const tcp::resolver::results_type& found) {
    boost::asio::async_connect(socket, found,
                               [self = shared_from_this()](const auto& error, const auto&) {
                                 if (self->stopped) return;
                                 if (error) return self->retry(error.message());
                                 self->last_trouble.clear();
                                 self->listener.connected();
                                 self->read();
                               });
  }

  void read() {
    socket.async_read_some(boost::asio::buffer(buffer),
                           [self = shared_from_this()](const auto& error, std::size_t count) {
                             if (self->stopped) return;
                             if (error) return self->retry(error.message());
                             self->listener.bytes({self->buffer.data(), count});
                             if (!self->stopped) self->read();
                           });
  }

  void retry(const std::string& reason) {
    constexpr std::chrono::milliseconds kPause{100};
    boost::system::error_code ignored;
    socket.close(ignored);
    if (reason != last_trouble) {
      listener.trouble(address.host + ":" + std::to_string(address.port) + ": " + reason);
    }
    last_trouble = reason;
    again.expires_after(kPause);
    again.async_wait([self = shared_from_this()](const auto& error) {
      if (!error && !self->stopped) self->connect();
    });
  }

  void stop() {
    stopped = true;
    boost::system::error_code ignored;
    resolver.cancel();
    socket.close(ignored);
    again.cancel();
  }

  TcpAddress address;
  Listener listener;
  tcp::resolver resolver;
  tcp::socket socket;
  boost::asio::steady_timer again;
  std::array<char, 16384> buffer{};
  std::string last_trouble;
  bool stopped = false;
};

TcpFeed::TcpFeed(EventLoop& loop, TcpAddress address, Listener listener)
    : loop_(loop), address_(std::move(address)), listener_(std::move(listener)) {}

TcpFeed::~TcpFeed() { stop(); }

void TcpFeed::start() {
  stop();
  session_ = std::make_shared<Session>(loop_, address_, listener_);
  session_->connect();
}

void TcpFeed::stop() {
  if (session_) session_->stop();
  session_.reset();
}

}  // namespace p1rig
