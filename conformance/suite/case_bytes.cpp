#include "conformance/suite/case_bytes.h"

#include <fmt/core.h>

#include <charconv>
#include <cstddef>

#include "protocol/hex.h"

namespace p1rig {

void expand_bytes(Place place, std::string& text, Complaints& complaints) {
  constexpr std::size_t kMostBytes = 200'000;
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string::npos) return complaints.add(place, "'{' without '}'");
    const std::string inner = text.substr(at + 1, end - at - 1);
    const std::size_t star = inner.find('*');
    const auto bytes = parse_hex(inner.substr(0, star));
    std::size_t times = 1;
    if (star != std::string::npos) {
      const char* const last = inner.data() + inner.size();
      const auto [stop, error] = std::from_chars(inner.data() + star + 1, last, times);
      if (error != std::errc{} || stop != last) times = 0;
    }
    if (!bytes || bytes->empty() || times == 0 || times > kMostBytes / bytes->size()) {
      return complaints.add(
          place, fmt::format("\"{{{}}}\": expected bytes in hexadecimal, such as {{FF}}, and "
                             "at most {} of them, such as {{FF*1024}}",
                             inner, kMostBytes));
    }
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += *bytes;
    text.replace(at, end + 1 - at, all);
    at += all.size();
  }
}

}  // namespace p1rig
