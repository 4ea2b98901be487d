#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/line_settings.h"

namespace p1rig {

// What a reader's UART makes of a meter's signal, bit by bit. A reader that is set wrongly does not
// get nothing: a 9600 7E1 meter read at 115200 8N1 gives one NUL for each run of low bits, since one
// low bit of 9600 (104 us) is longer than a whole character of 115200 (87 us).
//
// The receiver looks at the line 16 times a bit, as a 16550 does: a low sample begins a character,
// the line must still be low in the middle of that bit, and everything after is taken in the middle
// of its bit. The middle is between 7/16 and 8/16 of a bit after the edge, so that the stop bit of a
// ten-bit character is right while the meter's clock is less than 5.2 % fast or 4.6 % slow.
//
// After a character without a stop bit the next one is taken to begin there, except after a break,
// which must end first (PC16550D data sheet, "Framing Error").

/// What lies between the meter's transmitter and the reader's receiver.
struct UartPath {
  bool inverted = false;      ///< an inversion is missing, or there is one too many
  double skew = 0;            ///< how much the meter's clock is fast: 0.03 for 3 %, above -1
  double bit_error_rate = 0;  ///< of each bit that passes, also while nothing is sent; 0 to 1
  std::uint64_t noise_seed = 1;
};

/// One character as a UART hands it over.
struct UartByte {
  unsigned char value = 0;
  bool framing_error = false;  ///< the line was low where the stop bit had to be
  bool parity_error = false;
  bool is_break = false;  ///< low all the time; always a framing error and always 0
  bool operator==(const UartByte&) const = default;
};

/// The line from one meter to one reader. The same input gives the same output, in whatever pieces
/// it comes. Costs about 1 us for a byte.
class UartModel {
 public:
  UartModel(const LineSettings& meter, const LineSettings& reader, const UartPath& path);

  /// The meter sends these bytes without a pause; appends what the reader gets to `received`. Of a
  /// byte, as many low bits are sent as a character has.
  void send(std::string_view bytes, std::vector<UartByte>& received);

  /// The meter sends nothing for so long.
  void idle(std::chrono::nanoseconds duration, std::vector<UartByte>& received);

 private:
  enum class State { kMark, kStart, kBits, kStop, kBreak };

  void pass(bool level, double bits, std::vector<UartByte>& received);
  void take_sample(bool level, std::vector<UartByte>& received);
  void end_character(bool stop, std::vector<UartByte>& received);
  bool disturbed(bool level);

  LineSettings meter_;
  LineSettings reader_;
  UartPath path_;
  double bit_seconds_;   ///< of the meter's bits
  double sample_step_;   ///< between two samples, in bits of the meter
  double until_sample_;  ///< the same unit
  std::uint64_t bits_passed_ = 0;

  State state_ = State::kMark;
  int samples_ = 0;  ///< since the last bit, or since the start bit began
  int bits_taken_ = 0;
  unsigned shifted_ = 0;  ///< data bits, then parity, from bit 0 on
};

/// What the reader gets of `bytes`, with a silent line before and after them.
std::vector<UartByte> receive_uart(std::string_view bytes, const LineSettings& meter,
                                   const LineSettings& reader, const UartPath& path = {});

/// The values alone: what a program reads that does not ask for errors.
std::string values_of(const std::vector<UartByte>& received);

}  // namespace p1rig
