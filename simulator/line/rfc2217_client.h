#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/line_settings.h"
#include "simulator/line/telnet.h"
#include "simulator/line/wiring.h"

namespace p1rig {

/// The other half of RFC 2217: a reader that opens somebody's serial port over the network, sets it
/// and moves its modem lines. Bytes in, bytes out, no socket; any bytes are taken, in any portions.
///
/// The settings are sent when the server has agreed to COM-PORT-OPTION. Data Request counts as
/// active from the moment that it is asked for, and as released when the server has confirmed that:
/// what was on its way comes before the confirmation.
class Rfc2217Client {
 public:
  Rfc2217Client(const LineSettings& settings, Wiring wiring)
      : settings_(settings), wiring_(wiring) {}

  /// What the stream holds, in its order: data, or a change of Data Request.
  struct Heard {
    std::string data = {};
    std::optional<bool> requested = {};
    bool operator==(const Heard&) const = default;
  };
  struct Outcome {
    std::vector<Heard> heard = {};
    std::string answer = {};  ///< to be sent as it is
    bool refused = false;     ///< the server has no such port
  };

  /// What to send first.
  std::string greeting();

  /// Asks for data, or releases Data Request: what to send; nothing before the port is open, which
  /// then begins so.
  Outcome request(bool active);

  Outcome take(std::string_view bytes);

 private:
  void take_byte(std::uint8_t byte, Outcome& outcome);
  void take_option(std::uint8_t option, Outcome& outcome);
  void take_subnegotiation(Outcome& outcome);
  void open_port(Outcome& outcome);
  void set_lines(Outcome& outcome);
  void hear_request(bool requested, Outcome& outcome);

  LineSettings settings_;
  Wiring wiring_;
  bool active_ = true;  ///< what is wanted of Data Request
  bool open_ = false;
  ModemLines confirmed_{.rts = true, .dtr = true};
  std::optional<bool> requested_;  ///< as heard last

  TelnetDecoder decoder_;
  TelnetOptions options_;
};

}  // namespace p1rig
