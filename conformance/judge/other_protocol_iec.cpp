#include <fmt/format.h>

#include <algorithm>

#include "conformance/judge/octets.h"
#include "conformance/judge/other_protocols.h"
#include "protocol/wording.h"

// Blocks of IEC 62056-21, mode C: STX, data lines, ETX, and a check character (BCC), the XOR of all
// bytes after STX through ETX (ISO 1155). A whole readout has '!' CR LF before its ETX. P1 has the
// data lines without these three.

namespace p1rig {
namespace {

constexpr char kStx = '\x02';
constexpr char kEtx = '\x03';

struct Block {
  std::size_t size = 0;     ///< with the check character
  bool is_readout = false;  ///< all of it, up to '!'
};

/// The block at the start, whose check character is right; of size 0 if there is none.
Block read_block(std::string_view bytes) {
  unsigned check = 0;
  bool has_value = false;
  for (std::size_t at = 1; at + 1 < bytes.size(); ++at) {
    const char c = bytes[at];
    check ^= octet_at(bytes, at);
    if (c == kEtx) {
      if (!has_value || check != octet_at(bytes, at + 1)) return {};
      return {at + 2, bytes.substr(0, at).ends_with("!\r\n")};
    }
    if ((c < ' ' || c > '~') && c != '\r' && c != '\n') return {};
    has_value = has_value || c == ')';
  }
  return {};
}

}  // namespace

std::optional<ProtocolSighting> find_iec_blocks(std::string_view bytes) {
  ProtocolSighting seen;
  bool has_readout = false;
  for (std::size_t at = bytes.find(kStx); at != bytes.npos; at = bytes.find(kStx, at + 1)) {
    const Block block = read_block(bytes.substr(at));
    if (block.size == 0) continue;
    if (seen.frames++ == 0) seen.offset = at;
    has_readout = has_readout || block.is_readout;
    at += block.size - 1;
  }
  // One short block may be chance: the check has seven bits.
  if (!has_readout && seen.frames < 3) return std::nullopt;
  seen.why =
      fmt::format("{} STX … ETX with a correct check character", counted(seen.frames, "block"));
  return seen;
}

}  // namespace p1rig
