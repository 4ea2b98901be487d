#include "simulator/line/reader_end.h"

#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "process/fd.h"
#include "simulator/files/suggest.h"
#include "simulator/line/reader_tty.h"
#include "simulator/line/tcp_address.h"

namespace p1rig {
namespace {

constexpr std::array<std::string_view, 3> kSchemes{"serial:", "tcp:", "rfc2217:"};
constexpr std::string_view kForms = "serial:DEVICE, tcp:HOST:PORT, rfc2217:HOST:PORT or a path";
constexpr int kWriteMilliseconds = 5000;

std::string_view scheme_of(std::string_view name) {
  for (const std::string_view scheme : kSchemes) {
    if (name.starts_with(scheme)) return scheme;
  }
  return {};
}

struct ReaderUri {
  std::string_view scheme;  ///< with its colon; empty for a path
  std::string address;
  Wiring wiring = Wiring::kRts;
};

Result<ReaderUri> parse_reader_uri(const std::string& name) {
  ReaderUri uri{.scheme = scheme_of(name), .address = name};
  if (uri.scheme.empty()) return uri;
  uri.address = name.substr(uri.scheme.size());
  // As pyserial and the endpoints of the reader contract are written: tcp://HOST:PORT.
  if (uri.scheme != "serial:" && uri.address.starts_with("//")) uri.address.erase(0, 2);
  const std::size_t mark = uri.address.find('?');
  if (mark == std::string::npos) return uri;
  const std::string option = uri.address.substr(mark + 1);
  uri.address.resize(mark);
  constexpr std::string_view kKey = "wiring=";
  if (uri.scheme == "tcp:") return fail(name + ": tcp: has no options");
  if (!option.starts_with(kKey)) return fail(name + ": unknown option, expected ?wiring=");
  const auto wiring = parse_wiring(std::string_view(option).substr(kKey.size()));
  if (!wiring) return fail(name + ": expected wiring=" + std::string(kWiringForms));
  uri.wiring = *wiring;
  return uri;
}

/// Few bytes, to a peer that has nothing else to do than to take them.
Result<void> write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd wait_for{.fd = descriptor, .events = POLLOUT, .revents = 0};
      if (::poll(&wait_for, 1, kWriteMilliseconds) == 0) return fail("does not accept bytes");
    } else if (errno != EINTR) {
      return fail(std::strerror(errno));
    }
  }
  return {};
}

}  // namespace

struct ReaderEnd::Impl {
  std::string name;
  Fd fd;
  bool serial = false;  ///< with modem lines of its own
  Wiring wiring = Wiring::kRts;
  std::optional<Rfc2217Client> client;
};

ReaderEnd::ReaderEnd(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ReaderEnd::ReaderEnd(ReaderEnd&&) noexcept = default;
ReaderEnd& ReaderEnd::operator=(ReaderEnd&&) noexcept = default;
ReaderEnd::~ReaderEnd() = default;

bool ReaderEnd::is_live(const std::string& name) {
  return !scheme_of(name).empty() || is_tty_path(name);
}

bool ReaderEnd::is_network(std::string_view name) {
  const std::string_view scheme = scheme_of(name);
  return scheme == "tcp:" || scheme == "rfc2217:";
}

std::string ReaderEnd::why_no_line(std::string_view name) {
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos || name.substr(0, colon).find('/') != name.npos) return {};
  const std::string_view scheme = name.substr(0, colon + 1);
  std::string guess = did_you_mean(scheme, {kSchemes.begin(), kSchemes.end()});
  return "no such file; a line to read from is " + std::string(kForms) + guess;
}

Result<ReaderEnd> ReaderEnd::open(const std::string& name, const LineSettings& settings) {
  const auto uri = parse_reader_uri(name);
  if (!uri) return tl::unexpected(uri.error());
  auto impl = std::make_unique<Impl>();
  impl->name = name;
  impl->wiring = uri->wiring;
  if (uri->scheme.empty() || uri->scheme == "serial:") {
    auto tty = open_reader_tty(uri->address, settings);
    if (!tty) return tl::unexpected(tty.error());
    impl->fd = std::move(*tty);
    impl->serial = !uri->scheme.empty();
    if (impl->serial && ::flock(impl->fd.get(), LOCK_EX | LOCK_NB) != 0) {
      return fail(name + ": is in use by another program");
    }
    return ReaderEnd(std::move(impl));
  }
  const auto address = read_tcp_address(uri->address, true);
  if (!address) return fail(name + ": " + address.error().message);
  auto socket = connect_tcp(*address);
  if (!socket) return fail(name + ": " + socket.error().message);
  impl->fd = std::move(*socket);
  if (uri->scheme == "rfc2217:") {
    impl->client.emplace(settings, uri->wiring);
    if (const auto sent = write_all(impl->fd.get(), impl->client->greeting()); !sent) {
      return fail(name + ": " + sent.error().message);
    }
  }
  return ReaderEnd(std::move(impl));
}

int ReaderEnd::descriptor() const { return impl_->fd.get(); }

bool ReaderEnd::has_request() const {
  return (impl_->serial || impl_->client) && impl_->wiring != Wiring::kVcc;
}

Result<std::vector<ReaderEnd::Heard>> ReaderEnd::request(bool active) {
  if (impl_->client) {
    Rfc2217Client::Outcome outcome = impl_->client->request(active);
    if (const auto sent = write_all(descriptor(), outcome.answer); !sent) {
      return fail(impl_->name + ": " + sent.error().message);
    }
    return std::move(outcome.heard);
  }
  std::vector<Heard> heard;
  if (!impl_->serial) return heard;
  const bool by_dtr = impl_->wiring == Wiring::kDtr || impl_->wiring == Wiring::kDtrInverted;
  const bool inverted =
      impl_->wiring == Wiring::kRtsInverted || impl_->wiring == Wiring::kDtrInverted;
  if (impl_->wiring != Wiring::kVcc) {
    int bits = by_dtr ? TIOCM_DTR : TIOCM_RTS;
    if (::ioctl(descriptor(), active != inverted ? TIOCMBIS : TIOCMBIC, &bits) != 0) {
      return fail(impl_->name + ": has no modem lines for Data Request: " + std::strerror(errno));
    }
  }
  heard.push_back({.requested = active || impl_->wiring == Wiring::kVcc});
  return heard;
}

Result<std::vector<ReaderEnd::Heard>> ReaderEnd::take(std::string_view bytes) {
  if (!impl_->client) return std::vector{Heard{.data = std::string(bytes)}};
  Rfc2217Client::Outcome outcome = impl_->client->take(bytes);
  if (outcome.refused) return fail(impl_->name + ": the server does not offer an RFC 2217 port");
  if (const auto sent = write_all(descriptor(), outcome.answer); !sent) {
    return fail(impl_->name + ": " + sent.error().message);
  }
  return std::move(outcome.heard);
}

}  // namespace p1rig
