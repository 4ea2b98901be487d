#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/line_settings.h"
#include "simulator/line/clock.h"
#include "simulator/line/uart_model.h"

namespace p1rig {

/// The UART of a reader that may be set to anything at any time, with a meter at the other end.
class ReaderUart {
 public:
  explicit ReaderUart(const LineSettings& meter) : meter_(meter), reader_(meter) {}

  /// The reader sets its port: what was on its way into the UART is lost.
  void set(const LineSettings& reader, SteadyTime now);

  /// Both ends are set alike, or nearly: the reader gets what the meter sends.
  bool agrees() const { return !model_; }

  /// What the reader gets of bytes whose last one has passed at `now`. Where both ends agree, within
  /// the 2 % that the divisors of adapters are off, these are the bytes, less the bits that no
  /// character of the meter has.
  std::vector<UartByte> take(std::string_view bytes, SteadyTime now);

 private:
  LineSettings meter_, reader_;
  std::optional<UartModel> model_;  ///< where the ends do not agree
  SteadyTime passed_{};             ///< the last byte
};

/// What a terminal does with breaks and errors (termios(3)).
struct TtyErrors {
  bool ignore_break = false;      ///< IGNBRK
  bool break_interrupts = false;  ///< BRKINT
  bool check_parity = false;      ///< INPCK
  bool drop_errors = false;       ///< IGNPAR
};

/// What a program reads from a terminal whose UART got these: a break is a NUL, and so is a character
/// with an error if errors are looked for. PARMRK marks are not made.
std::string read_from_terminal(const std::vector<UartByte>& received, const TtyErrors& errors);

}  // namespace p1rig
