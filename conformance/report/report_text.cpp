#include "conformance/report/report_text.h"

#include <fmt/core.h>

#include <algorithm>

#include "conformance/judge/line_judge.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

std::string_view whole_words(Expectation::Whole whole) {
  switch (whole) {
    case Expectation::Whole::kValues:
      return "is told, with the values that were sent";
    case Expectation::Whole::kPart:
      return "is told, and what is told of it was sent";
    case Expectation::Whole::kNothing:
      return "is dropped";
    case Expectation::Whole::kEither:
      return "is dropped, or told with the values that were sent";
    case Expectation::Whole::kAnything:
      break;
  }
  return "may be told or dropped";
}

}  // namespace

std::vector<std::string> expected_of(const Case& one) {
  std::vector<std::string> lines;
  std::vector<std::string> seen;
  for (const CaseStep& step : one.steps) {
    if (step.id.empty() || std::ranges::find(seen, step.id) != seen.end()) continue;
    seen.push_back(step.id);
    const auto found = one.expect.find(step.id);
    const CaseExpectation expectation =
        found == one.expect.end() ? CaseExpectation{} : found->second;
    lines.push_back(step.id + " " + std::string(whole_words(expectation.whole)));
    std::vector<std::string> left_out = expectation.optional;
    for (const auto& [code, value] : expectation.literal) {
      const bool may_lack = std::erase(left_out, code) > 0;
      lines.push_back(step.id + ": " + code + " is " + to_json(value) +
                      (may_lack ? ", null, or not told" : ""));
    }
    for (const std::string& code : expectation.absent) {
      lines.push_back(step.id + ": " + code + " is not told");
    }
    for (const std::string& code : expectation.invalid) {
      lines.push_back(step.id + ": " + code + " is null, or not told");
    }
    for (const std::string& code : left_out) {
      lines.push_back(step.id + ": " + code + " is what was sent, null, or not told");
    }
    for (const std::string& code : expectation.anything) {
      lines.push_back(step.id + ": " + code + " may be told as anything");
    }
  }
  if (one.may_lose > 0) {
    lines.push_back(fmt::format("at most {} lost", counted(one.may_lose, "good telegram")));
  }
  for (const std::string& name : one.judges) {
    lines.push_back("the line: " + std::string(find_line_judge(name)->summary));
  }
  return lines;
}

std::vector<Outcome> all_outcomes() {
  return {Outcome::kFail,      Outcome::kCrash,        Outcome::kHang, Outcome::kXpass,
          Outcome::kNonStrict, Outcome::kInconclusive, Outcome::kInfo, Outcome::kXfail,
          Outcome::kSkip,      Outcome::kPass};
}

bool is_remarkable(Outcome outcome) {
  return outcome != Outcome::kPass && outcome != Outcome::kSkip;
}

std::string place_of(const CaseResult& result) { return result.profile + " on " + result.endpoint; }

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&apos;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace p1rig
