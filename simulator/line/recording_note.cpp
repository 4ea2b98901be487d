#include "simulator/line/recording_note.h"

#include <array>
#include <charconv>

#include "simulator/files/document.h"
#include "simulator/files/output_file.h"

namespace p1rig {
namespace {

struct NoteKey {
  std::string_view name;
  std::string RecordingNote::*value;
};
constexpr std::array kKeys{
    NoteKey{"source", &RecordingNote::source},     NoteKey{"profile", &RecordingNote::profile},
    NoteKey{"settings", &RecordingNote::settings}, NoteKey{"line", &RecordingNote::line},
    NoteKey{"seed", &RecordingNote::seed},         NoteKey{"details", &RecordingNote::details},
};

constexpr std::string_view kFirstWords = "# How the recording beside this file was made";

/// A TOML string. What a terminal or TOML could take amiss is not worth keeping.
std::string toml_string(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c < ' ' || c > '~' ? '?' : c;
  }
  return quoted + '"';
}

}  // namespace

const OutputKind kNoteKind{"the note of a recording",
                           [](std::string_view text) { return text.starts_with(kFirstWords); }};

std::string note_path(std::string_view recording) {
  const std::size_t slash = recording.rfind('/');
  const std::size_t dot = recording.rfind('.');
  const bool has_suffix = dot != recording.npos && (slash == recording.npos || dot > slash + 1);
  return std::string(has_suffix ? recording.substr(0, dot) : recording) + ".toml";
}

bool has_note(const std::string& recording) { return !descriptor_of(recording); }

std::string print_note(const RecordingNote& note) {
  std::string text(kFirstWords);
  text += "; it has no field for these.\n";
  for (const NoteKey& key : kKeys) {
    const std::string& value = note.*key.value;
    if (!value.empty()) text += std::string(key.name) + " = " + toml_string(value) + "\n";
  }
  return text + "side = \"reader\"  # RX: what the meter sent; RTS: Data Request is active\n";
}

Result<void> write_note(const std::string& recording, const RecordingNote& note) {
  if (!has_note(recording)) return {};
  auto file = OutputFile::open(note_path(recording));
  if (!file) return tl::make_unexpected(file.error());
  return file->write(print_note(note));
}

std::optional<RecordingNote> read_note(const std::string& recording) {
  const auto document = read_document(note_path(recording));
  if (!document || document->root.table() == nullptr) return std::nullopt;
  RecordingNote note;
  for (const auto& [name, node] : *document->root.table()) {
    for (const NoteKey& key : kKeys) {
      if (name == key.name && node.string() != nullptr) note.*key.value = *node.string();
    }
  }
  return note;
}

std::optional<LineSettings> parse_settings(std::string_view text) {
  int baud = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), baud);
  const auto framing = text.substr(static_cast<std::size_t>(rest - text.data()));
  if (error != std::errc{} || baud <= 0 || !framing.starts_with(' ')) return std::nullopt;
  return parse_framing(framing.substr(1), baud);
}

std::string print_settings(const LineSettings& settings) {
  return std::to_string(settings.baud) + " " + framing_of(settings);
}

}  // namespace p1rig
