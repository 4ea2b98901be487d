#include "cli/report_files.h"

#include <fmt/core.h>

#include <utility>

namespace p1rig {
namespace {

constexpr const char* kWriteWaivers = "write-waivers";
constexpr const char* kRecord = "record";

}  // namespace

void ReportFiles::declare(Options& options) {
  for (const ReportForm& form : report_forms()) options.value(form.option, "F", form.help);
  options.value(kRecord, "DIR|F.pcap",
                "keep the line of each failed case, or of the whole run, as pcap");
  options.value(kWriteWaivers, "F", "write waivers that make a run like this one as expected");
  add_force_option(options);
}

int ReportFiles::open(const Options& options, const std::vector<std::string>& sources) {
  guard_ = guard_of(options);
  for (const std::string& name : sources) guard_.reads(name);
  for (const ReportForm& form : report_forms()) {
    const auto open_form = [&](WholeFile file) { forms_.push_back({std::move(file), form.write}); };
    if (const int code = open_one(options, form.option, form.kind, open_form);
        code != kAsExpected) {
      return code;
    }
  }
  if (const int code = open_one(options, kWriteWaivers, kWaiversKind,
                                [&](WholeFile file) { waivers_.emplace(std::move(file)); });
      code != kAsExpected) {
    return code;
  }
  const auto path = options.get(kRecord);
  if (!path) return kAsExpected;
  if (CaseRecording::is_file(*path)) {
    const int code = claim_recording(fmt::format("--{}", kRecord), *path, guard_);
    if (code != kAsExpected) return code;
  }
  auto recording = CaseRecording::open(*path);
  if (!recording) {
    return complain(kEnvironment, fmt::format("--{}: {}", kRecord, recording.error().message));
  }
  recording_.emplace(std::move(*recording));
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
  for (Form& form : forms_) write_one(form.file, form.write(report));
  // What was not run cannot be known.
  const bool whole = !report.interrupted && report.environment.empty();
  if (waivers_ && whole) write_one(*waivers_, waiver_file(report, before));
  if (waivers_ && !whole) {
    say(fmt::format("p1rig: {} is not written: the run did not come to its end", waivers_->name()));
  }
  if (recording_) {
    if (const auto done = recording_->write(report, guard_); !done) {
      code = complain(kEnvironment, done.error().message);
    }
  }
  return code;
}

}  // namespace p1rig
