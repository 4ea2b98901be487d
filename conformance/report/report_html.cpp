#include "conformance/report/report.h"
#include "conformance/report/report_page.h"

namespace p1rig {
namespace {

/// Keeps text in the data from ending the element that contains it, or beginning a comment.
std::string for_script(std::string_view json) {
  std::string text;
  text.reserve(json.size());
  for (const char c : json) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::string html_report(const ConformReport& report) {
  constexpr std::string_view kReport = "@REPORT@", kScript = "@SCRIPT@";
  const std::string_view page = report_page();
  const auto data_at = page.find(kReport), script_at = page.find(kScript);
  std::string text(page.substr(0, data_at));
  text += for_script(json_report(report));
  text += page.substr(data_at + kReport.size(), script_at - data_at - kReport.size());
  text += report_script();
  text += page.substr(script_at + kScript.size());
  return text;
}

}  // namespace p1rig
