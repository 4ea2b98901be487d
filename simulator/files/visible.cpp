#include "simulator/files/visible.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "protocol/wording.h"
#include "simulator/files/utf8.h"

namespace p1rig {
namespace {

struct Range {
  std::uint32_t first, last;
};

/// Characters that are not seen, that change the order of others, or that XML does not allow.
constexpr auto kHidden = std::to_array<Range>({
    {0x80, 0x9F},      // controls of ISO 6429
    {0xAD, 0xAD},      // soft hyphen
    {0x061C, 0x061C},  // Arabic letter mark
    {0x180E, 0x180E},
    {0x200B, 0x200F},  // zero width, left-to-right marks
    {0x2028, 0x202E},  // line separators, embeddings, overrides
    {0x2060, 0x206F},  // isolates
    {0xE000, 0xF8FF},  // private use
    {0xFEFF, 0xFEFF},  // byte order mark
    {0xFFF9, 0xFFFF},
    {0xE0000, 0xE0FFF},  // tags
});

bool is_hidden(std::uint32_t code) {
  return (code & 0xFFFEU) == 0xFFFEU || std::ranges::any_of(kHidden, [&](const Range& range) {
           return code >= range.first && code <= range.last;
         });
}

}  // namespace

std::string visible(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 16);
  for (std::size_t at = 0; at < bytes.size();) {
    const char c = bytes[at];
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80) {
      const Utf8Character character = first_character(bytes.substr(at));
      if (character.size == 0) {
        text += fmt::format("\\x{:02X}", byte);
      } else if (is_hidden(character.code)) {
        text += fmt::format("\\u{{{:X}}}", character.code);
      } else {
        text += bytes.substr(at, character.size);
      }
      at += std::max<std::size_t>(character.size, 1);
      continue;
    }
    ++at;
    if (c == '\r') {
      text += "\\r";
    } else if (c == '\n') {
      text += "\\n";
    } else if (c == '\t') {
      text += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      text += fmt::format("\\x{:02X}", byte);
    } else if (c == '\\' && at < bytes.size() &&
               std::string_view("rntxu").find(bytes[at]) != std::string_view::npos) {
      text += "\\x5C";
    } else {
      text += c;
    }
  }
  return text;
}

std::string visible(std::string_view bytes, std::size_t most) {
  if (bytes.size() <= most) return visible(bytes);
  // Not within a character.
  while (most > 0 && (static_cast<unsigned char>(bytes[most]) & 0xC0U) == 0x80) --most;
  return visible(bytes.substr(0, most)) + fmt::format("… ({})", counted(bytes.size(), "byte"));
}

std::string visible_text(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines += visible(text.substr(0, end));
    if (end == std::string_view::npos) break;
    lines += '\n';
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace p1rig
