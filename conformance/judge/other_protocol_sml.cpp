#include <fmt/format.h>

#include "conformance/judge/octets.h"
#include "conformance/judge/other_protocols.h"
#include "protocol/crc_algorithms.h"
#include "protocol/wording.h"

// The transport of SML (BSI TR-03109-1, as libsml reads it): 1B1B1B1B 01010101, messages in words of
// four bytes, 1B1B1B1B, 1A, the number of bytes filled in, CRC-16/X-25 of all before it, the lower
// byte first.

namespace p1rig {
namespace {

constexpr std::string_view kEscape("\x1B\x1B\x1B\x1B", 4);
constexpr std::string_view kBegin("\x1B\x1B\x1B\x1B\x01\x01\x01\x01", 8);
constexpr std::size_t kWord = 4;
constexpr std::size_t kLongest = 64 * 1024;

/// True if the message ends with a CRC that is right.
bool ends_right(std::string_view bytes) {
  static const CrcAlgorithm& x25 = *find_crc_algorithm("x-25");
  bytes = bytes.substr(0, kLongest);
  for (std::size_t at = kBegin.size(); at + 2 * kWord <= bytes.size(); at += kWord) {
    if (bytes.substr(at, kWord) != kEscape) continue;
    if (octet_at(bytes, at + kWord) == 0x1A) {
      const std::size_t covered = at + kWord + 2;
      return crc_of(x25, bytes.substr(0, covered)) == little_endian_at(bytes, covered);
    }
    at += kWord;  // four escapes among the data, or another escape
  }
  return false;
}

}  // namespace

std::optional<ProtocolSighting> find_sml(std::string_view bytes) {
  ProtocolSighting seen;
  std::uint64_t right = 0;
  for (std::size_t at = bytes.find(kBegin); at != bytes.npos;) {
    if (seen.frames++ == 0) seen.offset = at;
    const std::size_t next = bytes.find(kBegin, at + kBegin.size());
    if (ends_right(bytes.substr(at, next == bytes.npos ? next : next - at))) ++right;
    at = next;
  }
  if (seen.frames == 0) return std::nullopt;
  seen.why = fmt::format("{} with 1B1B1B1B 01010101, {} complete with a correct CRC",
                         counted(seen.frames, "beginning"), right);
  return seen;
}

}  // namespace p1rig
