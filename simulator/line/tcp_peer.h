#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "process/fd.h"

namespace p1rig {

class EventLoop;

/// One connected socket of a line, and what waits to be sent to it.
///
/// Nothing blocks, and what waits is bounded: a peer that does not fetch its bytes costs 16 KiB here
/// and as much in the kernel. Data may be forgotten until they are encoded for the socket; answers of
/// a protocol go out whole, and in front of the data that wait.
///
/// The handlers are called from the event loop only, never from within a function of this class
/// except look(). A handler may destroy the peer.
class TcpPeer {
 public:
  struct Handlers {
    std::function<void(std::string_view)> received = {};
    std::function<void()> gone = {};  ///< the other side hung up, or is out of reach
    std::function<void()> room = {};  ///< after a send() that took less than all
  };
  using Encode = std::string (*)(std::string_view data);

  /// `encode` may be empty: data are sent as they are.
  TcpPeer(EventLoop& loop, Fd socket, Handlers handlers, Encode encode = nullptr);
  ~TcpPeer();
  TcpPeer(const TcpPeer&) = delete;
  TcpPeer& operator=(const TcpPeer&) = delete;

  /// Sends data, or keeps them until the peer fetches more. Returns how many were taken.
  std::size_t send(std::string_view data);

  /// How many bytes the next send() takes.
  std::size_t room() const;

  /// Sends bytes of the protocol, as they are. A peer that lets 16 KiB of them lie is hung up on.
  void answer(std::string_view encoded);

  /// Stops sending data, or continues (RFC 2217 FLOWCONTROL-SUSPEND).
  void suspend(bool suspended);

  /// Forgets the data that were taken and have not been given to the kernel.
  void purge();

  /// From now on nothing passes any more, in neither direction: what the peer sends is not even
  /// acknowledged, as if the network had gone. Until this is destroyed, the peer is not notified.
  void freeze();

  /// True when the peer's host has everything.
  bool drained() const;

  /// Has the peer hung up by now? Asks without waiting for the event loop to get there.
  void look();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the waits under way, which outlive the peer
};

}  // namespace p1rig
