#include "conformance/report/markdown_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "simulator/files/visible.h"

namespace p1rig {

std::string markdown_text(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    const auto byte = static_cast<unsigned char>(c);
    // Those that mean nothing within a line stay, to keep the source readable.
    if (byte < 0x80 && std::ispunct(byte) != 0 &&
        std::string_view(".,:;-/()%?\"'").find(c) == std::string_view::npos) {
      out += '\\';
    }
    out += c;
  }
  return out;
}

std::string markup_text(std::string_view text) {
  std::string out;
  for (const char c : visible(text)) {
    out += c == '<' ? "&lt;" : c == '&' ? "&amp;" : std::string(1, c);
  }
  return out;
}

std::string code_block(std::string_view text) {
  std::size_t longest = 2, here = 0;
  for (const char c : text) {
    here = c == '`' ? here + 1 : 0;
    longest = std::max(longest, here);
  }
  const std::string fence(longest + 1, '`');
  return fmt::format("{}text\n{}\n{}\n", fence, text, fence);
}

}  // namespace p1rig
