#pragma once

#include <string_view>

#include "protocol/result.h"

namespace p1rig {

/// Whether the two letters are a country's (ISO 3166-1, and XK as it is used for Kosovo); the error
/// says what was expected.
Result<void> check_country(std::string_view code);

}  // namespace p1rig
