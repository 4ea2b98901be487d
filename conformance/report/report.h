#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "conformance/run/conform_report.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

// The forms of a run's result (docs/reports.md). All take the same report and add nothing to it.
// What a reader wrote, and what went over the line, is shown escaped in all of them.

/// For the terminal: the causes first, each with its shortest stimulus, then what no cause explains, then
/// a line for each other outcome but pass, then the sums.
std::string console_report(const ConformReport& report);

/// JUnit XML for continuous integration: a test suite for each meter and endpoint. The fault of
/// the reader is a failure, what prevented a judgement an error, what was not run is skipped.
std::string junit_report(const ConformReport& report);

/// Everything, as defined by conformance/schema/report.schema.json.
std::string json_report(const ConformReport& report);

/// One self-contained page.
std::string html_report(const ConformReport& report);

/// What GitHub accepts as the summary of a step.
inline constexpr std::size_t kMostOfASummary = std::size_t{1} << 20U;

/// A summary for a person, in GitHub's Markdown, of at most that many bytes.
std::string markdown_report(const ConformReport& report, std::size_t most = kMostOfASummary);

/// The JSON that an endpoint badge of shields.io reads.
std::string badge_report(const ConformReport& report);

/// "12 of 12 as expected", "green with 49 waived", "2 of 12 not as expected" …: the run in a few words.
std::string verdict_of(const ConformReport& report);

/// A form that is written to a file.
struct ReportForm {
  const char* option;  ///< of `p1rig conform`
  const char* help;
  std::string (*write)(const ConformReport& report);
  OutputKind kind;
  bool is_summary = false;  ///< of a GitHub step, which is appended to
};
std::span<const ReportForm> report_forms();

}  // namespace p1rig
