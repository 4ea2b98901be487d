#include "simulator/line/pty_line.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "simulator/fd.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/pty_link.h"
#include "simulator/line/tty_settings.h"

namespace p1rig {
namespace {

using boost::asio::posix::stream_descriptor;

/// The other end, opened for as long as the result lives: the kernel takes it for a reader.
Fd open_peer(int master) {
  return Fd(::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
}

/// A pseudo terminal, seen from the meter's side. What the kernel does decides the shape:
/// - A hang-up on the master means "no reader", but only once somebody has opened the other end: so
///   it is opened and closed once at the start.
/// - It stays true while nobody is there: the master is watched only while somebody is, and inotify
///   tells when the other end is opened. It merges equal events, so opens are not counted.
/// - Up to 17 KB that nobody reads are kept for the next reader, even with the other end closed:
///   nothing is written while nobody is there, and what a reader left is flushed. Only a flush from
///   the other end does that.
/// - Closing the master throws away what is unread: drained() tells when that is over.
class PtyLine final : public Line {
 public:
  PtyLine(const LineKind& kind, Fd master, Fd opens, PtyLink link, std::string name,
          const LineSettings& settings, EventLoop& loop)
      : kind_(kind),
        link_(std::move(link)),
        name_(std::move(name)),
        settings_(settings),
        master_(loop.io(), master.release()),
        opens_(loop.io(), opens.release()) {
    watch_opens();
  }

  const LineKind& kind() const override { return kind_; }
  std::string name() const override { return name_; }
  LineState state() const override { return state_; }

  std::size_t send(std::string_view bytes) override {
    std::size_t taken = 0;
    while (taken < bytes.size() && !hung_up()) {
      const ssize_t written =
          ::write(master_.native_handle(), bytes.data() + taken, bytes.size() - taken);
      if (written > 0) {
        taken += static_cast<std::size_t>(written);
      } else if (written == 0 || errno != EINTR) {
        watch_for_room();
        break;
      }
    }
    if (taken > 0) empty_looks_ = 0;
    return taken;
  }

  /// Bytes are invisible on their way from the kernel's buffer to the terminal's: a single look may
  /// find nothing in between. A reader that locks the terminal (TIOCEXCL) keeps us from looking, too,
  /// unless we are root: then nothing is known.
  bool drained() override {
    if (hung_up()) return true;
    const Fd peer = open_peer(master_.native_handle());
    int waiting = 0;
    if (!peer || ::ioctl(peer.get(), FIONREAD, &waiting) != 0) return false;
    constexpr int kLooks = 3;
    empty_looks_ = waiting == 0 ? empty_looks_ + 1 : 0;
    return empty_looks_ >= kLooks;
  }

  void purge() override { flush(); }
  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

 private:
  bool hung_up() {
    pollfd poll_for{.fd = master_.native_handle(), .events = 0, .revents = 0};
    ::poll(&poll_for, 1, 0);
    return (poll_for.revents & POLLHUP) != 0;
  }

  void flush() {
    const Fd peer = open_peer(master_.native_handle());
    if (peer) ::tcflush(peer.get(), TCIFLUSH);
  }

  void watch_opens() {
    opens_.async_wait(stream_descriptor::wait_read, [this](const auto& error) {
      if (error) return;
      std::array<char, 4096> events;
      while (::read(opens_.native_handle(), events.data(), events.size()) > 0) {
      }
      watch_opens();
      look_for_reader();
    });
  }

  void look_for_reader() {
    const bool present = !hung_up();
    if (present && !std::exchange(watches_master_, true)) watch_master();
    if (present == state_.present) return;
    state_.present = present;
    if (!present) forget_reader();
    if (changed_) changed_();
  }

  void watch_master() {
    master_.async_wait(stream_descriptor::wait_read, [this](const auto& error) {
      if (error) return;
      watches_master_ = false;
      take_input();
      look_for_reader();
    });
  }

  /// A meter has no ear: what the reader writes is counted and thrown away, so that it never blocks.
  void take_input() {
    std::array<char, 4096> input;
    ssize_t count = 0;
    while ((count = ::read(master_.native_handle(), input.data(), input.size())) > 0) {
      state_.received += static_cast<std::uint64_t>(count);
    }
  }

  /// The next reader finds a fresh terminal. Without that, one that asks for 7E1 again is refused.
  void forget_reader() {
    flush();
    static_cast<void>(make_raw(master_.native_handle(), settings_));
  }

  void watch_for_room() {
    if (std::exchange(waits_for_room_, true)) return;
    master_.async_wait(stream_descriptor::wait_write, [this](const auto& error) {
      if (error) return;
      waits_for_room_ = false;
      if (changed_) changed_();
    });
  }

  const LineKind& kind_;
  PtyLink link_;
  std::string name_;
  LineSettings settings_;
  stream_descriptor master_, opens_;
  LineState state_{.requested = true};
  bool watches_master_ = false;
  bool waits_for_room_ = false;
  int empty_looks_ = 0;
  std::function<void()> changed_;
};

tl::unexpected<Error> system_error(const std::string& what) {
  return fail(what + ": " + std::strerror(errno));
}

}  // namespace

Result<std::unique_ptr<Line>> open_pty_line(const LineKind& kind, const LineUri& uri,
                                            const LineSettings& settings, EventLoop& loop) {
  Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!master) return system_error("no pseudo terminal is left");
  std::array<char, 64> terminal{};
  if (::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
      ::ptsname_r(master.get(), terminal.data(), terminal.size()) != 0) {
    return system_error("cannot set up a pseudo terminal");
  }
  if (auto raw = make_raw(master.get(), settings); !raw) return tl::unexpected(raw.error());
  if (!open_peer(master.get())) return system_error("cannot open " + std::string(terminal.data()));

  Fd opens(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!opens || ::inotify_add_watch(opens.get(), terminal.data(), IN_OPEN) < 0) {
    return system_error("cannot watch " + std::string(terminal.data()));
  }
  PtyLink link;
  std::string name = terminal.data();
  if (!uri.address.empty()) {
    auto made = PtyLink::make(uri.address, name);
    if (!made) return tl::unexpected(made.error());
    link = std::move(*made);
    name = uri.address + " -> " + name;
  }
  return std::make_unique<PtyLine>(kind, std::move(master), std::move(opens), std::move(link),
                                   std::move(name), settings, loop);
}

}  // namespace p1rig
