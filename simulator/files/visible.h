#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace p1rig {

/// Any bytes as text that a terminal, a browser and an XML parser can be given: control characters
/// by name or number (\r \n \t \x1B), likewise every byte that is not UTF-8 (\xFF), and characters
/// that hide or reorder others (\u{202E}). A backslash that would read like one of these is \x5C,
/// so that the bytes can be had back.
std::string visible(std::string_view bytes);

/// The same, cut after about `most` bytes, which is said.
std::string visible(std::string_view bytes, std::size_t most);

/// The same, of several lines, which stay lines.
std::string visible_text(std::string_view text);

}  // namespace p1rig
