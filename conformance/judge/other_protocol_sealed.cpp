#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "conformance/judge/octets.h"
#include "conformance/judge/other_protocols.h"
#include "protocol/framer.h"
#include "protocol/wording.h"

// A header in plain text and a body that is none, as Polish Elgama meters send it
// (esphome/issues#6500): '/', maker, 5, identification, an empty line, and then bytes of which all
// values are about as frequent. The header is right, so the rate is.

namespace p1rig {
namespace {

constexpr std::size_t kLongestHeader = 128;
constexpr std::size_t kLeastBody = 256;
constexpr std::size_t kMostBody = 512;  ///< enough to decide
constexpr std::ptrdiff_t kLeastValues = 128;

/// After the header and the empty line that the text begins with; npos if it does not.
std::size_t size_of_header(std::string_view text) {
  if (!is_header(text)) return text.npos;
  const std::size_t end = text.substr(0, kLongestHeader).find("\r\n\r\n");
  if (end == text.npos) return text.npos;
  const bool printable =
      std::ranges::all_of(text.substr(0, end), [](char c) { return c >= ' ' && c <= '~'; });
  return printable ? end + 4 : text.npos;
}

/// True for bytes like those of a cipher. Text has no values from 80 on, and repeats itself; a
/// disturbed telegram stays mostly text.
bool looks_sealed(std::string_view body) {
  // Frames that are known here may come after a header, too.
  const bool known = read_frame_head(body).verdict != FrameHead::Verdict::kNone;
  if (body.size() < kLeastBody || known) return false;
  std::array<bool, 256> seen{};
  std::size_t high = 0, control = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const unsigned octet = octet_at(body, i);
    seen[octet] = true;
    high += octet >= 0x80 ? 1 : 0;
    control += octet < ' ' ? 1 : 0;
  }
  // Of a cipher half of the bytes are high, one in eight is a control character, and of the 256
  // values there are as many as different balls come from an urn: 162 in 256 draws, 221 in 512.
  return high * 100 > body.size() * 35 && high * 100 < body.size() * 65 &&
         control * 100 > body.size() * 4 && std::ranges::count(seen, true) >= kLeastValues;
}

}  // namespace

std::optional<ProtocolSighting> find_sealed_behind_header(std::string_view bytes) {
  ProtocolSighting seen;
  std::string_view header;
  for (std::size_t at = bytes.find('/'); at != bytes.npos; at = bytes.find('/', at + 1)) {
    const std::size_t size = size_of_header(bytes.substr(at));
    if (size == bytes.npos || !looks_sealed(bytes.substr(at + size, kMostBody))) continue;
    if (seen.frames++ == 0) {
      seen.offset = at;
      header = bytes.substr(at, size - 4);
    }
    at += size;
  }
  if (seen.frames == 0) return std::nullopt;
  seen.why = fmt::format(
      "after the correct header \"{}\" comes what looks like ciphertext{}: the baud rate is right",
      header, seen.frames > 1 ? ", " + counted(seen.frames, "time") : "");
  return seen;
}

}  // namespace p1rig
