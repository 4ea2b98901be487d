#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/line_settings.h"
#include "simulator/line/clock.h"
#include "simulator/line/usbip.h"

namespace p1rig {

/// How an emulated cable identifies itself to the host.
struct FtdiIdentity {
  std::uint16_t vendor = 0x0403;
  std::uint16_t product = 0x6001;
  std::string serial = "P1RIG000";
  bool operator==(const FtdiIdentity&) const = default;
};

/// What the host has set the chip to.
struct FtdiState {
  LineSettings settings = {.baud = 9600};
  bool dtr = false;
  bool rts = false;
  bool sends_break = false;
  std::uint8_t flow = 0;  ///< 1 RTS/CTS, 2 DTR/DSR, 4 XON/XOFF
  std::chrono::milliseconds latency{16};
  bool operator==(const FtdiState&) const = default;
};

/// Modem lines at the pins of the chip, as the other side drives them.
struct FtdiInputs {
  bool cts = false, dsr = false, dcd = false, ri = false;
  bool operator==(const FtdiInputs&) const = default;
};

/// What went wrong with a byte on its way in: bits of the line status (OE, PE, FE, BI).
enum FtdiLineError : std::uint8_t {
  kFtdiOverrun = 0x02,
  kFtdiParity = 0x04,
  kFtdiFraming = 0x08,
  kFtdiBreak = 0x10
};

/// The baud rate that a divisor of the FT232R means: 3 MHz divided by whole numbers and eighths;
/// 0 is 3 MHz and 1 is 2 MHz (FTDI AN_120). `divisor` has the sixteen bits of the request's
/// value and above them bit 0 of its index. Rounded to the nearest.
int ftdi_baud(std::uint32_t divisor);

/// The FT232R between its USB and its pins, without any clock or system call: what a cable is.
/// Vendor requests, formats and status bytes as the Linux driver describes them in
/// drivers/usb/serial/ftdi_sio.h; buffers of 128 bytes out and 256 in as in FTDI's data sheet
/// DS_FT232R. One thing differs: where a chip has nothing to say, it says so whenever its latency
/// timer runs out; this one keeps still.
class FtdiDevice {
 public:
  explicit FtdiDevice(FtdiIdentity identity) : identity_(std::move(identity)) {}

  /// A control transfer: the data that goes to the host (empty if none does), or nothing if
  /// the chip knows no such request and stalls.
  std::optional<std::string> control(const UsbSetup& setup);

  const FtdiState& state() const { return state_; }

  // From the host to the pins.

  /// Bytes that still fit into the buffer.
  std::size_t room() const { return kOutBuffer - out_.size(); }
  /// Takes bytes of the host, at most room().
  void write(std::string_view bytes, SteadyTime now);
  /// The bytes that have left the pin by `now`, at the baud rate.
  std::string transmit(SteadyTime now);
  /// When the next byte will have left; nothing while none waits.
  std::optional<SteadyTime> transmit_due() const;

  // From the pins to the host.

  void set_inputs(const FtdiInputs& inputs, SteadyTime now);
  const FtdiInputs& inputs() const { return inputs_; }
  /// Bytes arrive at the pin. What does not fit is lost and reported as an overrun. `errors` are
  /// those of the last byte. Returns how many were kept.
  std::size_t receive(std::string_view bytes, SteadyTime now, std::uint8_t errors = 0);
  /// When read() will have something to say: at once after a change of a modem line, an error or 62
  /// bytes; else when the latency timer runs out. Nothing while there is nothing to say.
  std::optional<SteadyTime> read_due() const;
  /// What goes to the host in a transfer of at most `most` bytes: packets of up to 64 bytes, each
  /// with two status bytes in front.
  std::string read(std::size_t most);
  std::size_t waiting() const { return in_.size(); }

 private:
  static constexpr std::size_t kOutBuffer = 128, kInBuffer = 256, kPacket = 64, kStatus = 2;

  struct Arrived {
    char byte;
    std::uint8_t errors;
  };

  std::optional<std::string> standard_request(const UsbSetup& setup);
  std::optional<std::string> descriptor(std::uint16_t which) const;
  std::string read_request(std::uint8_t request) const;
  void reset(std::uint16_t what);
  void set_format(std::uint16_t value);
  std::chrono::nanoseconds character() const;
  std::uint8_t modem_status() const;
  void hurry(SteadyTime due);

  FtdiIdentity identity_;
  FtdiState state_;
  FtdiInputs inputs_;
  std::string out_;
  SteadyTime out_due_{};
  std::deque<Arrived> in_;
  std::uint8_t lost_ = 0;
  std::optional<SteadyTime> in_due_;
};

}  // namespace p1rig
