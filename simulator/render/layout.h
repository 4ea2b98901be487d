#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/obis.h"
#include "protocol/result.h"
#include "protocol/value_format.h"
#include "simulator/render/render.h"
#include "simulator/state.h"

namespace p1rig {

// What a Layout is made of.
//
//   0-0:1.0.0({time TST})CRLF     becomes     entry 0-0:1.0.0, "0-0:1.0.0(", field, hole, ")\r\n"
//
// Rendering copies texts and fills holes. The marks (entry, field) print nothing but mark where the
// Truth's entries and fields begin, so the Truth comes from the holes themselves and never from parsing
// what was written.

/// Where a hole's value comes from.
enum class Source : std::uint8_t {
  kQuantity,
  kMonthQuantity,  ///< at the end of the last month
  kFailureTime,
  kFailureDuration,
  kPeakMonth,
  kPeakTime,
  kPeakPower,
  kFailureCount,
  kPeakCount,
  kDeviceId,
  kDeviceEan,
  kDeviceTime,
  kDeviceReading,
  kDeviceValve
};

struct Hole {
  Source source = Source::kQuantity;
  Quantity quantity = Quantity::kTime;
  ValueFormat format;
  std::string unit;          ///< as printed after '*'; empty if none
  bool cut = false;          ///< registers are cut and wrap; others are rounded and stop at nines
  std::int64_t divisor = 1;  ///< state units that make one unit of the last printed digit
  std::int64_t factor = 1;   ///< printed units that one state unit makes, where that is more
  std::int64_t modulus = 0;  ///< ten to the number of digits; 0 where they are not limited
};

struct Segment {
  enum class Kind : std::uint8_t {
    kText,
    kHole,
    kEntry,     ///< a data line with `code` begins
    kField,     ///< a bracket begins
    kFailures,  ///< `body` for each, in `newest_first` order; then `text`, if there is any entry
    kPeaks,
    kMbus,
    kCrc
  };
  Kind kind = Kind::kText;
  std::string text;
  Hole hole;
  Obis code;
  bool newest_first = true;
  enum class CrcForm : std::uint8_t { kUpper, kLower, kUnpadded } crc_form = CrcForm::kUpper;
  std::vector<Segment> body;
};

/// The segments of a template, lines ending CR LF. `channel` 1 to 4 compiles an M-Bus block: 0-n
/// becomes that channel and the holes name the device's fields; 0 compiles a telegram.
tl::expected<std::vector<Segment>, Layout::Flaw> compile_template(std::string_view text,
                                                                  int channel, Medium medium);

/// The holes of the telegram that ask for the quantity; neither in lists nor on the M-Bus.
std::vector<const Hole*> holes_of(const Layout& layout, Quantity quantity);

}  // namespace p1rig
