#pragma once

#include <string>

namespace p1rig {

/// The text as one word of a command line that a shell reads; unquoted if it needs no quotes.
std::string shell_word(const std::string& text);

}  // namespace p1rig
