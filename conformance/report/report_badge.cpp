#include <nlohmann/json.hpp>

#include "conformance/report/report.h"

namespace p1rig {
namespace {

const char* color_of(int code) {
  switch (code) {
    case 0:
      return "brightgreen";
    case 75:
    case 130:
      return "lightgrey";
    case 4:
      return "orange";
    default:
      return "red";
  }
}

}  // namespace

std::string badge_report(const ConformReport& report) {
  const nlohmann::ordered_json badge = {{"schemaVersion", 1},
                                        {"label", "P1 conformance"},
                                        {"message", verdict_of(report)},
                                        {"color", color_of(exit_code(report))}};
  return badge.dump() + "\n";
}

}  // namespace p1rig
