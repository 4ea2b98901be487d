#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crc_algorithms.h"
#include "protocol/obis.h"
#include "protocol/result.h"
#include "protocol/value_format.h"
#include "simulator/state.h"

namespace p1rig {

// A profile's text, compiled once and shared by all meters of the profile.
//
//   0-0:1.0.0({time TST})CRLF     becomes     entry 0-0:1.0.0, "0-0:1.0.0(", field, hole, ")\r\n"
//
// Rendering copies texts and fills holes. The marks (entry, field) print nothing but tell where the
// Truth's entries and fields begin, so the Truth comes from the holes themselves and never from parsing
// what was written.

class StencilShelf;

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
  std::string unit;          ///< as printed after '*'; empty where none
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

struct Layout {
  std::vector<Segment> telegram;
  /// The block of a medium on channel 1 to 4; empty where the profile has none.
  std::array<std::array<std::vector<Segment>, 4>, kMediumCount> mbus;
  bool uses_month = false;  ///< a hole asks for the last month
  bool has_crc = false;
  const CrcAlgorithm* crc_algorithm = &crc_algorithms().front();
  std::string unset_time;  ///< printed for a time that is not known; empty: not allowed
  /// For what meters print again and again (stencil.h); from prepare(), when all this is known. Without
  /// it they print more slowly.
  std::shared_ptr<StencilShelf> stencils;
};

/// Where in a template something is wrong: 0-based line and column of its text.
struct TemplateError {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string message;
};

/// The segments of a template, lines ending CR LF. `channel` 1 to 4 compiles an M-Bus block: 0-n
/// becomes that channel and the holes name the device's fields; 0 compiles a telegram.
tl::expected<std::vector<Segment>, TemplateError> compile_template(std::string_view text,
                                                                   int channel, Medium medium);

}  // namespace p1rig
