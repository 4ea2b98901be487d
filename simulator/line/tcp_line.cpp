#include "simulator/line/tcp_line.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "simulator/line/event_loop.h"
#include "simulator/line/tcp_acceptor.h"
#include "simulator/line/tcp_address.h"
#include "simulator/line/tcp_peer.h"

namespace p1rig {
namespace {

/// All peers of a line, each with its own backlog: one that does not fetch its bytes loses them, and
/// the others do not notice. What they send is counted and thrown away: a meter has no ear.
class TcpLine final : public Line {
 public:
  TcpLine(const LineKind& kind, std::string name, EventLoop& loop)
      : kind_(kind), name_(std::move(name)), loop_(loop) {}

  void listen(Fd listener) {
    acceptor_.emplace(loop_, std::move(listener), [this](Fd client) {
      add(std::move(client));
      tell();
    });
  }

  /// The line is the connection: it ends with it.
  void serve_only(Fd peer) {
    add(std::move(peer));
    only_one_ = true;
  }

  const LineKind& kind() const override { return kind_; }
  std::string name() const override { return name_; }
  State state() const override { return state_; }

  std::size_t send(std::string_view bytes) override {
    if (peers_.empty()) return 0;
    if (loses_nothing_) return send_to_slowest(bytes);
    for (const auto& [id, peer] : peers_) state_.dropped += bytes.size() - peer->send(bytes);
    return bytes.size();
  }

  void lose_nothing() override { loses_nothing_ = true; }
  bool drained() override {
    return std::ranges::all_of(peers_, [](const auto& entry) { return entry.second->drained(); });
  }
  void purge() override {
    for (const auto& [id, peer] : peers_) peer->purge();
  }
  bool freeze() override {
    if (only_one_) return false;
    for (auto& [id, peer] : peers_) {
      peer->freeze();
      frozen_.push_back(std::move(peer));
    }
    peers_.clear();
    state_.present = false;
    return true;
  }
  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

 private:
  void add(Fd socket) {
    const std::uint64_t id = ++last_id_;
    TcpPeer::Handlers handlers{
        .received = [this](std::string_view bytes) { state_.receive(bytes); },
        .gone = [this, id] { remove(id); },
        .room = [this] { tell(); }};
    peers_[id] = std::make_unique<TcpPeer>(loop_, std::move(socket), std::move(handlers));
    state_.present = true;
  }

  void remove(std::uint64_t id) {
    peers_.erase(id);
    state_.present = !peers_.empty();
    state_.ended = only_one_;
    tell();
  }

  /// As much as every peer takes.
  std::size_t send_to_slowest(std::string_view bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size()) {
      std::size_t room = bytes.size() - taken;
      for (const auto& [id, peer] : peers_) room = std::min(room, peer->room());
      // A full client is offered more than fits, and reports when it has room again.
      for (const auto& [id, peer] : peers_) {
        if (room > 0 || peer->room() == 0) {
          peer->send(bytes.substr(taken, std::max<std::size_t>(room, 1)));
        }
      }
      if (room == 0) break;
      taken += room;
    }
    return taken;
  }

  void tell() {
    if (changed_) changed_();
  }

  const LineKind& kind_;
  std::string name_;
  EventLoop& loop_;
  std::optional<TcpAcceptor> acceptor_;
  std::map<std::uint64_t, std::unique_ptr<TcpPeer>> peers_;
  std::vector<std::unique_ptr<TcpPeer>> frozen_;
  std::uint64_t last_id_ = 0;
  State state_{.requested = true};
  bool only_one_ = false;
  bool loses_nothing_ = false;
  std::function<void()> changed_;
};

Result<void> check_address(const LineUri& uri, bool host_needed) {
  const auto address = read_tcp_address(uri.address, host_needed);
  if (!address) return fail(uri.scheme + ":" + uri.address + ": " + address.error().message);
  return {};
}

}  // namespace

Result<void> check_tcp_line(const LineUri& uri) { return check_address(uri, true); }
Result<void> check_tcp_listen_line(const LineUri& uri) { return check_address(uri, false); }

Result<std::unique_ptr<Line>> open_tcp_line(const LineKind& kind, const LineUri& uri,
                                            const LineSettings&, EventLoop& loop) {
  const std::string name = "tcp:" + uri.address;
  const auto address = read_tcp_address(uri.address, true);
  if (!address) return fail(name + ": " + address.error().message);
  auto socket = connect_tcp(*address);
  if (!socket) return fail(name + ": " + socket.error().message);
  auto line = std::make_unique<TcpLine>(kind, name, loop);
  line->serve_only(std::move(*socket));
  return line;
}

Result<std::unique_ptr<Line>> open_tcp_listen_line(const LineKind& kind, const LineUri& uri,
                                                   const LineSettings&, EventLoop& loop) {
  const std::string name = "tcp-listen:" + uri.address;
  const auto address = read_tcp_address(uri.address, false);
  if (!address) return fail(name + ": " + address.error().message);
  auto listener = listen_tcp(*address);
  if (!listener) return fail(name + ": " + listener.error().message);
  auto line = std::make_unique<TcpLine>(kind, "tcp-listen:" + listener->address, loop);
  line->listen(std::move(listener->socket));
  return line;
}

}  // namespace p1rig
