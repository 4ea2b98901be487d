#include "simulator/line/rfc2217_line.h"

#include <sys/socket.h>

#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "simulator/line/event_loop.h"
#include "simulator/line/reader_uart.h"
#include "simulator/line/rfc2217.h"
#include "simulator/line/tcp_acceptor.h"
#include "simulator/line/tcp_address.h"
#include "simulator/line/tcp_peer.h"

namespace p1rig {
namespace {

/// One client at a time has the port, as one program has a serial port; others get a notice and are hung
/// up on.
class Rfc2217Line final : public Line {
 public:
  Rfc2217Line(const LineKind& kind, TcpListener listener, Wiring wiring, bool models_uart,
              const LineSettings& settings, EventLoop& loop)
      : kind_(kind),
        name_("rfc2217-listen:" + listener.address),
        wiring_(wiring),
        models_uart_(models_uart),
        settings_(settings),
        uart_(settings),
        loop_(loop),
        acceptor_(loop, std::move(listener.socket),
                  [this](Fd client) { take(std::move(client)); }) {}

  const LineKind& kind() const override { return kind_; }
  std::string name() const override { return name_; }
  State state() const override { return state_; }

  std::size_t send(std::string_view bytes) override {
    if (!client_) return 0;
    if (uart_.agrees() && pending_.empty()) return client_->send(bytes);
    if (!send_pending()) return 0;
    pending_ = values_of(uart_.take(bytes, std::chrono::steady_clock::now()));
    send_pending();
    return bytes.size();
  }
  bool drained() override { return !client_ || (pending_.empty() && client_->drained()); }
  void purge() override {
    pending_.clear();
    if (client_) client_->purge();
  }
  bool freeze() override {
    if (client_) {
      client_->freeze();
      frozen_.push_back(std::move(client_));
      forget_client();
    }
    return true;
  }
  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

 private:
  /// True when nothing waits any more.
  bool send_pending() {
    if (!pending_.empty()) pending_.erase(0, client_->send(pending_));
    return pending_.empty();
  }

  void take(Fd client) {
    // A client that hangs up and comes back at once may be heard of in either order.
    if (client_) client_->look();
    if (client_) {
      constexpr std::string_view kBusy = "The port is in use.\r\n";
      static_cast<void>(::send(client.get(), kBusy.data(), kBusy.size(), MSG_NOSIGNAL));
      return;
    }
    port_.emplace(settings_);
    TcpPeer::Handlers handlers{.received = [this](std::string_view bytes) { hear(bytes); },
                               .gone =
                                   [this] {
                                     forget_client();
                                     tell();
                                   },
                               .room = [this] { tell(); }};
    client_ =
        std::make_unique<TcpPeer>(loop_, std::move(client), std::move(handlers), encode_telnet);
    see_port();
  }

  void hear(std::string_view bytes) {
    const Rfc2217Port::Outcome outcome = port_->take(bytes);
    state_.receive(outcome.written);
    if (outcome.purge) purge();
    // The line state first: a release that is confirmed has happened.
    if (outcome.changed) {
      client_->suspend(port_->suspended());
      see_port();
    }
    if (!outcome.answer.empty()) client_->answer(outcome.answer);
  }

  void see_port() {
    state_.present = true;
    state_.requested = requested_by(wiring_, port_->lines());
    state_.settings.reset();
    if (port_->settings_chosen()) state_.settings = port_->settings();
    if (models_uart_) uart_.set(port_->settings(), std::chrono::steady_clock::now());
    state_.breaks = earlier_breaks_ + port_->break_count();
    tell();
  }

  void forget_client() {
    client_.reset();
    pending_.clear();
    earlier_breaks_ = state_.breaks;
    state_.present = false;
    state_.requested = false;
    state_.settings.reset();
  }

  void tell() {
    if (changed_) changed_();
  }

  const LineKind& kind_;
  std::string name_;
  Wiring wiring_;
  bool models_uart_;
  LineSettings settings_;
  ReaderUart uart_;      ///< of the client's port, which is ours
  std::string pending_;  ///< came out of the UART, and had no room
  EventLoop& loop_;
  State state_;
  std::uint64_t earlier_breaks_ = 0;  ///< of clients that have gone
  std::optional<Rfc2217Port> port_;
  std::unique_ptr<TcpPeer> client_;
  std::vector<std::unique_ptr<TcpPeer>> frozen_;
  std::function<void()> changed_;
  TcpAcceptor acceptor_;
};

std::string name_of(const LineUri& uri) { return "rfc2217-listen:" + uri.address; }

struct Rfc2217Options {
  TcpAddress address = {};
  Wiring wiring = Wiring::kRts;
  bool models_uart = true;
};

Result<Rfc2217Options> read_rfc2217_options(const LineUri& uri) {
  Rfc2217Options options;
  if (const auto option = uri.options.find("wiring"); option != uri.options.end()) {
    const auto wiring = parse_wiring(option->second);
    if (!wiring) {
      return fail(name_of(uri) + ": wiring is \"" + option->second + "\", expected " +
                  std::string(kWiringForms));
    }
    options.wiring = *wiring;
  }
  if (const auto option = uri.options.find("uart"); option != uri.options.end()) {
    options.models_uart = option->second == "on";
    if (!options.models_uart && option->second != "off") {
      return fail(name_of(uri) + ": uart: expected on or off");
    }
  }
  const auto address = read_tcp_address(uri.address, false);
  if (!address) return fail(name_of(uri) + ": " + address.error().message);
  options.address = *address;
  return options;
}

}  // namespace

Result<void> check_rfc2217_listen_line(const LineUri& uri) {
  const auto options = read_rfc2217_options(uri);
  return options ? Result<void>{} : tl::unexpected(options.error());
}

Result<std::unique_ptr<Line>> open_rfc2217_listen_line(const LineKind& kind, const LineUri& uri,
                                                       const LineSettings& settings,
                                                       EventLoop& loop) {
  const auto options = read_rfc2217_options(uri);
  if (!options) return tl::unexpected(options.error());
  auto listener = listen_tcp(options->address);
  if (!listener) return fail(name_of(uri) + ": " + listener.error().message);
  return std::make_unique<Rfc2217Line>(kind, std::move(*listener), options->wiring,
                                       options->models_uart, settings, loop);
}

}  // namespace p1rig
