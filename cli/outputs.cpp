#include "cli/outputs.h"

#include <fmt/core.h>

#include "simulator/line/recording.h"
#include "simulator/line/recording_note.h"
#include "simulator/output_file.h"

namespace p1rig {

void add_force_option(Options& options) {
  options.flag("force", "replace files that are there, though p1rig has not written them");
}

OutputGuard guard_of(const Options& options) {
  OutputGuard guard(options.has("force"));
  for (const char* const input : {"key-file", "new-key-file", "counter-file", "waivers"}) {
    if (const auto file = options.get(input)) guard.reads(*file);
  }
  return guard;
}

OutputGuard guard_of(const Options& options, const ChosenMeter& chosen) {
  OutputGuard guard = guard_of(options);
  for (const std::string& file : chosen.files()) guard.reads(file);
  return guard;
}

int open_output(const Options& options, const std::string& option, const OutputKind& kind,
                OutputGuard& guard, std::ofstream& file) {
  const auto path = options.get(option);
  if (!path) return kAsExpected;
  if (const auto claimed = guard.claim(*path, kind); !claimed) {
    return complain(kUsage, "--" + option + ": " + claimed.error().message);
  }
  // Held until the stream is open, too: the reader of a FIFO leaves with its last writer.
  const auto held = open_output_file(*path);
  if (!held) return complain(kEnvironment, "--" + option + ": " + held.error().message);
  file.open(*path);
  if (file) return kAsExpected;
  return complain(kEnvironment, "--" + option + ": " + *path + ": cannot be written");
}

int claim_recording(std::string_view option, const std::string& path, OutputGuard& guard) {
  auto claimed = guard.claim(path, kRecordingKind);
  if (claimed) claimed = guard.claim(note_path(path), kNoteKind);
  if (claimed) return kAsExpected;
  return complain(kUsage, fmt::format("{}: {}", option, claimed.error().message));
}

}  // namespace p1rig
