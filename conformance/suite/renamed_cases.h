#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/suite/case.h"
#include "protocol/result.h"

namespace p1rig {

/// An id that cases had before, or what it began with up to a '/', and what it is now.
struct RenamedCase {
  std::string before, now;
  Place place = {};
};

/// conformance/renamed-cases.toml: the error has a line for each thing that is wrong, with
/// file:line:column. Data without such a file renames nothing.
Result<std::vector<RenamedCase>> load_renamed_cases();
Result<std::vector<RenamedCase>> parse_renamed_cases(std::string file, std::string text);

/// The ids that the case with this one had before, the latest first.
std::vector<std::string> former_ids(std::string_view id, std::span<const RenamedCase> renamed);

/// `"field/x/*" is now field/y/a and 2 more`, where the glob names cases by former ids only; else empty.
std::string note_on_renamed(std::string_view glob, std::span<const Case> cases);

}  // namespace p1rig
