#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "simulator/line/tcp_address.h"

namespace p1rig {

class EventLoop;

/// The bytes that a server sends: a connection that is made again, after a short while, whenever it
/// ends or is refused.
class TcpFeed {
 public:
  struct Listener {
    std::function<void()> connected;  ///< what comes is a new stream
    std::function<void(std::string_view)> bytes;
    std::function<void(std::string)> trouble;  ///< why there is no connection; once each
  };

  TcpFeed(EventLoop& loop, TcpAddress address, Listener listener);
  ~TcpFeed();
  TcpFeed(const TcpFeed&) = delete;
  TcpFeed& operator=(const TcpFeed&) = delete;

  void start();
  /// From then on the listener hears nothing.
  void stop();

 private:
  struct Session;
  EventLoop& loop_;
  TcpAddress address_;
  Listener listener_;
  std::shared_ptr<Session> session_;
};

}  // namespace p1rig
