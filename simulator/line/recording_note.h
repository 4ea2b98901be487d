#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/line_settings.h"
#include "protocol/result.h"
#include "simulator/files/output_guard.h"

namespace p1rig {

/// The contents of the note beside a recording, `F.toml` beside `F.pcap`: what the format has no
/// field for. Never a key.
struct RecordingNote {
  std::string source = {};    ///< "p1rig simulate"
  std::string profile = {};   ///< empty if the meter is unknown
  std::string settings = {};  ///< "115200 8N1"; empty if unknown
  std::string line = {};      ///< the URI
  std::string seed = {};      ///< empty if nothing was random
  std::string details = {};   ///< anything else, for people
};

std::string note_path(std::string_view recording);

extern const OutputKind kNoteKind;

/// False for a recording that goes to a descriptor, such as "-" and /dev/fd/3: nothing is beside it.
bool has_note(const std::string& recording);

std::string print_note(const RecordingNote& note);

/// Replaces the note beside the recording, where it has one.
Result<void> write_note(const std::string& recording, const RecordingNote& note);

/// The note beside the recording; nothing if there is none, or none that can be read.
std::optional<RecordingNote> read_note(const std::string& recording);

/// "115200 8N1" as settings; nothing if it is something else.
std::optional<LineSettings> parse_settings(std::string_view text);
std::string print_settings(const LineSettings& settings);

}  // namespace p1rig
