#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace p1rig {

/// The candidate closest to `word`, or nothing if none is close enough to be a slip of the keys:
/// at most a third of the letters inserted, dropped, changed or swapped.
std::string_view closest(std::string_view word, const std::vector<std::string_view>& candidates);

/// ", did you mean \"power.import\"?" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace p1rig
