#include "conformance/report/cause_issues.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "conformance/report/markdown_text.h"
#include "conformance/report/report_text.h"
#include "conformance/report/whole_file.h"
#include "conformance/run/shell_word.h"
#include "conformance/run/stimulus.h"
#include "protocol/wording.h"
#include "simulator/files/visible.h"
#include "simulator/profile/profile.h"

namespace p1rig {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "<!-- p1rig conform --issue -->\n";
constexpr std::size_t kMostText = 4096, kMostOctets = 1024, kMostNames = 200;

const OutputKind kIssueKind{"an issue of conform --issue",
                            [](std::string_view text) { return text.starts_with(kMark); }};

/// What happens, without p1rig's name for it.
std::string title_of(const Cause& cause) {
  constexpr std::string_view kBehaves = "behaves as ";
  std::string title = cause.summary;
  if (title.starts_with(kBehaves)) title.erase(0, title.find(": ") + 2);
  if (!title.empty()) {
    title[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(title[0])));
  }
  return title;
}

/// The command that starts the reader, with this endpoint.
std::string command_of(const ConformReport& report, std::string_view endpoint) {
  constexpr std::string_view kEndpoint = "{endpoint}";
  std::string line;
  for (std::string word : report.command) {
    const auto at = word.find(kEndpoint);
    if (at != std::string::npos) word.replace(at, kEndpoint.size(), endpoint);
    line += (line.empty() ? "" : " ") + shell_word(word);
  }
  return line.empty() ? fmt::format("your-reader {}", endpoint) : line;
}

bool is_sealed_at(const CaseResult& result) {
  const auto profile = find_profile(result.profile);
  return profile && is_sealed(*profile);
}

/// Commands that reproduce it without p1rig.
std::string without_p1rig(const ConformReport& report, const CaseResult& shown,
                          const std::string& bytes) {
  const std::string& endpoint = shown.endpoint;
  if (is_sealed_at(shown)) {
    return "The telegrams are sealed with a key that was made for this run: only p1rig can send "
           "them.\n";
  }
  // A reader may discard what arrives while it opens the line.
  const auto feed = [&](std::string_view to, std::string_view opened) {
    return code_block(fmt::format("(sleep 2; cat {}; sleep 5) | socat -u - {} &\n{}", bytes, to,
                                  command_of(report, opened)));
  };
  if (endpoint.starts_with("stdin")) {
    return code_block(fmt::format("{} < {}", command_of(report, "-"), bytes));
  }
  if (endpoint.starts_with("pty")) return feed("PTY,rawer,link=/tmp/p1,wait-slave", "/tmp/p1");
  if (endpoint.starts_with("tcp")) {
    return feed("TCP-LISTEN:4001,reuseaddr", "tcp://127.0.0.1:4001");
  }
  return fmt::format("Send `{}` to the reader over its line (`{}`).\n", bytes, visible(endpoint));
}

/// One line for each line of the bytes, with its line end shown.
std::string visible_lines(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view line = bytes.substr(0, end == bytes.npos ? end : end + 1);
    text += (text.empty() ? "" : "\n") + visible(line);
    bytes.remove_prefix(line.size());
  }
  return text;
}

std::string issue_text(const ConformReport& report, const Cause& cause) {
  const CaseResult& shown = report.results[cause.shown];
  const Case& one = *shown.of;
  const std::string bytes = cause.name + ".bin";
  std::string text = fmt::format("{}# {}\n\n## What happens\n\n", kMark,
                                 markdown_text(visible(title_of(cause), kMostText)));
  for (const std::string& line : cause.messages) {
    text += "- " + markdown_text(visible(line, kMostText)) + "\n";
  }
  if (!cause.words.empty()) {
    text += "\nIts last words:\n\n" + code_block(visible_text(cause.words));
  }
  if (!cause.code.empty()) {
    text += "\nIn code, this is often: " + markdown_text(cause.code) + ".\n";
  }
  text += "\n## What is expected\n\n";
  for (const std::string& line : {one.title, one.argues, one.why}) {
    if (!line.empty()) text += markdown_text(line) + "\n\n";
  }
  for (const std::string& line : expected_of(report, cause)) {
    text += "- " + markdown_text(line) + "\n";
  }
  if (!cause.stimulus.empty()) {
    const std::string note = size_note(cause);
    text += fmt::format("\n## The bytes\n\n{}, in [{}]({}){}:\n\n",
                        counted(cause.stimulus.size(), "byte"), bytes, bytes,
                        note.empty() ? "" : " (" + markdown_text(note) + ")");
    const std::size_t from = part_with(cause.stimulus, cause.focus, kMostText);
    if (from > 0) text += fmt::format("From byte {} on:\n\n", from);
    text += code_block(visible_lines(std::string_view(cause.stimulus).substr(from, kMostText))) +
            "\n<details><summary>In hexadecimal</summary>\n\n" +
            code_block(hex_dump(cause.stimulus, kMostOctets, true)) + "\n</details>\n";
    text += "\n## How to reproduce it without p1rig\n\n" + without_p1rig(report, shown, bytes);
  }
  text += "\n## How to reproduce it with p1rig\n\n" + code_block(visible(shown.reproduction));
  text +=
      fmt::format("\n## Where it is specified\n\n{}, requirement {}, level {}: case {} at {}.\n\n",
                  markdown_text(one.clause), markdown_text(one.requirement), to_string(one.level),
                  markdown_text(one.id), markdown_text(place_of(shown)));
  if (cause.results.size() > 1) {
    text += fmt::format("<details><summary>{} of this cause</summary>\n\n",
                        counted(cause.results.size(), "failure"));
    for (std::size_t k = 0; k < std::min(cause.results.size(), kMostNames); ++k) {
      const CaseResult& result = report.results[cause.results[k]];
      text +=
          fmt::format("- {} on {}\n", markdown_text(result.name()), markdown_text(result.endpoint));
    }
    text += "\n</details>\n\n";
  }
  return text + fmt::format("Reader: {}{}{}. Cases: p1rig {}, suite {}.\n",
                            markdown_text(report.reader), report.version.empty() ? "" : " ",
                            markdown_text(report.version), P1RIG_VERSION, report.suite_version);
}

Result<void> write_file(const std::string& path, std::string_view text) {
  auto file = WholeFile::open(path);
  return file ? file->write(text) : tl::make_unexpected(file.error());
}

/// The bytes are ours if the issue that they belong to is.
Result<void> claim_bytes(const fs::path& bytes, bool issue_is_ours, OutputGuard& guard) {
  return issue_is_ours ? guard.claim(bytes) : guard.claim(bytes, kTelegramsKind);
}

bool is_name_of_cause(std::string_view name) {
  return std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

}  // namespace

Result<void> CauseIssues::check(const std::string& folder, const OutputGuard& guard) {
  OutputGuard trial = guard;
  for (const fs::path& file : files_in(folder)) {
    if (!is_name_of_cause(file.stem().string())) continue;
    Result<void> done;
    if (file.extension() == ".md") done = trial.claim(file, kIssueKind);
    if (file.extension() == ".bin") {
      const fs::path issue = fs::path(file).replace_extension(".md");
      done = claim_bytes(file, is_output_of(issue, kIssueKind), trial);
    }
    if (!done) return done;
  }
  return {};
}

Result<CauseIssues> CauseIssues::open(const std::string& folder) {
  auto opened = OutputFolder::open(folder);
  if (!opened) return tl::make_unexpected(opened.error());
  return CauseIssues(std::move(*opened));
}

Result<void> CauseIssues::write(const ConformReport& report, OutputGuard& guard) const {
  std::set<fs::path> kept;
  if (!report.causes.all.empty()) {
    if (auto made = folder_.make(); !made) return made;
  }
  for (const Cause& cause : report.causes.all) {
    const fs::path issue = folder_.path() / (cause.name + ".md");
    const fs::path bytes = folder_.path() / (cause.name + ".bin");
    const bool is_ours = is_output_of(issue, kIssueKind);
    auto done = guard.claim(issue, kIssueKind);
    if (done && !cause.stimulus.empty()) done = claim_bytes(bytes, is_ours, guard);
    if (done) done = write_file(issue.string(), issue_text(report, cause));
    if (done && !cause.stimulus.empty()) done = write_file(bytes.string(), cause.stimulus);
    if (!done) return done;
    kept.insert(issue.filename());
  }
  for (fs::path file : files_in(folder_.path())) {
    const bool is_issue = file.extension() == ".md" && is_output_of(file, kIssueKind);
    if (!is_issue || kept.contains(file.filename())) continue;
    std::error_code error;
    fs::remove(file, error);
    fs::remove(file.replace_extension(".bin"), error);
  }
  return {};
}

}  // namespace p1rig
