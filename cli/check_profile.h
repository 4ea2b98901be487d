#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/lint.h"
#include "simulator/profile/profile.h"

namespace p1rig {

/// What a check found: a file is right if there are no problems. Notes are worth knowing.
struct CheckFindings {
  std::vector<std::string> problems, notes;
};

/// Its example byte for byte, and what it sends at some moments.
CheckFindings check_profile(const std::shared_ptr<const Profile>& profile);

/// All of that but the example, whose file need not be there.
CheckFindings check_moments(const std::shared_ptr<const Profile>& profile);

/// What the profile sends at these moments, with a constant load.
std::vector<std::string> telegrams_of(const std::shared_ptr<const Profile>& profile);

/// Where two texts part, for a person: the line, and both lines.
std::string first_difference(std::string_view got, std::string_view expected);

/// Lints one telegram, after those that `linter` has seen where one is given. Rules whose name contains a
/// word of `excused` say nothing.
void lint_next(const Profile& profile, const std::string& bytes, Linter* linter,
               std::vector<std::string>& problems, std::span<const std::string_view> excused = {});

/// A deviation shows at every moment; once is enough.
std::vector<std::string> once_each(std::vector<std::string> problems);

}  // namespace p1rig
