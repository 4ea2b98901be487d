#pragma once

#include <functional>
#include <memory>

#include "process/fd.h"

namespace p1rig {

class EventLoop;

/// Takes clients from a listening socket. Where no descriptor is left for one, it tries again later:
/// a flood of clients costs no busy loop and no one else's turn.
class TcpAcceptor {
 public:
  /// `took` is called from the event loop, with each client. It must not destroy the acceptor.
  TcpAcceptor(EventLoop& loop, Fd listener, std::function<void(Fd)> took);
  ~TcpAcceptor();
  TcpAcceptor(const TcpAcceptor&) = delete;
  TcpAcceptor& operator=(const TcpAcceptor&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
