#pragma once

#include <string>
#include <string_view>

namespace p1rig {

/// The most telling line of a program's last words: the first exception of a traceback, since the
/// others follow from it; the message of a panic or a sanitizer; else the last line. Empty for none.
std::string first_exception(std::string_view last_words);

/// The same text for words that differ only in numbers, addresses, directories, or data in quotes.
std::string folded(std::string_view words);

}  // namespace p1rig
