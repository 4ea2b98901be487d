#include "cli/reader_choice.h"

#include <algorithm>
#include <string_view>

#include "protocol/dialect.h"

namespace p1rig {

std::string dialect_of(const ReaderFile& reader) {
  constexpr std::string_view kUsual = "dsmr-5.0";
  const auto named = [&](std::string_view name) {
    return std::ranges::any_of(reader.dialects,
                               [&](const std::string& glob) { return matches_glob(glob, name); });
  };
  if (reader.dialects.empty() || named(kUsual)) return std::string(kUsual);
  for (const Dialect& dialect : dialects()) {
    if (named(dialect.name)) return std::string(dialect.name);
  }
  return std::string(kUsual);
}

}  // namespace p1rig
