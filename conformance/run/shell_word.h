#pragma once

#include <string>

namespace p1rig {

/// The text as one word of a command line that a shell reads; as it is where it means itself.
std::string shell_word(const std::string& text);

}  // namespace p1rig
