#include <fmt/format.h>

#include "conformance/judge/octets.h"
#include "conformance/judge/other_protocols.h"
#include "protocol/wording.h"

// The long frame of the wired M-Bus (EN 13757-2): 68 L L 68, L bytes, their sum, 16.

namespace p1rig {
namespace {

constexpr std::size_t kHead = 4;
constexpr std::size_t kTail = 2;
constexpr std::size_t kLeast = 3;  ///< control, address, kind of data

/// What is between head and tail of a frame at the start; empty if there is none.
std::string_view contents_of(std::string_view bytes) {
  if (bytes.size() < kHead + kLeast + kTail || bytes[0] != '\x68' || bytes[3] != '\x68') return {};
  const std::size_t size = octet_at(bytes, 1);
  if (octet_at(bytes, 2) != size || size < kLeast || bytes.size() < kHead + size + kTail) return {};
  const std::string_view contents = bytes.substr(kHead, size);
  unsigned sum = 0;
  for (std::size_t i = 0; i < size; ++i) sum += octet_at(contents, i);
  const bool right =
      (sum & 0xFFU) == octet_at(bytes, kHead + size) && octet_at(bytes, kHead + size + 1) == 0x16;
  return right ? contents : std::string_view();
}

}  // namespace

std::optional<ProtocolSighting> find_wired_mbus(std::string_view bytes) {
  ProtocolSighting seen;
  bool holds_dlms = false;
  for (std::size_t at = bytes.find('\x68'); at != bytes.npos; at = bytes.find('\x68', at + 1)) {
    const std::string_view contents = contents_of(bytes.substr(at));
    if (contents.empty()) continue;
    if (seen.frames++ == 0) seen.offset = at;
    // As Austrian meters send it: a title of eight bytes after DB, then encrypted data.
    holds_dlms = holds_dlms || contents.find("\xDB\x08") != contents.npos;
    at += kHead + contents.size() + kTail - 1;
  }
  if (seen.frames == 0) return std::nullopt;
  seen.why = fmt::format(
      "{} 68 L L 68 … 16 with correct lengths and checksums{}", counted(seen.frames, "frame"),
      holds_dlms ? "; DLMS is inside (DB), encrypted: it also needs the operator's key" : "");
  return seen;
}

}  // namespace p1rig
