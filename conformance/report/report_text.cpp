#include "conformance/report/report_text.h"

#include <fmt/core.h>

#include <algorithm>

#include "conformance/judge/line_judge.h"
#include "protocol/wording.h"
#include "simulator/files/visible.h"

namespace p1rig {
namespace {

std::string_view whole_words(Expectation::Whole whole) {
  switch (whole) {
    case Expectation::Whole::kValues:
      return "is reported with the values that were sent";
    case Expectation::Whole::kPart:
      return "is reported; values may be missing, but none is wrong";
    case Expectation::Whole::kNothing:
      return "is rejected";
    case Expectation::Whole::kEither:
      return "is rejected, or reported with the values that were sent";
    case Expectation::Whole::kAnything:
      break;
  }
  return "may be reported or rejected";
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
                      (may_lack ? ", null, or not reported" : ""));
    }
    for (const std::string& code : expectation.absent) {
      lines.push_back(step.id + ": " + code + " is not reported");
    }
    for (const std::string& code : expectation.invalid) {
      lines.push_back(step.id + ": " + code + " is null, or not reported");
    }
    for (const std::string& code : left_out) {
      lines.push_back(step.id + ": " + code + " is what was sent, null, or not reported");
    }
    for (const std::string& code : expectation.anything) {
      lines.push_back(step.id + ": " + code + " may have any value");
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

std::vector<std::string> expected_of(const ConformReport& report, const Cause& cause) {
  return expected_of(cause.sent_as ? *cause.sent_as : *report.results[cause.shown].of);
}

std::string size_note(const Cause& cause) {
  if (!cause.as_sent.empty()) return "as it was sent: " + cause.as_sent;
  if (!cause.sent_as || cause.stimulus.size() >= cause.sent) return {};
  return fmt::format("made smaller from {}", counted(cause.sent, "byte"));
}

std::size_t part_with(std::string_view bytes, std::size_t focus, std::size_t most) {
  if (bytes.size() <= most) return 0;
  // About a third of it comes before, in whole lines.
  const std::size_t earliest = focus - std::min(focus, most / 3);
  if (earliest == 0) return 0;
  const std::size_t line = bytes.find('\n', earliest - 1);
  return line == bytes.npos || line >= focus ? focus : line + 1;
}

std::string visible_around(std::string_view bytes, std::size_t focus, std::size_t most) {
  const std::size_t begin = part_with(bytes, focus, most);
  const std::string_view part = bytes.substr(begin, most);
  const bool is_end = begin + part.size() == bytes.size();
  return (begin > 0 ? "… " : "") + visible(part) + (is_end ? "" : " …");
}

std::vector<Outcome> all_outcomes() {
  return {Outcome::kFail,      Outcome::kCrash,        Outcome::kHang, Outcome::kXpass,
          Outcome::kNonStrict, Outcome::kInconclusive, Outcome::kInfo, Outcome::kXfail,
          Outcome::kSkip,      Outcome::kPass};
}

bool is_remarkable(Outcome outcome) {
  return outcome != Outcome::kPass && outcome != Outcome::kSkip;
}

std::string causes_line(const ConformReport& report) {
  if (report.causes.all.empty()) return {};
  std::size_t explained = 0, failures = 0;
  for (const Cause& cause : report.causes.all) explained += cause.results.size();
  for (const CaseResult& result : report.results) failures += is_failure(result, report) ? 1U : 0U;
  const std::size_t causes = report.causes.all.size();
  return fmt::format("{} {} {} of {}", counted(causes, "cause"),
                     causes == 1 ? "explains" : "explain", explained, counted(failures, "failure"));
}

std::string fit_of(const Cause& cause) {
  constexpr std::size_t kMost = 3;
  if (cause.expected == 0) return {};
  std::string text =
      fmt::format("{} of the {} that it fails", cause.fitting, counted(cause.expected, "result"));
  for (std::size_t i = 0; i < std::min(kMost, cause.alike.size()); ++i) {
    text += (i == 0 ? "; no case of this run distinguishes it from `" : "`, `") + cause.alike[i];
  }
  if (cause.alike.size() > kMost)
    return text + fmt::format("` and {} more", cause.alike.size() - kMost);
  return cause.alike.empty() ? text : text + "`";
}

std::vector<const CaseResult*> not_explained(const ConformReport& report) {
  std::vector<const CaseResult*> all;
  for (const std::size_t i : unexplained(report)) all.push_back(&report.results[i]);
  for (const CaseResult& result : report.results) {
    const bool counts = counts_against(result, report.level) && !is_failure(result, report);
    if (counts) all.push_back(&result);
  }
  return all;
}

std::string hex_dump(std::string_view bytes, std::size_t most, bool in_lines) {
  constexpr std::size_t kOfALine = 16;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, bytes.size()); ++i) {
    if (i > 0) text += in_lines && i % kOfALine == 0 ? '\n' : ' ';
    text += fmt::format("{:02X}", static_cast<unsigned char>(bytes[i]));
  }
  return bytes.size() > most ? text + " …" : text;
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
