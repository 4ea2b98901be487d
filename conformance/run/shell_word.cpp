#include "conformance/run/shell_word.h"

#include <string_view>

namespace p1rig {

std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@,+{}";
  const auto holds = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  // {endpoint} is itself, but {a,b} and {1..3} are several words.
  const bool is_expanded = holds("{") && (holds(",") || holds(".."));
  const bool is_plain = text.find_first_not_of(kPlain) == std::string::npos;
  if (is_plain && !is_expanded && !text.empty()) return text;
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

}  // namespace p1rig
