#pragma once

#include <span>
#include <string_view>

namespace p1rig {

/// What documents and field reports ask of a reader: one row of the catalogue that cases refer to.
struct Requirement {
  std::string_view id;
  std::string_view text;
  std::string_view source;
  std::string_view unobservable = {};  ///< why software cannot see it; empty if cases can
};
std::span<const Requirement> requirements();
const Requirement* find_requirement(std::string_view id);

}  // namespace p1rig
