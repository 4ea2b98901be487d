#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/capture.h"
#include "cli/command.h"
#include "conformance/judge/lint.h"
#include "conformance/learn/meter_template.h"
#include "simulator/profile/profile.h"

namespace p1rig {

/// What telegrams of the profile look like.
MeterTemplate template_of(const Profile& profile);

/// For lint: where telegrams are not as the profile has them, as findings.
std::function<std::vector<Finding>(const Telegram&)> comparison_with(const Profile& profile);

/// `p1rig profiles --like CAPTURE`: all profiles, the most alike first.
int rank_profiles(const std::string& capture, const CaptureChoice& choice, bool json);

}  // namespace p1rig
