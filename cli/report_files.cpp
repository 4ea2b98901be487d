#include "cli/report_files.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace p1rig {
namespace {

constexpr const char* kWriteWaivers = "write-waivers";
constexpr const char* kRecord = "record";

std::filesystem::path real_path(const std::string& name) {
  std::error_code error;
  auto path = std::filesystem::weakly_canonical(std::filesystem::absolute(name, error), error);
  return error ? std::filesystem::path(name) : path;
}

std::vector<const char*> all_options() {
  std::vector<const char*> names;
  for (const ReportForm& form : report_forms()) names.push_back(form.option);
  names.insert(names.end(), {kRecord, kWriteWaivers});
  return names;
}

/// What an option writes: beside a recording stands a note about it.
std::vector<std::string> files_of(std::string_view option, const std::string& name) {
  if (option != kRecord || !name.ends_with(".pcap")) return {name};
  return {name, std::filesystem::path(name).replace_extension(".toml").string()};
}

}  // namespace

void ReportFiles::declare(Options& options) {
  for (const ReportForm& form : report_forms()) options.value(form.option, "F", form.help);
  options.value(kRecord, "DIR|F.pcap",
                "keep the line of each failed case, or of the whole run, as pcap");
  options.value(kWriteWaivers, "F", "write waivers that make a run like this one as expected");
}

int ReportFiles::open(const Options& options, const std::vector<std::string>& sources) {
  std::set<std::filesystem::path> taken;
  for (const std::string& name : sources) taken.insert(real_path(name));
  for (const char* const option : all_options()) {
    const auto name = options.get(option);
    if (!name || name->starts_with("/dev/")) continue;
    for (const std::string& file : files_of(option, *name)) {
      if (taken.insert(real_path(file)).second) continue;
      return options.misuse(fmt::format("--{}: {} is read or written already", option, file));
    }
  }
  const auto open_one = [&](const char* option) -> Result<WholeFile> {
    auto file = WholeFile::open(*options.get(option));
    if (!file) return fail(fmt::format("--{}: {}", option, file.error().message));
    return file;
  };
  for (const ReportForm& form : report_forms()) {
    const auto name = options.get(form.option);
    if (!name) continue;
    auto file = open_one(form.option);
    if (!file) return complain(kEnvironment, file.error().message);
    forms_.push_back({std::move(*file), form.write});
  }
  if (options.has(kWriteWaivers)) {
    auto file = open_one(kWriteWaivers);
    if (!file) return complain(kEnvironment, file.error().message);
    waivers_.emplace(std::move(*file));
  }
  if (const auto path = options.get(kRecord)) {
    auto recording = CaseRecording::open(*path);
    if (!recording) {
      return complain(kEnvironment, fmt::format("--{}: {}", kRecord, recording.error().message));
    }
    recording_.emplace(std::move(*recording));
  }
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
    if (const auto done = recording_->write(report); !done) {
      code = complain(kEnvironment, done.error().message);
    }
  }
  return code;
}

}  // namespace p1rig
