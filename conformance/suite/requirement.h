#pragma once

#include <span>
#include <string_view>

namespace p1rig {

/// What the documents and the field ask of a reader: one row of the catalogue that cases refer to.
struct Requirement {
  std::string_view id;
  std::string_view text;
  std::string_view source;
  std::string_view unobservable = {};  ///< why software cannot see it; empty where cases can
};
std::span<const Requirement> requirements();
const Requirement* find_requirement(std::string_view id);

}  // namespace p1rig
