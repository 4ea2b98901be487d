#include "cli/outputs.h"

#include <fmt/core.h>

#include <utility>

#include "simulator/line/recording.h"
#include "simulator/line/recording_note.h"
#include "simulator/seal/counter_file.h"

namespace p1rig {

void add_force_option(Options& options) {
  options.flag("force", "replace existing files that p1rig did not write");
}

OutputGuard guard_of(const Options& options) {
  OutputGuard guard(options.has("force"));
  for (const char* const input :
       {"key-file", "new-key-file", "counter-file", "waivers", "panel-token-file"}) {
    if (const auto file = options.get(input)) guard.reads(*file);
  }
  if (const auto file = options.get("counter-file")) guard.reads(CounterFile::lock_of(*file));
  return guard;
}

OutputGuard guard_of(const Options& options, const ChosenMeter& chosen) {
  OutputGuard guard = guard_of(options);
  for (const std::string& file : chosen.files()) guard.reads(file);
  return guard;
}

int open_output(const Options& options, const std::string& option, const OutputKind& kind,
                OutputGuard& guard, std::optional<OutputFile>& file) {
  const auto path = options.get(option);
  if (!path) return kAsExpected;
  if (const auto claimed = guard.claim(*path, kind); !claimed) {
    return complain(kUsage, "--" + option + ": " + claimed.error().message);
  }
  auto opened = OutputFile::open(*path);
  if (!opened) return complain(kEnvironment, "--" + option + ": " + opened.error().message);
  file.emplace(std::move(*opened));
  return kAsExpected;
}

int claim_recording(std::string_view option, const std::string& path, OutputGuard& guard) {
  auto claimed = guard.claim(path, kRecordingKind);
  if (claimed && has_note(path)) claimed = guard.claim(note_path(path), kNoteKind);
  if (claimed) return kAsExpected;
  return complain(kUsage, fmt::format("{}: {}", option, claimed.error().message));
}

}  // namespace p1rig
