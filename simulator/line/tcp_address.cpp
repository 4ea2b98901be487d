#include "simulator/line/tcp_address.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

namespace p1rig {
namespace {

// What the kernel keeps for a client that does not fetch it: a second and a half at 115200 baud.
constexpr int kSendBuffer = 16 * 1024;

// A peer that vanished silently is noticed after this, even while nothing is sent.
constexpr int kSilenceSeconds = 10;
constexpr int kConnectMilliseconds = 5000;

using AddressList = std::unique_ptr<addrinfo, void (*)(addrinfo*)>;

Result<AddressList> look_up(const TcpAddress& address, int flags) {
  addrinfo hints{};
  hints.ai_flags = flags | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  const std::string host = address.host.empty() ? "127.0.0.1" : address.host;
  addrinfo* found = nullptr;
  const int failure =
      ::getaddrinfo(host.c_str(), std::to_string(address.port).c_str(), &hints, &found);
  if (failure == EAI_SYSTEM) return fail(host + ": " + std::strerror(errno));
  if (failure != 0) return fail(host + ": " + ::gai_strerror(failure));
  return AddressList(found, ::freeaddrinfo);
}

void set_option(int socket, int level, int option, int value) {
  // None of them is needed to work at all.
  static_cast<void>(::setsockopt(socket, level, option, &value, sizeof value));
}

void set_up_stream(int socket) {
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, SOL_SOCKET, SO_SNDBUF, kSendBuffer);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, kSilenceSeconds);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, kSilenceSeconds);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, 2 * kSilenceSeconds * 1000);
}

std::string address_of(int socket) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  void* const any = &storage;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  if (::getsockname(socket, static_cast<sockaddr*>(any), &size) != 0 ||
      ::getnameinfo(static_cast<sockaddr*>(any), size, host.data(), host.size(), port.data(),
                    port.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "?";
  }
  const std::string name = host.data();
  const bool is_v6 = name.find(':') != std::string::npos;
  return (is_v6 ? "[" + name + "]" : name) + ":" + port.data();
}

/// 0, or what went wrong.
int finish_connecting(int socket) {
  pollfd poll_for{.fd = socket, .events = POLLOUT, .revents = 0};
  if (::poll(&poll_for, 1, kConnectMilliseconds) <= 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

std::optional<TcpAddress> parse_tcp_address(std::string_view text) {
  TcpAddress address;
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos) {
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.starts_with('[') && host.ends_with(']');
    if (bracketed) host = host.substr(1, host.size() - 2);
    if (!bracketed && host.find_first_of(":[]") != std::string_view::npos) return std::nullopt;
    address.host = host;
    text.remove_prefix(colon + 1);
  }
  const auto [rest, code] = std::from_chars(text.data(), text.data() + text.size(), address.port);
  if (code != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return address;
}

Result<TcpAddress> read_tcp_address(std::string_view text, bool host_needed) {
  const std::string_view port = text.substr(text.rfind(':') + 1);
  const bool is_number = !port.empty() && port.find_first_not_of("0123456789") == port.npos;
  auto address = parse_tcp_address(text);
  if (!address && is_number &&
      parse_tcp_address(std::string(text.substr(0, text.size() - port.size())) + "0")) {
    return fail("\"" + std::string(text) + "\": a port is " + (host_needed ? "1" : "0") +
                " to 65535");
  }
  if (!address || (host_needed && (address->host.empty() || address->port == 0))) {
    return fail("\"" + std::string(text) + "\" is not an address, expected " +
                (host_needed ? "HOST:PORT" : "[HOST:]PORT") + ", such as 127.0.0.1:4001");
  }
  return std::move(*address);
}

Result<TcpListener> listen_tcp(const TcpAddress& address) {
  const auto list = look_up(address, AI_PASSIVE);
  if (!list) return tl::make_unexpected(list.error());
  int error = 0;
  for (const addrinfo* each = list->get(); each != nullptr; each = each->ai_next) {
    Fd socket(::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket) set_option(socket.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    if (socket && ::bind(socket.get(), each->ai_addr, each->ai_addrlen) == 0 &&
        ::listen(socket.get(), SOMAXCONN) == 0) {
      std::string name = address_of(socket.get());
      return TcpListener{std::move(socket), std::move(name)};
    }
    error = errno;
  }
  return fail(std::strerror(error));
}

Result<Fd> connect_tcp(const TcpAddress& address) {
  const auto list = look_up(address, 0);
  if (!list) return tl::make_unexpected(list.error());
  int error = 0;
  for (const addrinfo* each = list->get(); each != nullptr; each = each->ai_next) {
    Fd socket(::socket(each->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket) {
      set_up_stream(socket.get());
      error = ::connect(socket.get(), each->ai_addr, each->ai_addrlen) == 0 ? 0 : errno;
      if (error == EINPROGRESS) error = finish_connecting(socket.get());
      if (error == 0) return socket;
    } else {
      error = errno;
    }
  }
  return fail(std::strerror(error));
}

Fd accept_tcp(int listener) {
  Fd client(::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (client) set_up_stream(client.get());
  return client;
}

}  // namespace p1rig
