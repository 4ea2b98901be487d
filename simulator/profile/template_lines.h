#pragma once

#include <algorithm>
#include <string_view>

namespace p1rig {

/// Calls each(line) for each line of a template, with its line end.
template <class Each>
void each_line(std::string_view text, Each&& each) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    each(text.substr(0, end));
    text.remove_prefix(end);
  }
}

}  // namespace p1rig
