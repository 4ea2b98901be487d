#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "simulator/layout.h"
#include "simulator/state.h"
#include "simulator/zone.h"

namespace p1rig {

/// A value without its sign in units of the hole's last digit, cut or rounded
/// as its kind asks.
std::int64_t in_last_digits(const Hole& hole, std::int64_t value);

/// The printed integer of a hole: registers wrap, others stop at all nines.
std::int64_t printed(const Hole& hole, std::int64_t value);

/// The digits of a printed integer with point and zeros, without unit.
void append_number(const ValueFormat& format, std::int64_t number, std::string& out);

/// A time in the zone's clock, or `unset` for kUnsetTime.
void append_time(const ValueFormat& format, std::int64_t seconds, std::string_view unset,
                 const Zone& zone, std::string& out);

void append_hex(std::string_view text, std::string& out);

/// The text of a hole that asks for one: of the device where it is one of a
/// device's.
std::string_view text_shown(const Hole& hole, const MeterState& state, const MbusDevice* device);

}  // namespace p1rig
