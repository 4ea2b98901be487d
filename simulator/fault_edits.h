#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "simulator/fault.h"

namespace p1rig {

// The short functions behind the rows of the fault table: see fault.cpp. Each changes the passage
// and returns false, leaving it as it was, where it cannot apply.

using FaultEdit = bool(Passage&, const FaultRequest&, std::int64_t, std::uint64_t);

// Before the CRC.
FaultEdit miss_line, double_line, shuffle_lines, add_unknown_object, add_star_suffix, change_digits,
    drop_unit, use_watts, drop_star, make_negative, empty_value, end_with_lf, end_with_cr,
    drop_blank_line, add_blank_lines, lengthen_line, lengthen_message, put_slash_and_bang,
    shift_time, invalidate_time, reorder_mbus, swap_peak_brackets;

// How it is sealed.
FaultEdit use_other_key, use_other_authentication_key, replay_frame, repeat_counter, step_back,
    skip_counters, reset_counter, change_key, choose_control_bytes, fit_short_form, fit_form_81,
    fit_form_82, use_form_83, seal_twice, add_plain, leave_plain;

// On the frame.
FaultEdit flip_title, flip_length, flip_counter, flip_ciphertext, flip_tag, raise_length,
    lower_length;

// After it, or on the bytes of the frame.
FaultEdit wrong_crc, other_crc, drop_crc, lower_crc, unpad_crc, flip_bits, drop_bytes, insert_bytes,
    insert_nul, insert_ff, set_high_bits, insert_telnet, prepend_noise, cut_head, cut_tail, glue,
    lose_footer;

// On the line.
FaultEdit stall, drip, fall_silent, start_late, split_frame;

}  // namespace p1rig
