#pragma once

#include <algorithm>
#include <string_view>

namespace p1rig {

/// Calls `use` with each of the words that blanks separate.
template <class Use>
void for_each_word(std::string_view words, Use use) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0) use(words.substr(0, end));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

}  // namespace p1rig
