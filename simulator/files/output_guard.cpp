#include "simulator/files/output_guard.h"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>

#include "protocol/ascii.h"
#include "protocol/dlms_frame.h"
#include "simulator/files/output_file.h"

namespace p1rig {
namespace {

namespace fs = std::filesystem;

/// /dev/null, /dev/stdout, the pipe of >(program): somebody else opened what they refer to.
/// What is stored in memory under /dev is a file like any other.
bool is_of_the_system(const fs::path& file) {
  const std::string name = file.string();
  const bool is_storage = name.starts_with("/dev/shm/") || name.starts_with("/dev/mqueue/");
  return (name.starts_with("/dev/") && !is_storage) || name.starts_with("/proc/");
}

constexpr std::size_t kMostOfTelegrams = std::size_t{1} << 16U;

std::string beginning_of(const fs::path& file, std::size_t most) {
  std::string bytes(most, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  return bytes;
}

/// The next line without its end, taken off `text`; nothing if it has no end.
std::optional<std::string_view> next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// "1-0:"
bool begins_with_obis_code(std::string_view line) {
  for (const char mark : {'-', ':'}) {
    const std::size_t digits =
        static_cast<std::size_t>(std::ranges::find_if_not(line, is_digit) - line.begin());
    if (digits == 0 || digits == line.size() || line[digits] != mark) return false;
    line.remove_prefix(digits + 1);
  }
  return true;
}

/// A capture that somebody made begins anywhere; a list of paths begins with '/', too.
bool begins_with_plain_telegram(std::string_view text) {
  const auto first = next_line(text);
  if (!first || first->size() < 5 || first->front() != '/') return false;
  if (!std::ranges::all_of(first->substr(1, 3), is_letter)) return false;
  if (const auto second = next_line(text); !second || !second->empty()) return false;
  bool has_data = false;
  for (;;) {
    // Nothing need follow the '!'.
    if (has_data && text.starts_with('!')) return true;
    const auto line = next_line(text);
    if (!line) return false;
    has_data = has_data || begins_with_obis_code(*line);
  }
}

bool begins_with_frame(std::string_view bytes) {
  const FrameHead head = read_frame_head(bytes);
  return head.verdict == FrameHead::Verdict::kFrame &&
         (head.size <= bytes.size() || bytes.size() >= kMostOfTelegrams);
}

bool begins_with_telegram(std::string_view bytes) {
  return begins_with_frame(bytes) || begins_with_plain_telegram(bytes);
}

}  // namespace

const OutputKind kTelegramsKind{"a file of telegrams", begins_with_telegram, kMostOfTelegrams};

void OutputGuard::reads(const fs::path& file) { taken_.push_back({target_of(file), file, false}); }

Result<void> OutputGuard::uses_stdout(std::string_view what) {
  if (!stdout_has_.empty()) {
    return fail("-: standard output is in use by " + stdout_has_ +
                "; name a file, or /dev/stdout to mix both");
  }
  stdout_has_ = what;
  return {};
}

Result<void> OutputGuard::claim(const fs::path& file) {
  if (file == "-") return uses_stdout("another output");
  std::error_code error;
  const bool regular = fs::is_regular_file(file, error);
  if (is_of_the_system(file) || (fs::exists(file, error) && !regular)) return {};
  const fs::path path = target_of(file);
  for (const Taken& taken : taken_) {
    // Two names of one file have one identity, or one inode.
    if (path != taken.target && !fs::equivalent(path, taken.target, error)) continue;
    return fail(file.string() + ": is " + (taken.written ? "written" : "read") +
                " by the same command; name another file");
  }
  taken_.push_back({path, file, true});
  return {};
}

Result<void> OutputGuard::claim(const fs::path& file, const OutputKind& kind) {
  if (auto claimed = claim(file); !claimed) return claimed;
  std::error_code error;
  if (force_ || file == "-" || is_of_the_system(file) || !fs::is_regular_file(file, error))
    return {};
  if (fs::file_size(file, error) == 0 || is_output_of(file, kind)) return {};
  if (kind.is_one == nullptr) {
    return fail(file.string() + ": exists already; name another file, or replace it with --force");
  }
  return fail(file.string() + ": exists and is not " + std::string(kind.name) +
              " written by p1rig; name another file, or replace it with --force");
}

bool is_output_of(const fs::path& file, const OutputKind& kind) {
  std::error_code error;
  return kind.is_one != nullptr && fs::is_regular_file(file, error) &&
         kind.is_one(beginning_of(file, kind.most));
}

}  // namespace p1rig
