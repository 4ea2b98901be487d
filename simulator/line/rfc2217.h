#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>

#include "protocol/line_settings.h"
#include "simulator/line/telnet.h"
#include "simulator/line/wiring.h"

namespace p1rig {

/// The serial port that a client of RFC 2217 sees: the access server's half of the protocol, with a
/// meter behind it.
///
/// Bytes in, bytes out, no socket: any bytes are taken, in any portions, and what is kept of them is
/// bounded. Every SET is answered with its code + 100 and with the value that holds now, which is
/// how a client learns that one was refused (RFC 2217 §3). Of telnet, BINARY, SUPPRESS-GO-AHEAD and
/// COM-PORT-OPTION are agreed to, everything else is refused (RFC 854).
///
/// A P1 cable has no wire to CTS, DSR, DCD or RI, so all of them are reported off; that must be said
/// unasked, since clients wait for it.
class Rfc2217Port {
 public:
  /// `settings` hold until the client sets others.
  explicit Rfc2217Port(const LineSettings& settings) : settings_(settings) {}

  /// What a portion of the client's bytes leads to.
  struct Outcome {
    std::string answer = {};   ///< to be sent to the client as it is
    std::string written = {};  ///< bytes that the client wrote to the serial line
    bool purge = false;        ///< the client does not want what waits to be sent to it
    bool changed = false;      ///< settings(), lines() or suspended() did
  };
  Outcome take(std::string_view bytes);

  const LineSettings& settings() const { return settings_; }
  bool settings_chosen() const { return settings_chosen_; }  ///< by the client
  const ModemLines& lines() const { return lines_; }
  bool breaks() const { return break_; }                      ///< the client holds a break
  std::uint64_t break_count() const { return break_count_; }  ///< begun so far
  bool suspended() const { return suspended_; }               ///< the client wants no data now

 private:
  std::tuple<LineSettings, bool, ModemLines, std::uint64_t, bool> seen() const;
  void take_byte(std::uint8_t byte, Outcome& outcome);
  void take_option(std::uint8_t option, Outcome& outcome);
  void take_subnegotiation(Outcome& outcome);
  std::string answer_to(std::uint8_t code, std::string_view value, Outcome& outcome);
  std::uint8_t set_control(std::uint8_t value);
  void set_baud(std::string_view value);
  void set_framing(std::uint8_t code, std::uint8_t value);
  std::uint8_t framing_value(std::uint8_t code) const;

  LineSettings settings_;
  bool settings_chosen_ = false;
  ModemLines lines_;
  bool break_ = false;
  std::uint64_t break_count_ = 0;
  bool suspended_ = false;
  std::uint8_t outbound_flow_ = 1;  ///< of SET-CONTROL: 1 is none
  std::uint8_t inbound_flow_ = 14;

  TelnetDecoder decoder_;
  TelnetOptions options_;
};

}  // namespace p1rig
