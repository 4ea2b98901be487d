#include "conformance/suite/known_words.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "simulator/files/suggest.h"

namespace p1rig {

std::string unknown_word(std::string_view word, const std::vector<std::string_view>& known,
                         std::string_view listed) {
  std::string help = did_you_mean(word, known);
  if (help.empty()) {
    help = listed.empty() ? fmt::format(": expected one of {}", fmt::join(known, ", "))
                          : fmt::format(" ({})", listed);
  }
  return fmt::format("unknown \"{}\"{}", word, help);
}

std::string unknown_dialect(std::string_view glob) {
  return fmt::format("no dialect matches \"{}\" (`p1rig dialects` lists them)", glob);
}

void check_words(TableReader& table, std::string_view key, const std::vector<std::string>& words,
                 const std::vector<std::string_view>& known) {
  for (const std::string& word : words) {
    if (std::ranges::find(known, word) == known.end()) {
      table.complain(key, unknown_word(word, known));
    }
  }
}

}  // namespace p1rig
