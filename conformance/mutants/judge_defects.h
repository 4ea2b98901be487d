#pragma once

#include <optional>

#include "conformance/judge/reader.h"

namespace p1rig {

// Wrong ways to decide whether a telegram may be believed.

std::optional<Reject> believe_all(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> believe_without_crc(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> require_crc(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> refuse_unpadded_crc(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> refuse_leading_zero(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> compare_low_byte(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> compare_two_digits(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> cover_without_bang(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> cover_without_slash(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> cover_without_line_ends(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> begin_with_ffff(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> swap_crc_bytes(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> believe_sums(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> believe_malformed_crc(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> cover_seven_bits(const Telegram& telegram, const Dialect& dialect);

}  // namespace p1rig
