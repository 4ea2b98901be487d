#include "cli/report_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <utility>

namespace p1rig {
namespace {

constexpr const char* kWriteWaivers = "write-waivers";
constexpr const char* kRecord = "record";
constexpr const char* kIssue = "issue";

/// The file that a step of GitHub Actions is given: what is in it is the step's, too.
bool is_step_summary(const std::string& name) {
  const char* const given = std::getenv("GITHUB_STEP_SUMMARY");
  return given != nullptr && !name.empty() && name == given;
}

/// What fits after the contents of the file; set apart, or Markdown would merge the two.
std::string summary_behind(const std::string& name, const ConformReport& report) {
  std::error_code error;
  const auto size = std::filesystem::file_size(name, error);
  const std::string apart = error || size == 0 ? "" : "\n\n";
  const std::size_t taken = error ? 0 : std::min<std::size_t>(size + apart.size(), kMostOfASummary);
  const std::string text = markdown_report(report, kMostOfASummary - taken);
  return text.empty() ? text : apart + text;
}

}  // namespace

void ReportFiles::declare(Options& options) {
  for (const ReportForm& form : report_forms()) options.value(form.option, "F", form.help);
  options.value(kRecord, "DIR|F.pcap", "record each failed case, or the whole run, as pcap");
  options.value(kIssue, "DIR",
                "write an issue for each cause of the failures, ready to be posted upstream, with "
                "the bytes that show it");
  options.value(kWriteWaivers, "F", "write waivers with which this run would be as expected");
  add_force_option(options);
}

int ReportFiles::open(const Options& options, const std::vector<std::string>& sources) {
  guard_ = guard_of(options);
  for (const std::string& name : sources) guard_.reads(name);
  if (const auto claimed = guard_.uses_stdout("the report for the terminal"); !claimed) {
    return complain(kUsage, claimed.error().message);
  }
  for (const ReportForm& form : report_forms()) {
    if (const int code = open_form(options, form); code != kAsExpected) return code;
  }
  if (const int code = open_waivers(options); code != kAsExpected) return code;
  if (const auto folder = options.get(kIssue)) {
    if (const auto free = CauseIssues::check(*folder, guard_); !free) {
      return complain(kUsage, fmt::format("--{}: {}", kIssue, free.error().message));
    }
    auto issues = CauseIssues::open(*folder);
    if (!issues) {
      return complain(kEnvironment, fmt::format("--{}: {}", kIssue, issues.error().message));
    }
    issues_.emplace(std::move(*issues));
  }
  const auto path = options.get(kRecord);
  if (!path) return kAsExpected;
  if (CaseRecording::is_file(*path)) {
    const int code = claim_recording(fmt::format("--{}", kRecord), *path, guard_);
    if (code != kAsExpected) return code;
  }
  if (const auto free = CaseRecording::check(*path, guard_); !free) {
    return complain(kUsage, fmt::format("--{}: {}", kRecord, free.error().message));
  }
  auto recording = CaseRecording::open(*path);
  if (!recording) {
    return complain(kEnvironment, fmt::format("--{}: {}", kRecord, recording.error().message));
  }
  recording_.emplace(std::move(*recording));
  return kAsExpected;
}

int ReportFiles::open_form(const Options& options, const ReportForm& form) {
  const auto name = options.get(form.option);
  if (name && form.is_summary && is_step_summary(*name)) {
    if (const auto claimed = guard_.claim(*name); !claimed) {
      return complain(kUsage, fmt::format("--{}: {}", form.option, claimed.error().message));
    }
    auto file = WholeFile::append(*name);
    if (!file) {
      return complain(kEnvironment, fmt::format("--{}: {}", form.option, file.error().message));
    }
    forms_.push_back({std::move(*file), form.write, true});
    return kAsExpected;
  }
  return open_one(options, form.option, form.kind, [&](WholeFile file) {
    forms_.push_back({std::move(file), form.write});
  });
}

int ReportFiles::open_waivers(const Options& options) {
  const auto take = [&](WholeFile file) { waivers_.emplace(std::move(file)); };
  if (const int code = open_one(options, kWriteWaivers, kWaiversKind, take); code != kAsExpected) {
    return code;
  }
  if (!waivers_ || !is_output_of(waivers_->name(), kWaiversKind)) return kAsExpected;
  // The reasons in it were written by hand.
  auto earlier = load_waivers(waivers_->name());
  if (earlier) {
    earlier_ = std::move(*earlier);
  } else if (!options.has("force")) {
    return complain(
        kUsage,
        fmt::format("{}\n--{}: the reasons in {} would be lost; fix it, or replace it with --force",
                    earlier.error().message, kWriteWaivers, waivers_->name()));
  }
  return kAsExpected;
}

int ReportFiles::open_one(const Options& options, const char* option, const OutputKind& kind,
                          const std::function<void(WholeFile)>& take) {
  const auto name = options.get(option);
  if (!name) return kAsExpected;
  const auto refuse = [&](ExitCode code, const Error& error) {
    return complain(code, fmt::format("--{}: {}", option, error.message));
  };
  if (const auto claimed = guard_.claim(*name, kind); !claimed) {
    return refuse(kUsage, claimed.error());
  }
  auto file = WholeFile::open(*name);
  if (!file) return refuse(kEnvironment, file.error());
  take(std::move(*file));
  return kAsExpected;
}

int ReportFiles::write(const ConformReport& report, const Waivers& before) {
  int code = kAsExpected;
  const auto write_one = [&](WholeFile& file, const std::string& text) {
    if (const auto done = file.write(text); !done) {
      code = complain(kEnvironment, done.error().message);
    }
  };
  for (Form& form : forms_) {
    write_one(form.file,
              form.appended ? summary_behind(form.file.name(), report) : form.write(report));
  }
  // What was not run cannot be known.
  const bool whole = !report.interrupted && report.environment.empty();
  if (waivers_ && whole) write_one(*waivers_, waiver_file(report, before, earlier_));
  if (waivers_ && !whole) {
    say(fmt::format("p1rig: {} was not written: the run did not finish", waivers_->name()));
  }
  if (recording_) {
    if (const auto done = recording_->write(report, guard_); !done) {
      code = complain(kEnvironment, done.error().message);
    }
  }
  if (issues_) {
    if (const auto done = issues_->write(report, guard_); !done) {
      code = complain(kEnvironment, done.error().message);
    }
  }
  return code;
}

}  // namespace p1rig
