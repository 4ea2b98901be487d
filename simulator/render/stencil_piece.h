#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace p1rig {

/// Digits of a telegram that follow from one word of a record: up to nine in up to three groups of up
/// to three, the lowest first.
struct StencilPiece {
  std::uint16_t slot;                 ///< of the word
  std::array<std::uint16_t, 3> at;    ///< where the groups are in the text
  std::array<std::uint32_t, 3> crcs;  ///< where their tables of CRCs begin
};

/// How many digits the groups have, the lowest first, 0 if there is none.
using GroupWidths = std::array<std::uint8_t, 3>;

/// Where a record of a clock that is set has the time: as seconds since 1970, the date and the time of
/// day as six digits each.
inline constexpr std::uint32_t kStencilTime = 0, kStencilDate = 2, kStencilClock = 3;

/// Bytes of a window.
inline constexpr std::size_t kStencilWindow = 8;

/// Writes the digits of pieces of the same widths. Returns the XOR of what their CRC tables say.
using PutPieces = unsigned (*)(std::span<const StencilPiece> pieces, const std::uint32_t* record,
                               const std::uint16_t* crcs, char* text);
PutPieces put_of(const GroupWidths& widths);

}  // namespace p1rig
