#pragma once

#include <string_view>

namespace p1rig {

/// The page of the HTML report with the placeholders @REPORT@ and @SCRIPT@: conformance/report/page/,
/// compiled in so that no report fails because a file is missing.
std::string_view report_page();
std::string_view report_script();

}  // namespace p1rig
