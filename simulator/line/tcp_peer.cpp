#include "simulator/line/tcp_peer.h"

#include <linux/filter.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <utility>

#include "simulator/line/event_loop.h"

namespace p1rig {
namespace {

using boost::asio::posix::stream_descriptor;

constexpr std::size_t kBacklog = 16 * 1024;
constexpr std::size_t kPortion = 1024;  // data that are encoded at once, and cannot be purged then
constexpr std::size_t kReadAtOnce = 4096;  // then others get their turn

}  // namespace

struct TcpPeer::Impl : std::enable_shared_from_this<TcpPeer::Impl> {
  Impl(EventLoop& loop, Fd fd, Handlers peer_handlers, Encode encode_data)
      : socket(loop.io(), fd.release()), handlers(std::move(peer_handlers)), encode(encode_data) {}

  stream_descriptor socket;
  Handlers handlers;
  Encode encode;
  std::string data;  ///< waits, and may be forgotten
  std::string wire;  ///< encoded, and must go out whole
  bool suspended = false;
  bool dead = false;
  bool waits_for_room = false;
  bool told_full = false;

  void watch() {
    socket.async_wait(stream_descriptor::wait_read, [self = shared_from_this()](const auto& error) {
      if (!error && self->read()) self->watch();
    });
  }

  /// False if the peer is gone, or this is destroyed.
  bool read() {
    if (!socket.is_open()) return false;
    std::array<char, kReadAtOnce> input;
    const ssize_t count = ::recv(socket.native_handle(), input.data(), input.size(), MSG_DONTWAIT);
    const bool nothing = count < 0 && (errno == EAGAIN || errno == EINTR);
    if (!dead && (count > 0 || nothing)) {
      if (count > 0 && handlers.received) {
        // A copy: the handler may destroy the peer and the handlers with it.
        const auto received = handlers.received;
        received({input.data(), static_cast<std::size_t>(count)});
      }
      return socket.is_open();
    }
    end();
    return false;
  }

  void end() {
    hang_up();
    if (const auto gone = std::exchange(handlers.gone, {})) gone();
  }

  void hang_up() {
    dead = true;
    data.clear();
    wire.clear();
  }

  void flush() {
    while (!dead) {
      if (wire.empty() && !suspended && !data.empty()) {
        const std::string_view portion = std::string_view(data).substr(0, kPortion);
        wire = encode != nullptr ? encode(portion) : std::string(portion);
        data.erase(0, portion.size());
      }
      if (wire.empty()) break;
      const ssize_t sent =
          ::send(socket.native_handle(), wire.data(), wire.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent >= 0) {
        wire.erase(0, static_cast<std::size_t>(sent));
      } else if (errno == EAGAIN) {
        watch_for_room();
        break;
      } else if (errno != EINTR) {
        // Anyone reading from the socket notices it as well.
        hang_up();
        ::shutdown(socket.native_handle(), SHUT_RDWR);
      }
    }
  }

  void watch_for_room() {
    if (std::exchange(waits_for_room, true)) return;
    socket.async_wait(stream_descriptor::wait_write,
                      [self = shared_from_this()](const auto& error) {
                        if (error || !self->socket.is_open()) return;
                        self->waits_for_room = false;
                        self->flush();
                        const auto room = self->handlers.room;
                        if (std::exchange(self->told_full, false) && room) room();
                      });
  }
};

TcpPeer::TcpPeer(EventLoop& loop, Fd socket, Handlers handlers, Encode encode)
    : impl_(std::make_shared<Impl>(loop, std::move(socket), std::move(handlers), encode)) {
  impl_->watch();
}

TcpPeer::~TcpPeer() {
  impl_->handlers = {};
  boost::system::error_code ignored;
  impl_->socket.close(ignored);
}

std::size_t TcpPeer::send(std::string_view bytes) {
  const std::size_t taken = std::min(room(), bytes.size());
  impl_->data += bytes.substr(0, taken);
  impl_->flush();
  if (taken < bytes.size()) impl_->told_full = true;
  return taken;
}

std::size_t TcpPeer::room() const {
  return impl_->dead ? 0 : kBacklog - std::min(kBacklog, impl_->data.size());
}

void TcpPeer::answer(std::string_view encoded) {
  if (impl_->dead) return;
  impl_->wire += encoded;
  impl_->flush();
  if (impl_->wire.size() <= kBacklog) return;
  impl_->hang_up();
  ::shutdown(impl_->socket.native_handle(), SHUT_RDWR);
}

void TcpPeer::suspend(bool suspended) {
  impl_->suspended = suspended;
  impl_->flush();
}

void TcpPeer::purge() { impl_->data.clear(); }

void TcpPeer::freeze() {
  impl_->handlers = {};
  impl_->hang_up();
  const int socket = impl_->socket.native_handle();
  const int off = 0;
  // Else the kernel would notice that nobody answers, and notify the peer.
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &off, sizeof off);
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &off, sizeof off);
  // A filter that takes no byte of any packet: they are dropped before TCP sees them. Where a kernel has
  // none, the peer's bytes are acknowledged, and nobody reads them.
  std::array<sock_filter, 1> nothing = {BPF_STMT(BPF_RET | BPF_K, 0)};
  const sock_fprog program{nothing.size(), nothing.data()};
  ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

bool TcpPeer::drained() const {
  if (impl_->dead) return true;
  int waiting = 0;
  return impl_->data.empty() && impl_->wire.empty() &&
         (::ioctl(impl_->socket.native_handle(), SIOCOUTQ, &waiting) != 0 || waiting == 0);
}

void TcpPeer::look() {
  pollfd poll_for{.fd = impl_->socket.native_handle(), .events = POLLRDHUP, .revents = 0};
  ::poll(&poll_for, 1, 0);
  if (poll_for.revents == 0) return;
  const auto alive = impl_;
  alive->end();
}

}  // namespace p1rig
