#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "simulator/faults/fault.h"

namespace p1rig {

// The faults, a file for each stage: text.cpp, seal.cpp, frame.cpp, bytes.cpp (with crc.cpp, for those
// on the CRC) and line.cpp. Each has the short functions and, at its end, their rows. A new fault is
// one function and one row there. faults() puts the rows together.

std::span<const FaultRow> crc_faults();
std::span<const FaultRow> byte_faults();
std::span<const FaultRow> text_faults();
std::span<const FaultRow> seal_faults();
std::span<const FaultRow> frame_faults();
std::span<const FaultRow> line_faults();

inline constexpr auto kNowhere = FaultPlace::kNone;
inline constexpr auto kAtLine = FaultPlace::kLine;
inline constexpr auto kAtByte = FaultPlace::kByte;

/// A row for meters that seal their telegrams. It has no place.
constexpr FaultRow sealed_row(std::string_view id, std::string_view summary, std::string_view unit,
                              std::int64_t default_amount, FaultStage stage, bool tag_stays_right,
                              FaultEdit* apply) {
  return {id, summary, unit, default_amount, stage, tag_stays_right, kNowhere, apply, false, true};
}

/// The place that a request means: a byte, the beginning of a line, of the CRC or of an object's
/// first value; else any byte between the '/' and the '!'. In a frame there are bytes only; not the first.
std::optional<std::size_t> place_of(const Emission& emission, const FaultRequest& request,
                                    std::uint64_t random);

}  // namespace p1rig
