#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "simulator/render/layout.h"
#include "simulator/state.h"
#include "simulator/zone.h"

namespace p1rig {

/// A value without its sign in units of the hole's last digit, cut or rounded
/// as its kind asks.
std::int64_t in_last_digits(const Hole& hole, std::int64_t value);

/// The printed integer of a hole: registers wrap, others stop at all nines.
std::int64_t printed(const Hole& hole, std::int64_t value);

/// '*' and the hole's unit, if it has one.
void append_unit(const Hole& hole, std::string& out);

/// The digits of a printed integer with point and zeros, without unit.
void append_number(const ValueFormat& format, std::int64_t number, std::string& out);

/// What a hole of numbers or times prints, without unit.
void append_value(const Hole& hole, std::int64_t value, std::string_view unset_time,
                  const Zone& zone, std::string& out);

/// A time in the zone's clock, or `unset` for kUnsetTime.
void append_time(const ValueFormat& format, std::int64_t seconds, std::string_view unset,
                 const Zone& zone, std::string& out);

void append_hex(std::string_view text, std::string& out);

void append_crc(std::uint16_t crc, Segment::CrcForm form, std::string& out);

/// True for a hole of characters or bytes, which has no number.
bool asks_for_text(const Hole& hole);

/// The integer that a hole of numbers or times asks for, kUnsetTime for a time that is not known.
/// `index` is the entry of the list or the device in whose body the hole is.
std::int64_t value_of(const Hole& hole, const MeterState& state, std::size_t index);

/// The text of a hole that asks for one.
std::string_view text_of(const Hole& hole, const MeterState& state, std::size_t index);

}  // namespace p1rig
