#include "cli/line_recording.h"

#include <fmt/format.h>

#include "cli/outputs.h"
#include "simulator/line/recording_note.h"

namespace p1rig {

void add_record_option(Options& options) {
  options.value("record", "F.pcap",
                "record the line to this file, for Wireshark, with a note F.toml beside it");
}

int LineRecording::open(const Options& options, const SessionOptions& session,
                        const std::string& profile, std::uint64_t seed, OutputGuard& guard,
                        const OpenLines& lines) {
  const auto path = options.get("record");
  if (!path) return kAsExpected;
  if (lines.list.size() != 1) return options.misuse("--record: works with only one --line");
  path_ = *path;
  if (const int code = claim_recording("--record", path_, guard); code != kAsExpected) return code;
  const auto uris = options.list("line");
  const auto id_seed = options.get("id-seed");
  const std::string ids = id_seed ? ", identifiers of seed " + *id_seed : "";
  auto writer = RecordingWriter::create(
      path_, RecordingNote{.source = "p1rig " P1RIG_VERSION " simulate",
                           .profile = profile,
                           .settings = print_settings(session.settings),
                           .line = uris.empty() ? "pty:" : uris.front(),
                           .seed = std::to_string(seed),
                           .details = fmt::format("scenario {}, speed {}, faults: {}{}",
                                                  options.get("scenario").value_or("household"),
                                                  options.get("speed").value_or("1"),
                                                  fmt::join(options.list("fault"), " "), ids)});
  if (!writer) return complain(kEnvironment, "--record: " + writer.error().message);
  writer_.emplace(std::move(*writer));
  return kAsExpected;
}

void LineRecording::begin(const SessionOptions& session, const Clock& clock, OpenLines& lines) {
  if (!writer_) return;
  time_.emplace(session, clock);
  line_.emplace(*lines.list.front(), *writer_, *time_, session);
  lines.list.front() = &*line_;
}

void LineRecording::take(const Emission& emission) {
  if (time_) time_->take(emission);
}

void LineRecording::take(const SessionEvent& event) {
  if (time_) time_->take(event);
  if (line_) line_->take(event);
}

int LineRecording::end() {
  line_.reset();  // looks at its line once more
  if (!writer_ || writer_->good()) return kAsExpected;
  return complain(kEnvironment, path_ + ": cannot be written");
}

}  // namespace p1rig
