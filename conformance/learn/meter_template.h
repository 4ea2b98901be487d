#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/obis.h"
#include "protocol/telegram.h"
#include "protocol/value_format.h"

namespace p1rig {

// A meter as its profile has it, held against telegrams that another one sent. The notation is that of
// docs/profiles.md; what its holes ask for does not matter here, only how they are printed.

/// One bracket of a template.
struct TemplateBracket {
  std::optional<ValueFormat> format;  ///< of its hole; nothing: a fixed text
  std::string text;                   ///< the unit of the hole, or the fixed text
  std::string tail = {};              ///< fixed text after the hole
  bool operator==(const TemplateBracket&) const = default;
};

/// A data line of a template, with the lines that continue it.
struct TemplateLine {
  Obis code;
  std::string code_text;
  std::vector<TemplateBracket> brackets;
  std::vector<TemplateBracket> entry;  ///< of its list, any number of times
  std::size_t occurrence = 1;          ///< 2: the second line of this code in its text
};

struct MeterTemplate {
  std::string identification;         ///< a glob for what follows '/'
  std::vector<TemplateLine> lines;    ///< but for those of the M-Bus
  std::vector<TemplateLine> devices;  ///< of all blocks, once for each channel
  bool has_crc = false;
};

/// `text`: of [telegram]; `blocks`: those of [mbus.…].
MeterTemplate parse_template(std::string_view text, const std::vector<std::string>& blocks);

/// The identification of a template as a glob. Its holes match anything. Its blanks match one
/// character each, since a blank parts globs, and so do its digits after the baud rate: the next
/// meter of the same make has another number.
std::string identification_glob(std::string_view identification);

/// Where a telegram is not as the template has it.
struct TemplateDifference {
  enum class Kind : std::uint8_t {
    kIdentification,
    kMissing,   ///< in the profile, not in the telegram
    kUnknown,   ///< in the telegram, not in the profile
    kCount,     ///< how often it is there, if it is in both
    kOrder,     ///< it comes earlier in the profile
    kBrackets,  ///< their number
    kWidth,     ///< digits, or the kind of value
    kUnit,
    kText,      ///< a fixed text
    kSpelling,  ///< of the code
    kCrc
  };
  Kind kind;
  std::string obis = {};                    ///< plain; empty if it is about no object
  std::string profile = {}, telegram = {};  ///< what each has
  std::size_t line = 0, offset = 0;         ///< in the telegram; 0 if it is not there
  bool operator==(const TemplateDifference&) const = default;
};
std::string_view to_string(TemplateDifference::Kind kind);

/// "1-0:1.7.0: width: F5(3,3) in the profile, 0001.193 in the capture".
std::string description_of(const TemplateDifference& difference);

/// In the order of the telegram; what is missing comes last.
std::vector<TemplateDifference> compare(const MeterTemplate& meter, const Telegram& telegram);

}  // namespace p1rig
