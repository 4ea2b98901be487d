// Two emulated cables, cross-connected as by a null-modem adapter: what one sends the other gets,
// RTS goes to CTS and DTR to DSR. Says where they are and then, line by line, what each is set to.
// A line on stdin: "unplug 1", "plug 1" (or 0), "quit".
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "simulator/line/event_loop.h"
#include "simulator/line/ftdi_cable.h"
#include "simulator/line/uart_model.h"

namespace {

using namespace p1rig;

class Crossing {
 public:
  explicit Crossing(EventLoop& loop) : loop_(loop), input_(loop.io(), ::dup(STDIN_FILENO)) {}

  bool plug(std::size_t which) {
    auto cable = FtdiCable::plug_in({.serial = "CROSSED" + std::to_string(which)}, loop_);
    if (!cable) {
      std::fprintf(stderr, "%s\n", cable.error().message.c_str());
      return false;
    }
    cables_.at(which) = std::move(*cable);
    FtdiCable& here = *cables_.at(which);
    std::printf("%zu %s\n", which, here.tty().c_str());
    here.on_change([this, which] { changed(which); });
    here.on_transmit([this, which](std::string_view bytes) { transmit(which, bytes); });
    changed(0);
    changed(1);
    return true;
  }

  void listen() {
    input_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](const auto& error) {
      std::array<char, 256> bytes{};
      const ssize_t count = error ? 0 : ::read(input_.native_handle(), bytes.data(), bytes.size());
      if (count <= 0) return loop_.stop();
      const std::string command(bytes.data(), static_cast<std::size_t>(count));
      if (command.starts_with("quit")) return loop_.stop();
      const std::size_t which = command.find('1') == std::string::npos ? 0 : 1;
      if (command.starts_with("unplug")) {
        cables_.at(which).reset();
        std::printf("%zu unplugged\n", which);
      } else if (!plug(which)) {
        return loop_.stop();
      }
      listen();
    });
  }

 private:
  void changed(std::size_t which) {
    const auto& here = cables_.at(which);
    const auto& there = cables_.at(1 - which);
    if (!here) return;
    const FtdiState& state = here->state();
    std::printf("%zu %s %d %s rts=%d dtr=%d break=%d latency=%d\n", which,
                here->is_open() ? "open" : "closed", state.settings.baud,
                framing_of(state.settings).c_str(), state.rts, state.dtr, state.sends_break,
                static_cast<int>(state.latency.count()));
    if (there) there->set_inputs({.cts = state.rts, .dsr = state.dtr, .dcd = state.dtr});
  }

  /// The other side gets what its UART makes of the signal.
  void transmit(std::size_t which, std::string_view bytes) {
    const auto& there = cables_.at(1 - which);
    if (!there) return;
    const LineSettings from = cables_.at(which)->state().settings;
    for (const UartByte& byte : receive_uart(bytes, from, there->state().settings)) {
      const char value = static_cast<char>(byte.value);
      const int errors = (byte.framing_error ? kFtdiFraming : 0) |
                         (byte.parity_error ? kFtdiParity : 0) | (byte.is_break ? kFtdiBreak : 0);
      there->receive({&value, 1}, static_cast<std::uint8_t>(errors));
    }
  }

  EventLoop& loop_;
  boost::asio::posix::stream_descriptor input_;
  std::array<std::unique_ptr<FtdiCable>, 2> cables_;
};

}  // namespace

int main() {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  EventLoop loop;
  Crossing crossing(loop);
  loop.on_signal([&](int) { loop.stop(); });
  if (!crossing.plug(0) || !crossing.plug(1)) return 4;
  std::printf("ready\n");
  crossing.listen();
  loop.run();
  return 0;
}
