#pragma once

#include <string_view>

namespace p1rig {

/// The page of the HTML report with @REPORT@ and @SCRIPT@ where these belong: conformance/report/page/,
/// compiled in so that a report never fails for want of a file.
std::string_view report_page();
std::string_view report_script();

}  // namespace p1rig
