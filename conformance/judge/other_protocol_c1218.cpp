#include <fmt/format.h>

#include "conformance/judge/octets.h"
#include "conformance/judge/other_protocols.h"
#include "protocol/crc_algorithms.h"
#include "protocol/wording.h"

// Packets of ANSI C12.18, in which OSGP meters (ETSI GS OSG 001) speak at their ports:
// EE | identity | control | sequence | length, 2 | data | CRC-16/X-25, the lower byte first.

namespace p1rig {
namespace {

constexpr std::size_t kHead = 6;
constexpr std::size_t kCheck = 2;
constexpr std::size_t kMostData = 1024;
constexpr unsigned kReserved = 0x1C;  ///< bits of the control byte

/// Of the packet at the start, whose CRC is right; 0 if there is none.
std::size_t packet_size(std::string_view bytes) {
  static const CrcAlgorithm& x25 = *find_crc_algorithm("x-25");
  if (bytes.size() < kHead + 1 + kCheck || (octet_at(bytes, 2) & kReserved) != 0) return 0;
  const std::size_t data = big_endian_at(bytes, 4);
  if (data == 0 || data > kMostData || bytes.size() < kHead + data + kCheck) return 0;
  const bool right =
      crc_of(x25, bytes.substr(0, kHead + data)) == little_endian_at(bytes, kHead + data);
  return right ? kHead + data + kCheck : 0;
}

}  // namespace

std::optional<ProtocolSighting> find_c1218(std::string_view bytes) {
  ProtocolSighting seen;
  std::size_t covered = 0;
  for (std::size_t at = bytes.find('\xEE'); at != bytes.npos; at = bytes.find('\xEE', at + 1)) {
    const std::size_t size = packet_size(bytes.substr(at));
    if (size == 0) continue;
    if (seen.frames++ == 0) seen.offset = at;
    covered += size;
    at += size - 1;
  }
  // Among many bytes, one CRC is right by chance; not if most of them are covered by it.
  if (covered * 2 < bytes.size() || seen.frames == 0) return std::nullopt;
  seen.why = fmt::format("{} EE … with correct length and CRC", counted(seen.frames, "packet"));
  return seen;
}

}  // namespace p1rig
