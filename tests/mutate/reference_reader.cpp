// The reference reader and nothing else, on stdin: what scripts/mutate.py breaks.

#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include "conformance/judge/reader.h"
#include "protocol/dialect.h"
#include "protocol/frame_cipher.h"

namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::optional<p1rig::FrameKeys> keys_of_file(const std::string& path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto keys = p1rig::parse_frame_keys(text);
  return keys ? std::optional(*keys) : std::nullopt;
}

}  // namespace

int main() {
  const p1rig::Dialect* const dialect = p1rig::find_dialect(variable("P1RIG_DIALECT"));
  if (dialect == nullptr) return 89;
  const auto say = [](std::string_view line) {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
    std::fflush(stdout);
  };
  p1rig::ReferenceReader reader(dialect, say, keys_of_file(variable("P1RIG_KEY_FILE")));
  std::array<char, 65536> bytes{};
  for (;;) {
    const ssize_t size = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (size <= 0) break;
    reader.feed({bytes.data(), static_cast<std::size_t>(size)});
  }
  reader.finish();
}
