#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace p1rig {

/// A telegram as the meter sent it.
struct WholeTelegram {
  std::string bytes;             ///< with CR LF as line ends
  bool other_line_ends = false;  ///< it came with others
  std::string restored =
      {};  ///< what was wrong with them, as a diagnosis says it: "lines end … (line-ends-doubled)"
};

/// Nothing if the CRC is wrong in any way of crc_ways.h that a profile can name. Line ends that a program
/// in between has changed are restored; where the CRC is of other line ends it is computed anew.
std::optional<WholeTelegram> whole_telegram(std::string_view bytes);

/// The same of a telegram whose CRC is wrong, but whose lines are all well-formed: with the CRC of its bytes.
std::optional<std::string> edited_telegram(std::string_view bytes);

/// The telegram with the CRC that its bytes ask for, by the algorithm that fitted `before` and written as
/// it was there.
std::string with_crc_of(std::string bytes, std::string_view before);

}  // namespace p1rig
