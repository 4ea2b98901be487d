#include "conformance/report/case_recording.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <span>
#include <vector>

#include "conformance/report/output_folder.h"
#include "conformance/report/report_text.h"
#include "conformance/report/whole_file.h"
#include "simulator/files/output_file.h"
#include "simulator/files/visible.h"
#include "simulator/line/recording.h"
#include "simulator/line/recording_note.h"
#include "simulator/profile/profile.h"

namespace p1rig {
namespace {

constexpr std::string_view kSuffix = ".pcap";

/// A file name, the same on every system.
std::string file_name(const CaseResult& result) {
  std::string name = result.name() + "@" + result.endpoint;
  for (char& c : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '@' ||
                       c == '-' || c == '_';
    if (!plain) c = '_';
  }
  return name;
}

RecordingNote note_of(const CaseResult& result, std::uint64_t seed, std::string details) {
  const auto profile = find_profile(result.profile);
  return {.source = "p1rig conform",
          .profile = result.profile,
          .settings = profile ? print_settings(profile->line) : "",
          .line = result.endpoint,
          .seed = std::to_string(seed),
          .details = std::move(details)};
}

void write_events(RecordingWriter& writer, const CaseResult& result) {
  const MeterTime began = result.began;
  writer.write({.time = began, .type = SerialEvent::kStatusChange, .leads = kLeadRts});
  for (const WireMoment& moment : result.wire) {
    if (moment.kind != WireMoment::Kind::kSent) continue;
    writer.write({.time = began + moment.at,
                  .type = SerialEvent::kDataReceived,
                  .leads = kLeadRts,
                  .bytes = moment.bytes});
  }
}

/// Completely or not at all, with its note.
Result<void> write_recording(const std::string& path, std::span<const CaseResult* const> results,
                             const RecordingNote& note) {
  auto file = WholeFile::open(path);
  if (!file) return tl::make_unexpected(file.error());
  {
    auto writer = RecordingWriter::create(file->place());
    if (!writer) return tl::make_unexpected(writer.error());
    for (const CaseResult* result : results) write_events(*writer, *result);
    if (!writer->good()) return fail(path + ": cannot be written");
  }
  if (auto done = file->keep(); !done) return done;
  return write_note(path, note);
}

}  // namespace

Result<void> CaseRecording::check(const std::string& path, const OutputGuard& guard) {
  OutputGuard trial = guard;
  for (const std::filesystem::path& file : files_in(path)) {
    const std::string name = file.filename().string();
    if (std::ranges::count(name, '@') != 2) continue;
    Result<void> done;
    if (file.extension() == kSuffix) done = trial.claim(file, kRecordingKind);
    if (file.extension() == ".toml") done = trial.claim(file, kNoteKind);
    if (!done) return done;
  }
  return {};
}

Result<CaseRecording> CaseRecording::open(const std::string& path) {
  if (is_file(path)) {
    // It is removed at once.
    if (const auto file = WholeFile::open(path); !file) return tl::make_unexpected(file.error());
  } else if (const auto folder = OutputFolder::open(path); !folder) {
    return tl::make_unexpected(folder.error());
  }
  return CaseRecording(path);
}

bool CaseRecording::is_file(const std::string& path) {
  return path.ends_with(kSuffix) || descriptor_of(path);
}

Result<void> CaseRecording::write(const ConformReport& report, OutputGuard& guard) const {
  if (is_file(path_)) {
    std::vector<const CaseResult*> all;
    std::string details = "cases:";
    for (const CaseResult& result : report.results) {
      if (result.wire.empty()) continue;
      all.push_back(&result);
      details += "\n" + result.name() + " on " + result.endpoint;
    }
    if (all.empty()) return {};
    return write_recording(path_, all, note_of(*all.front(), report.seed, details));
  }
  const auto folder = OutputFolder::open(path_);
  if (!folder) return tl::make_unexpected(folder.error());
  std::map<std::string, int> runs;
  for (const CaseResult& result : report.results) {
    if (!is_remarkable(result.outcome) || result.wire.empty()) continue;
    std::string name = file_name(result);
    if (const int run = ++runs[name]; run > 1) name += fmt::format("-{}", run);
    const std::string details = fmt::format("{} ({}): {}", result.name(), to_string(result.outcome),
                                            visible(result.reproduction));
    const CaseResult* const one = &result;
    const std::string file = path_ + "/" + name + std::string(kSuffix);
    auto done = folder->make();
    if (done) done = guard.claim(file, kRecordingKind);
    if (done) done = guard.claim(note_path(file), kNoteKind);
    if (done) done = write_recording(file, {&one, 1}, note_of(result, report.seed, details));
    if (!done) return done;
  }
  return {};
}

}  // namespace p1rig
