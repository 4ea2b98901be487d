#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace p1rig {

/// A time as it is written on the line: YYMMDDhhmmss and, from DSMR 4.0 on, S (summer) or W (standard).
/// Any twelve digits are kept: meters send impossible ones for "unset" (LUX-P1 1.1.3,
/// appendix A).
struct Timestamp {
  std::uint8_t year = 0;  ///< 0 to 99, of the century 2000
  std::uint8_t month = 0, day = 0, hour = 0, minute = 0, second = 0;
  char season = '\0';  ///< 'S', 'W', or NUL where none was written
  bool operator==(const Timestamp&) const = default;
};

/// The time that fills `text`: twelve digits, then 'S', 'W' or nothing; or "YY-MM-DD hh:mm:ss", as
/// the Itron ACE4000 has it. Digits are not judged.
std::optional<Timestamp> parse_timestamp(std::string_view text);
std::string to_string(const Timestamp& time);
/// "YY-MM-DD hh:mm:ss", without the letter.
std::string to_dashed_string(const Timestamp& time);

/// True if the digits are a date and a time of the calendar.
bool is_calendar_time(const Timestamp& time);

/// True for the stamps by which meters say "no value": 632525252525, 700101…, 000101… and all
/// other impossible dates (LUX-P1 1.1.3 appendix A, ndokter/dsmr_parser#120,
/// dsmr-reader#778 and #811).
bool is_unset(const Timestamp& time);

/// The instant, with the offset to UTC that S and W mean there. `normal_offset` is that of winter:
/// one hour in the Netherlands, two in Lithuania. A time without letter counts as standard time.
/// Nothing if is_unset(time).
std::optional<std::chrono::sys_seconds> to_instant(const Timestamp& time,
                                                   std::chrono::minutes normal_offset);

/// ISO 8601 with offset, "2010-12-09T11:30:20+01:00"; a time without letter has none.
std::string to_iso_string(const Timestamp& time, std::chrono::minutes normal_offset);

}  // namespace p1rig
