#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

namespace p1rig::bench {

/// How many lines the bytes have: the least that a reader of lines must do.
inline std::size_t count_lines(std::string_view bytes) {
  std::size_t lines = 0;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (const void* const found = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
    ++lines;
    at = static_cast<const char*>(found) + 1;
    if (at == end) break;
  }
  return lines;
}

}  // namespace p1rig::bench
