#pragma once

#include <string>
#include <string_view>

namespace p1rig {

/// The line of a program's last words that says most: the first exception of a traceback, since those
/// after it follow from it; what a panic or a sanitizer says; else the last line. Empty for none.
std::string first_exception(std::string_view last_words);

/// One text for words that differ only in numbers, addresses, folders, or data in quotes.
std::string folded(std::string_view words);

}  // namespace p1rig
