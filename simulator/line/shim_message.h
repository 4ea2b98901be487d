#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace p1rig {

// What the library that is preloaded into a reader (shim/modem_shim.cpp) says to the meter's side of
// a pseudo-terminal, and is answered. One datagram each way: nothing to set up, nothing to keep, so
// that readers may fork, use threads and close every descriptor. The library is linked to nothing of
// ours: this header needs no runtime.

enum class ShimOperation : std::uint32_t {
  kOpened = 1,   ///< the reader has opened the terminal
  kSetSettings,  ///< flags and baud as it wants them
  kGetSettings,  ///< answered with flags
  kSetLines,     ///< lines: TIOCM_… of those that are on (TIOCMSET)
  kRaiseLines,   ///< TIOCMBIS
  kDropLines,    ///< TIOCMBIC
  kGetLines,     ///< answered with lines
  kStartBreak,   ///< TIOCSBRK
  kEndBreak,     ///< TIOCCBRK
  kSendBreak,    ///< tcsendbreak()
};

/// A request, or the answer to one, which repeats the operation.
struct ShimMessage {
  ShimOperation operation = ShimOperation::kOpened;
  std::uint32_t lines = 0;  ///< TIOCM_RTS and so on
  std::uint32_t flags = 0;  ///< c_cflag of a termios
  std::uint32_t baud = 0;   ///< bits a second, where `flags` says BOTHER; else 0
  bool operator==(const ShimMessage&) const = default;
};

/// Magic, operation, lines, flags, baud: little-endian, 32 bits each.
using ShimDatagram = std::array<unsigned char, 20>;

inline constexpr std::uint32_t kShimMagic = 0x31315031;  // "1P11"

constexpr ShimDatagram encode_shim(const ShimMessage& message) {
  const std::array<std::uint32_t, 5> fields = {kShimMagic,
                                               static_cast<std::uint32_t>(message.operation),
                                               message.lines, message.flags, message.baud};
  ShimDatagram bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<unsigned char>(fields[i / 4] >> (8 * (i % 4)));
  }
  return bytes;
}

/// Nothing if the bytes are not a message.
constexpr std::optional<ShimMessage> decode_shim(std::string_view bytes) {
  if (bytes.size() != ShimDatagram{}.size()) return std::nullopt;
  std::array<std::uint32_t, 5> fields{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    fields[i / 4] |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i]))
                     << (8 * (i % 4));
  }
  if (fields[0] != kShimMagic || fields[1] < static_cast<std::uint32_t>(ShimOperation::kOpened) ||
      fields[1] > static_cast<std::uint32_t>(ShimOperation::kSendBreak)) {
    return std::nullopt;
  }
  return ShimMessage{static_cast<ShimOperation>(fields[1]), fields[2], fields[3], fields[4]};
}

}  // namespace p1rig
