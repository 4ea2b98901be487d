#pragma once

#include <span>
#include <string>
#include <string_view>

namespace p1rig {

/// Undoes what a program between meter and reader does to bytes. It is recognised if
/// telegrams become correct by it.
struct LineRepair {
  std::string_view id;   ///< of the mistake: "cr-lost"
  std::string_view why;  ///< what was seen
  /// The bytes as they were before; unchanged where this cannot be it.
  std::string (*undo)(std::string_view bytes);
  bool of_some = false;  ///< not done to every telegram
};

/// Of FF, FB to FE, and one of the options that there are (RFC 855); npos if there is none.
std::size_t find_telnet_option(std::string_view bytes);

/// Adds the line with CR LF, and an empty one if it is a header, as all telegrams have them.
void add_usual_line(std::string_view line, std::string& telegram);

/// Every line with CR LF, and an empty one after each header, as in all telegrams.
std::string with_usual_line_ends(std::string_view bytes);

/// The plainest first.
std::span<const LineRepair> line_repairs();

}  // namespace p1rig
