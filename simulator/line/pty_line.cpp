#include "simulator/line/pty_line.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <utility>

#include "process/fd.h"
#include "simulator/line/alive.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/modem_shim.h"
#include "simulator/line/pty_link.h"
#include "simulator/line/reader_uart.h"
#include "simulator/line/tty_settings.h"

namespace p1rig {
namespace {

using boost::asio::posix::stream_descriptor;

/// The other end, opened for as long as the result lives: the kernel takes it for a reader.
Fd open_peer(int master) {
  return Fd(::ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
}

// A reader with a shim speaks up when it opens the terminal: one that has not by then has none.
constexpr std::chrono::seconds kShimDue{1};

struct PtyOptions {
  bool shim = false;
  bool uart = false;
  Wiring wiring = Wiring::kRts;
};

/// A pseudo-terminal, seen from the meter's side. What the kernel does decides the shape:
/// - A hang-up on the master means "no reader", but only once somebody has opened the other end: so
///   it is opened and closed once at the start.
/// - It stays true while no reader is there: the master is watched only while one is, and inotify
///   reports when the other end is opened. It merges equal events, so opens are not counted.
/// - Up to 17 KB that nobody reads are kept for the next reader, even with the other end closed:
///   nothing is written while no reader is there, and what a reader left is flushed. Only a flush from
///   the other end does that.
/// - Closing the master discards what is unread: drained() reports when that is over.
class PtyLine final : public Line {
 public:
  PtyLine(const LineKind& kind, Fd master, Fd opens, PtyLink link, std::string name,
          const LineSettings& settings, const PtyOptions& options, EventLoop& loop)
      : kind_(kind),
        link_(std::move(link)),
        name_(std::move(name)),
        settings_(settings),
        options_(options),
        master_(loop.io(), master.release()),
        opens_(loop.io(), opens.release()),
        shim_due_(loop.io()),
        port_(settings),
        uart_(settings) {
    kind_.always_requested = !options_.shim;
    state_.requested = !options_.shim;
    watch_opens();
  }

  /// Listens to the shim in the reader of `device`.
  Result<void> listen(std::uint64_t device, EventLoop& loop) {
    auto server =
        ShimServer::open(loop, [this](const ShimMessage& request) { return hear(request); });
    if (!server) return tl::unexpected(server.error());
    server_ = std::move(*server);
    endpoint_ = server_->endpoint(device);
    see_port();
    return {};
  }

  const LineKind& kind() const override { return kind_; }
  std::string name() const override { return name_; }
  State state() const override { return state_; }

  std::string shim() const override { return endpoint_; }

  std::size_t send(std::string_view bytes) override {
    if (!options_.uart) return write(bytes);
    if (!write_pending() || hung_up()) return 0;
    const SteadyTime now = std::chrono::steady_clock::now();
    pending_ = through_uart(bytes, now);
    write_pending();
    return bytes.size();
  }
  /// Bytes are invisible on their way from the kernel's buffer to the terminal's: a single look may
  /// find nothing in between. A reader that locks the terminal (TIOCEXCL) keeps us from looking, too,
  /// unless we are root: then nothing is known.
  bool drained() override {
    if (hung_up()) return true;
    if (!pending_.empty()) return false;
    const Fd peer = open_peer(master_.native_handle());
    int waiting = 0;
    if (!peer || ::ioctl(peer.get(), FIONREAD, &waiting) != 0) return false;
    constexpr int kLooks = 3;
    empty_looks_ = waiting == 0 ? empty_looks_ + 1 : 0;
    return empty_looks_ >= kLooks;
  }

  /// What the reader's UART has received is the reader's: of a port with modem lines nothing is taken
  /// back. Without them, a release comes from elsewhere, and what nobody has read is not to be.
  void purge() override {
    pending_.clear();
    if (!options_.shim) flush();
  }
  void on_change(std::function<void()> changed) override { changed_ = std::move(changed); }

 private:
  std::size_t write(std::string_view bytes) {
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

  /// What a reader that is set like this makes of the bytes. Without a shim, size and parity cannot be
  /// seen: they are right where the rate is, and 8N1 where it is not.
  std::string through_uart(std::string_view bytes, SteadyTime now) {
    const auto view = view_tty(master_.native_handle());
    if (!view) return std::string(bytes);
    LineSettings reader = settings_;
    if (port_.settings()) {
      reader = *port_.settings();
    } else if (view->settings && view->settings->baud != settings_.baud) {
      reader = *view->settings;
    }
    uart_.set(reader, now);
    return read_from_terminal(uart_.take(bytes, now), view->errors);
  }

  /// True when nothing waits any more.
  bool write_pending() {
    if (!pending_.empty()) pending_.erase(0, write(pending_));
    return pending_.empty();
  }

  ShimMessage hear(const ShimMessage& request) {
    look_for_reader();  // that it was opened comes another way, perhaps later
    const ShimMessage answer = port_.take(request);
    if (see_port() && changed_) changed_();
    return answer;
  }

  /// True if the state has changed.
  bool see_port() {
    if (!options_.shim) return false;
    const State before = state_;
    state_.requested = requested_by(options_.wiring, port_.lines());
    state_.settings = port_.settings();
    state_.breaks = port_.breaks();
    if (port_.heard()) state_.note.clear();
    return state_ != before;
  }

  void expect_shim() {
    shim_due_.expires_after(kShimDue);
    shim_due_.async_wait(alive_.guard([this](const auto& error) {
      if (error || !state_.present || port_.heard()) return;
      state_.note =
          "the shim in the reader does not respond: the reader was not started by this p1rig, or "
          "it is statically linked, as Go programs are; its RTS, DTR and parity are unknown, and "
          "assumed to be as after opening a port";
      if (changed_) changed_();
    }));
  }

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
    opens_.async_wait(stream_descriptor::wait_read, alive_.guard([this](const auto& error) {
      if (error) return;
      std::array<char, 4096> events;
      while (::read(opens_.native_handle(), events.data(), events.size()) > 0) {
      }
      watch_opens();
      look_for_reader();
    }));
  }

  void look_for_reader() {
    const bool present = !hung_up();
    if (present && !std::exchange(watches_master_, true)) watch_master();
    if (present == state_.present) return;
    state_.present = present;
    if (present) {
      port_.open();
      if (options_.shim) expect_shim();
    } else {
      port_.close();
      forget_reader();
    }
    see_port();
    if (changed_) changed_();
  }

  void watch_master() {
    master_.async_wait(stream_descriptor::wait_read, alive_.guard([this](const auto& error) {
      if (error) return;
      watches_master_ = false;
      take_input();
      look_for_reader();
    }));
  }

  /// A meter has no ear: what the reader writes is counted and thrown away, so that it never blocks.
  void take_input() {
    constexpr int kMostAtOnce = 16;  // the meter has other things to do
    std::array<char, 4096> input;
    for (int i = 0; i < kMostAtOnce; ++i) {
      const ssize_t count = ::read(master_.native_handle(), input.data(), input.size());
      if (count <= 0) return;
      state_.receive({input.data(), static_cast<std::size_t>(count)});
    }
  }

  /// The next reader finds a fresh terminal. Without that, one that asks for 7E1 again is refused.
  void forget_reader() {
    pending_.clear();
    flush();
    static_cast<void>(make_raw(master_.native_handle(), settings_));
  }

  void watch_for_room() {
    if (std::exchange(waits_for_room_, true)) return;
    master_.async_wait(stream_descriptor::wait_write, alive_.guard([this](const auto& error) {
      if (error) return;
      waits_for_room_ = false;
      if (changed_) changed_();
    }));
  }

  LineKind kind_;  ///< of this line: with a shim it is not always requested
  PtyLink link_;
  std::string name_;
  LineSettings settings_;
  PtyOptions options_;
  stream_descriptor master_, opens_;
  boost::asio::steady_timer shim_due_;
  ShimPort port_;
  ReaderUart uart_;
  std::string pending_;  ///< came out of the UART, and had no room in the terminal
  std::string endpoint_;
  State state_;
  bool watches_master_ = false;
  bool waits_for_room_ = false;
  int empty_looks_ = 0;
  std::function<void()> changed_;
  std::unique_ptr<ShimServer> server_;
  Alive alive_;
};

tl::unexpected<Error> system_error(const std::string& what) {
  return fail(what + ": " + std::strerror(errno));
}

Result<PtyOptions> read_pty_options(const LineUri& uri) {
  PtyOptions options;
  bool has_uart = false;
  for (const auto& [key, value] : uri.options) {
    if (key == "modem") {
      if (value != "shim") return fail("pty: modem: expected shim");
      options.shim = true;
    } else if (key == "uart") {
      if (value != "on" && value != "off") return fail("pty: uart: expected on or off");
      has_uart = true;
      options.uart = value == "on";
    } else {
      const auto wiring = parse_wiring(value);
      if (!wiring) return fail("pty: wiring: expected " + std::string(kWiringForms));
      options.wiring = *wiring;
    }
  }
  if (!options.shim && uri.options.contains("wiring")) {
    return fail("pty: wiring: without modem=shim a pseudo-terminal has no modem lines");
  }
  if (!has_uart) options.uart = options.shim;
  return options;
}

}  // namespace

Result<std::unique_ptr<Line>> open_pty_line(const LineKind& kind, const LineUri& uri,
                                            const LineSettings& settings, EventLoop& loop) {
  const auto options = read_pty_options(uri);
  if (!options) return tl::unexpected(options.error());
  Fd master(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!master) return system_error("no pseudo-terminal is available");
  std::array<char, 64> terminal{};
  if (::grantpt(master.get()) != 0 || ::unlockpt(master.get()) != 0 ||
      ::ptsname_r(master.get(), terminal.data(), terminal.size()) != 0) {
    return system_error("cannot set up a pseudo-terminal");
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
  struct stat status {};
  if (::stat(terminal.data(), &status) != 0) {
    return system_error("cannot look at " + std::string(terminal.data()));
  }
  auto line = std::make_unique<PtyLine>(kind, std::move(master), std::move(opens), std::move(link),
                                        std::move(name), settings, *options, loop);
  if (options->shim) {
    if (auto listens = line->listen(status.st_rdev, loop); !listens) {
      return tl::unexpected(listens.error());
    }
  }
  return line;
}

Result<void> check_pty_line(const LineUri& uri) {
  const auto options = read_pty_options(uri);
  return options ? Result<void>{} : tl::unexpected(options.error());
}

}  // namespace p1rig
