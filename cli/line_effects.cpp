#include "cli/line_effects.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "protocol/wording.h"

namespace p1rig {
namespace {

std::string written(const LineSettings& settings) {
  return fmt::format("{} {}", settings.baud, framing_of(settings));
}

void explain_baud(const LineSettings& meter, const LineSettings& reader,
                  std::vector<LineCause>& causes) {
  if (meter.baud == reader.baud) return;
  const double ratio = static_cast<double>(reader.baud) / meter.baud;
  LineCause cause{.id = "baud",
                  .what = fmt::format("the meter sends at {} baud, the reader listens at {}",
                                      meter.baud, reader.baud),
                  .fix = fmt::format("set the reader to {}", written(meter))};
  const double bit = 1e6 / meter.baud;
  const double character = 1e6 * reader.bits_per_character() / reader.baud;
  if (bit > character) {
    cause.why = fmt::format(
        "one low bit of the meter lasts {:.0f} us, longer than a whole character of the reader "
        "({:.0f} us): it receives only NULs, each with a framing error and a break",
        bit, character);
  } else if (ratio > 1) {
    cause.why =
        "the reader makes several characters out of one: garbage, and more bytes than were sent";
  } else {
    cause.why = fmt::format(
        "while the reader receives one character, the meter sends {:.0f}: a few garbage bytes, "
        "many with framing errors",
        std::max(1.0, std::round(1 / ratio)));
  }
  causes.push_back(std::move(cause));
}

void explain_framing(const LineSettings& meter, const LineSettings& reader,
                     std::vector<LineCause>& causes) {
  if (framing_of(meter) == framing_of(reader)) return;
  LineCause cause{.id = "framing",
                  .what = fmt::format("the meter sends {}, the reader expects {}",
                                      framing_of(meter), framing_of(reader)),
                  .fix = fmt::format("set the reader to {}", written(meter))};
  const bool same_length = meter.bits_per_character() == reader.bits_per_character();
  if (meter.baud != reader.baud) {
    cause.why = "this will show as soon as the baud rates agree";
  } else if (same_length && meter.parity != 'N' && reader.parity == 'N') {
    cause.why = fmt::format(
        "both have {} per character, so nothing is flagged, but the meter's parity bit arrives as "
        "bit {}: every second character or so is wrong, and so is the CRC",
        counted(meter.bits_per_character(), "bit"), meter.data_bits);
    cause.fix += fmt::format(", or clear bit {} of every byte", meter.data_bits);
  } else if (same_length && meter.parity == 'N' && reader.parity != 'N') {
    cause.why =
        "the text is correct, but its highest bit is taken for a parity bit: about half of the "
        "characters have a parity error, and a program that drops those loses them";
  } else if (same_length) {
    cause.why = "the same number of bits, but with different meanings: parity errors";
  } else {
    cause.why =
        "the characters differ in length: the reader looks for the stop bit in the wrong place";
  }
  causes.push_back(std::move(cause));
}

/// `right` where every byte arrived all the same.
void explain_skew(const LineSettings& reader, double skew, bool right,
                  std::vector<LineCause>& causes) {
  if (skew == 0) return;
  // From the start bit's edge to the middle of the stop bit, and half a bit to either side of it.
  const double bits = reader.bits_per_character() - reader.stop_bits + 0.5;
  const double limit = 0.5 / bits * 100;
  const bool bearable = std::abs(skew) * 100 < limit - 0.6;
  causes.push_back(
      {.id = "skew",
       .what = fmt::format("the meter's clock is {:.1f} % {}", std::abs(skew) * 100,
                           skew > 0 ? "fast" : "slow"),
       .why = fmt::format("a receiver tolerates half a bit in {:.1f}, which is {:.1f} %, less "
                          "about 0.6 % for its own 16 samples per bit: {}",
                          bits, limit,
                          bearable ? "this is harmless"
                          : right  ? "it still arrives, with no margin left"
                                   : "this is beyond the tolerance"),
       .fix =
           bearable
               ? "nothing to do"
               : "use an adapter with a better clock, or a baud rate that it can divide exactly"});
}

void explain_noise(const LineSettings& meter, double rate, std::size_t size,
                   std::vector<LineCause>& causes) {
  if (rate <= 0) return;
  const double bits = static_cast<double>(size) * meter.bits_per_character();
  causes.push_back(
      {.id = "noise",
       .what = fmt::format("one bit in {} flips", readable(std::round(1 / rate))),
       .why = fmt::format("a telegram has {}, so {} % of the telegrams are damaged; a CRC tells "
                          "which, and without one nobody can",
                          counted(std::llround(bits), "bit"),
                          readable(100 * (1 - std::pow(1 - rate, bits)))),
       .fix = "use a shorter cable, a stronger pull-up (1 kohm) and a common ground"});
}

}  // namespace

LineEffects line_effects(std::string_view telegram, const LineSettings& meter,
                         const LineSettings& reader, const UartPath& path) {
  LineEffects effects{.received = receive_uart(telegram, meter, reader, path)};
  for (const UartByte& byte : effects.received) {
    effects.framing_errors += byte.framing_error;
    effects.parity_errors += byte.parity_error;
    effects.breaks += byte.is_break;
  }
  effects.right = values_of(effects.received) == telegram &&
                  effects.framing_errors + effects.parity_errors == 0;
  if (path.inverted) {
    effects.causes.push_back(
        {.id = "inverted",
         .what = "the signal is inverted: an inversion is missing, or there is one too many",
         .why = "the idle line looks like one long break, and characters seem to start in the "
                "middle of the meter's: garbage with framing errors",
         .fix = "invert once, in the adapter or with a transistor"});
  }
  explain_baud(meter, reader, effects.causes);
  explain_framing(meter, reader, effects.causes);
  explain_skew(reader, path.skew, effects.right, effects.causes);
  explain_noise(meter, path.bit_error_rate, telegram.size(), effects.causes);
  return effects;
}

}  // namespace p1rig
