#include "cli/reader_choice.h"

#include <string_view>

#include "protocol/dialect.h"

namespace p1rig {

std::string dialect_of(const ReaderFile& reader) {
  constexpr std::string_view kUsual = "dsmr-5.0";
  if (reader.dialects.empty() || matches_any_glob(reader.dialects, kUsual)) {
    return std::string(kUsual);
  }
  for (const Dialect& dialect : dialects()) {
    if (matches_any_glob(reader.dialects, dialect.name)) return std::string(dialect.name);
  }
  return std::string(kUsual);
}

std::vector<std::string> dialects_of(const ReaderFile& reader) {
  std::vector<std::string> all = {dialect_of(reader)};
  for (const Dialect& dialect : dialects()) {
    const bool is_more = dialect.name != all.front();
    if (is_more && matches_any_glob(reader.dialects, dialect.name)) all.emplace_back(dialect.name);
  }
  return all;
}

}  // namespace p1rig
