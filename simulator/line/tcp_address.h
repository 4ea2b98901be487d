#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "process/fd.h"
#include "protocol/result.h"

namespace p1rig {

/// "HOST:PORT" taken apart. Without a host, listeners bind to the loopback address: a meter on the
/// desk is private unless the user says otherwise.
struct TcpAddress {
  std::string host = {};  ///< a name or an address, without the brackets of "[::1]"; may be empty
  std::uint16_t port = 0;
  bool operator==(const TcpAddress&) const = default;
};

/// Takes "HOST:PORT", "[ADDRESS]:PORT", ":PORT" and "PORT"; nothing if it is none of these.
std::optional<TcpAddress> parse_tcp_address(std::string_view text);

/// As parse_tcp_address(), with an error that says what was expected. `host_needed` for connections
/// out, which need a port other than 0, too.
Result<TcpAddress> read_tcp_address(std::string_view text, bool host_needed);

/// A socket that listens, and where: "127.0.0.1:4001", with the real port where 0 was asked for.
struct TcpListener {
  Fd socket;
  std::string address;
};

/// Listens at the first address of the host that can be bound. The socket never blocks.
Result<TcpListener> listen_tcp(const TcpAddress& address);

/// Connects, for at most five seconds. The socket never blocks.
Result<Fd> connect_tcp(const TcpAddress& address);

/// Takes the next client; holds nothing, with errno set, if there is none.
Fd accept_tcp(int listener);

}  // namespace p1rig
