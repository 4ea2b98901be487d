#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "conformance/run/conform.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

// The result of a run, in one form each (docs/reports.md). All take the same report and add nothing
// to it. What a reader said, and what went over the line, is shown escaped in all of them.

/// For the terminal: the causes first, each with its shortest stimulus, then what no cause explains, then
/// a line for each other outcome that is no pass, then the sums.
std::string console_report(const ConformReport& report);

/// JUnit XML for continuous integration: a test suite for each meter and endpoint. What the reader
/// did is a failure, what kept it from being judged an error, what was not asked is skipped.
std::string junit_report(const ConformReport& report);

/// All that is known, by conformance/schema/report.schema.json.
std::string json_report(const ConformReport& report);

/// One page that needs nothing but itself.
std::string html_report(const ConformReport& report);

/// What GitHub takes as the summary of a step.
inline constexpr std::size_t kMostOfASummary = std::size_t{1} << 20U;

/// A summary for a person, in GitHub's Markdown, of at most so many bytes.
std::string markdown_report(const ConformReport& report, std::size_t most = kMostOfASummary);

/// What shields.io's endpoint badge reads.
std::string badge_report(const ConformReport& report);

/// "12 of 12 as expected", "green with 49 waived", "2 of 12 not as expected" …: the run in a few words.
std::string verdict_of(const ConformReport& report);

/// A form that is written to a file.
struct ReportForm {
  const char* option;  ///< of `p1rig conform`
  const char* help;
  std::string (*write)(const ConformReport& report);
  OutputKind kind;
  bool is_summary = false;  ///< of a step of GitHub's, which is appended to
};
std::span<const ReportForm> report_forms();

}  // namespace p1rig
