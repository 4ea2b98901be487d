#include <fmt/format.h>

#include <algorithm>

#include "conformance/judge/octets.h"
#include "conformance/judge/other_protocols.h"
#include "protocol/crc_algorithms.h"
#include "protocol/wording.h"

// HDLC frames with a length field (ISO/IEC 13239), which need no bytes stuffed in between:
//
//   7E | format and length | destination | source | control | HCS | information | FCS | 7E
//        A0 or A8 and 11 bits, of DLMS      (in DLMS)         2                   2
//        80 2B, of the Belgian S1: one address FF, control 03, no HCS
//
// The length counts what is between the flags. HCS and FCS are CRC-16/X-25, the lower byte first.

namespace p1rig {
namespace {

constexpr char kFlag = '\x7E';
constexpr std::size_t kFormatSize = 2, kCheckSize = 2;
constexpr std::size_t kMostAddressOctets = 4;

bool is_check_right(std::string_view covered_and_check) {
  static const CrcAlgorithm& x25 = *find_crc_algorithm("x-25");
  const std::size_t size = covered_and_check.size() - kCheckSize;
  return crc_of(x25, covered_and_check.substr(0, size)) ==
         little_endian_at(covered_and_check, size);
}

/// The bytes between the flags of the frame at the start; empty if there is none.
std::string_view between_flags(std::string_view bytes, unsigned type) {
  if (bytes.size() < 3 || bytes[0] != kFlag) return {};
  const unsigned format = big_endian_at(bytes, 1);
  const std::size_t length = format & 0x7FFU;
  if (format >> 12 != type || length < 7 || length + 2 > bytes.size()) return {};
  return bytes[length + 1] == kFlag ? bytes.substr(1, length) : std::string_view();
}

/// After an address, whose last byte is the odd one; npos if it does not end.
std::size_t skip_address(std::string_view frame, std::size_t at) {
  for (std::size_t i = at; i < std::min(at + kMostAddressOctets, frame.size()); ++i) {
    if (octet_at(frame, i) % 2 == 1) return i + 1;
  }
  return std::string_view::npos;
}

/// The information of a DLMS frame, where its HCS is right, and nothing if there is no frame. A
/// frame without information has no HCS, and too little that speaks for it.
std::optional<std::string_view> information_of(std::string_view bytes) {
  const std::string_view frame = between_flags(bytes, 0xA);
  if (frame.empty()) return std::nullopt;
  const std::size_t source = skip_address(frame, kFormatSize);
  const std::size_t control = source == frame.npos ? source : skip_address(frame, source);
  if (control == frame.npos || control + 1 + 2 * kCheckSize >= frame.size()) return std::nullopt;
  const std::size_t begin = control + 1 + kCheckSize;
  if (!is_check_right(frame.substr(0, begin)) || !is_check_right(frame)) return std::nullopt;
  return frame.substr(begin, frame.size() - kCheckSize - begin);
}

constexpr std::string_view kLlcHeader("\xE6\xE7\x00", 3);  // IEC 62056-46

/// What DLMS calls the message, by its first byte after the LLC header.
std::string_view name_of(std::string_view information) {
  if (information.starts_with(kLlcHeader)) information.remove_prefix(kLlcHeader.size());
  if (information.empty()) return "part of a message";
  switch (octet_at(information, 0)) {
    case 0x0F:
      return "a data notification";
    case 0xDB:
      return "an encrypted message (general-glo-ciphering, DB): it also needs the operator's key";
    case 0xE0:
      return "a block of a message";
    default:
      return "part of a message";
  }
}

}  // namespace

std::optional<ProtocolSighting> find_dlms_hdlc(std::string_view bytes) {
  ProtocolSighting seen;
  std::string_view first;
  for (std::size_t at = bytes.find(kFlag); at != bytes.npos; at = bytes.find(kFlag, at + 1)) {
    const auto information = information_of(bytes.substr(at));
    if (!information) continue;
    if (seen.frames++ == 0) {
      seen.offset = at;
      first = *information;
    }
    // A flag may end one frame and begin the next.
    at += between_flags(bytes.substr(at), 0xA).size();
  }
  if (seen.frames == 0) return std::nullopt;
  seen.why =
      fmt::format("{} 7E A… 7E with correct length and check sequences; the first contains {}",
                  counted(seen.frames, "frame"), name_of(first));
  return seen;
}

std::optional<ProtocolSighting> find_s1(std::string_view bytes) {
  constexpr std::string_view kStart("\x7E\x80\x2B\xFF\x03", 5);
  ProtocolSighting seen;
  for (std::size_t at = bytes.find(kStart); at != bytes.npos; at = bytes.find(kStart, at + 1)) {
    const std::string_view frame = between_flags(bytes.substr(at), 0x8);
    if (frame.empty() || !is_check_right(frame)) continue;
    if (seen.frames++ == 0) seen.offset = at;
  }
  if (seen.frames == 0) return std::nullopt;
  seen.why = fmt::format("{} 7E 80 2B FF 03 of 45 bytes with a correct check sequence",
                         counted(seen.frames, "frame"));
  return seen;
}

}  // namespace p1rig
