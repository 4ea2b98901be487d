#include "simulator/line/ftdi_cable.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <deque>
#include <utility>

#include "process/fd.h"
#include "simulator/line/alive.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/vhci.h"

namespace p1rig {

using boost::asio::posix::stream_descriptor;

namespace {
constexpr auto kUsbFrame = std::chrono::milliseconds(1);
}

struct FtdiCable::Impl {
  Impl(FtdiIdentity identity, Fd socket, EventLoop& loop)
      : device(std::move(identity)), wire(loop.io(), socket.release()), timer(loop.io()) {}

  /// A transfer towards the chip that did not fit yet.
  struct Outgoing {
    UsbipSubmit submit;
    std::size_t done = 0;
  };

  FtdiDevice device;
  UsbipDecoder decoder;
  stream_descriptor wire;
  boost::asio::steady_timer timer;
  std::optional<VhciPort> port;
  std::string tty;
  std::deque<UsbipSubmit> reads;
  std::deque<Outgoing> writes;
  bool open = false, gone = false;
  std::function<void()> changed;
  std::function<void(std::string_view)> transmitted;
  Alive alive;

  static SteadyTime now() { return std::chrono::steady_clock::now(); }

  void listen();
  void take_commands();
  void submit(UsbipSubmit command);
  void answer_control(const UsbipSubmit& command);
  void unlink(const UsbipUnlink& command);
  void advance();
  void set_timer();
  void reply(const std::string& message);
  Result<void> wait_for_tty();
};

void FtdiCable::Impl::listen() {
  wire.async_wait(stream_descriptor::wait_read, alive.guard([this](const auto& error) {
    if (error) return;
    take_commands();
    if (!gone) listen();
  }));
}

/// Answers whatever the kernel has asked by now.
void FtdiCable::Impl::take_commands() {
  const bool was_open = open;
  const FtdiState before = device.state();
  std::array<char, 4096> bytes;
  ssize_t count = 0;
  while ((count = ::recv(wire.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT)) > 0) {
    decoder.feed({bytes.data(), static_cast<std::size_t>(count)});
  }
  if (count == 0 || (errno != EAGAIN && errno != EINTR)) gone = true;
  while (auto command = decoder.next()) {
    if (auto* transfer = std::get_if<UsbipSubmit>(&*command)) {
      submit(std::move(*transfer));
    } else {
      unlink(std::get<UsbipUnlink>(*command));
    }
  }
  if (decoder.broken()) gone = true;
  if (gone) open = false;
  advance();
  if (changed && (open != was_open || gone || device.state() != before)) changed();
}

void FtdiCable::Impl::submit(UsbipSubmit command) {
  if (command.endpoint == 0) {
    answer_control(command);
  } else if (command.in) {
    open = true;  // the driver reads as long as somebody has the port open
    reads.push_back(std::move(command));
  } else {
    writes.push_back({std::move(command)});
  }
}

void FtdiCable::Impl::answer_control(const UsbipSubmit& command) {
  const auto data = device.control(command.setup);
  if (!data) {
    reply(usbip_reply(command.sequence, kUsbipStall, 0, {}));
  } else if (command.in) {
    const std::string_view fits = std::string_view(*data).substr(0, command.length);
    reply(usbip_reply(command.sequence, kUsbipOk, fits.size(), fits));
  } else {
    reply(usbip_reply(command.sequence, kUsbipOk, command.data.size(), {}));
  }
}

void FtdiCable::Impl::unlink(const UsbipUnlink& command) {
  const auto is_target = [&](const UsbipSubmit& submit) {
    return submit.sequence == command.target;
  };
  const std::size_t taken_back =
      std::erase_if(reads, is_target) +
      std::erase_if(writes, [&](const Outgoing& write) { return is_target(write.submit); });
  if (reads.empty()) open = false;
  reply(usbip_unlink_reply(command.sequence, taken_back > 0 ? kUsbipUnlinked : kUsbipOk));
}

/// Does what is due, both ways.
void FtdiCable::Impl::advance() {
  const SteadyTime time = now();
  while (!reads.empty() && device.read_due() && *device.read_due() <= time) {
    const UsbipSubmit read = std::move(reads.front());
    reads.pop_front();
    const std::string data = device.read(read.length);
    reply(usbip_reply(read.sequence, kUsbipOk, data.size(), data));
  }
  const std::string left = device.transmit(time);
  while (!writes.empty()) {
    Outgoing& write = writes.front();
    const std::size_t room = device.room();
    const std::string_view rest = std::string_view(write.submit.data).substr(write.done);
    device.write(rest.substr(0, room), time);
    write.done += std::min(room, rest.size());
    if (write.done < write.submit.data.size()) break;
    reply(usbip_reply(write.submit.sequence, kUsbipOk, write.done, {}));
    writes.pop_front();
  }
  set_timer();
  if (!left.empty() && transmitted) transmitted(left);
}

void FtdiCable::Impl::set_timer() {
  std::optional<SteadyTime> due = device.transmit_due();
  if (!reads.empty() && device.read_due()) {
    due = std::min(due.value_or(SteadyTime::max()), *device.read_due());
  }
  if (!due || gone) {
    timer.cancel();
    return;
  }
  // The host asks once in a frame; waking up for every byte would cost more than all the rest.
  timer.expires_at(std::max(*due, now() + kUsbFrame));
  timer.async_wait(alive.guard([this](const auto& error) {
    if (!error) advance();
  }));
}

void FtdiCable::Impl::reply(const std::string& message) {
  // The kernel's end is always read: what is sent fits.
  std::string_view rest = message;
  while (!rest.empty()) {
    const ssize_t count = ::send(wire.native_handle(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      gone = true;
      return;
    }
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// The kernel asks for descriptors and settings before there is a device file, and before the event
/// loop runs: they are answered here.
Result<void> FtdiCable::Impl::wait_for_tty() {
  const SteadyTime give_up = now() + std::chrono::seconds(30);
  while (now() < give_up && !gone) {
    pollfd wait_for{.fd = wire.native_handle(), .events = POLLIN, .revents = 0};
    ::poll(&wait_for, 1, 50);
    take_commands();
    if (const auto found = port->tty()) {
      tty = *found;
      return {};
    }
  }
  return fail(
      "cable: plugged in, but the kernel made no /dev/ttyUSBn of it; is the module ftdi_sio "
      "loaded, and does it support this vendor and product?");
}

FtdiCable::FtdiCable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FtdiCable::~FtdiCable() = default;

Result<std::unique_ptr<FtdiCable>> FtdiCable::plug_in(FtdiIdentity identity, EventLoop& loop) {
  const auto port = VhciPort::next_free();
  if (!port) return fail("cable: " + port.error().message);
  if (identity.serial.empty()) {
    std::array<char, 16> serial{};
    std::snprintf(serial.data(), serial.size(), "P1RIG%03d", *port);
    identity.serial = serial.data();
  }
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(std::string("cable: ") + std::strerror(errno));
  }
  Fd ours(ends[0]);
  const Fd kernels(ends[1]);
  auto impl = std::make_unique<Impl>(identity, std::move(ours), loop);
  auto attached = VhciPort::attach(*port, kernels.get());
  if (!attached) return fail("cable: " + attached.error().message);
  impl->port.emplace(std::move(*attached));
  if (auto ready = impl->wait_for_tty(); !ready) return tl::unexpected(ready.error());
  impl->listen();
  return std::unique_ptr<FtdiCable>(new FtdiCable(std::move(impl)));
}

const std::string& FtdiCable::tty() const { return impl_->tty; }
bool FtdiCable::is_open() const { return impl_->open; }
bool FtdiCable::is_gone() const { return impl_->gone; }
const FtdiState& FtdiCable::state() const { return impl_->device.state(); }
std::size_t FtdiCable::waiting() const { return impl_->device.waiting(); }

std::size_t FtdiCable::receive(std::string_view bytes, std::uint8_t errors) {
  const std::size_t kept = impl_->device.receive(bytes, Impl::now(), errors);
  impl_->advance();
  return kept;
}

void FtdiCable::set_inputs(const FtdiInputs& inputs) {
  impl_->device.set_inputs(inputs, Impl::now());
  impl_->advance();
}

void FtdiCable::on_change(std::function<void()> changed) { impl_->changed = std::move(changed); }
void FtdiCable::on_transmit(std::function<void(std::string_view)> transmitted) {
  impl_->transmitted = std::move(transmitted);
}

}  // namespace p1rig
