#pragma once

#include "conformance/mutants/mutant.h"

namespace p1rig {

// What bad readers make of a telegram that they take apart; false where they refuse it.

bool refuse_unknown_objects(Telegram& telegram, MutantState& state);
bool stop_at_unknown_object(Telegram& telegram, MutantState& state);
bool refuse_missing_objects(Telegram& telegram, MutantState& state);
bool crash_without_gas(Telegram& telegram, MutantState& state);
bool require_three_phases(Telegram& telegram, MutantState& state);
bool refuse_other_order(Telegram& telegram, MutantState& state);
bool go_by_position(Telegram& telegram, MutantState& state);
bool refuse_double(Telegram& telegram, MutantState& state);
bool crash_at_double(Telegram& telegram, MutantState& state);
bool crash_at_lower_case_crc(Telegram& telegram, MutantState& state);
bool refuse_empty_value(Telegram& telegram, MutantState& state);
bool crash_at_empty_value(Telegram& telegram, MutantState& state);
bool take_first_bracket(Telegram& telegram, MutantState& state);
bool refuse_inner_brackets(Telegram& telegram, MutantState& state);
bool refuse_second_bracket(Telegram& telegram, MutantState& state);
bool ignore_suffixed_codes(Telegram& telegram, MutantState& state);
bool crash_at_odd_codes(Telegram& telegram, MutantState& state);
bool refuse_missing_star(Telegram& telegram, MutantState& state);
bool refuse_missing_unit(Telegram& telegram, MutantState& state);
bool refuse_other_widths(Telegram& telegram, MutantState& state);
bool refuse_text_enums(Telegram& telegram, MutantState& state);
bool refuse_negative(Telegram& telegram, MutantState& state);
bool refuse_other_unit_case(Telegram& telegram, MutantState& state);
bool ignore_continuations(Telegram& telegram, MutantState& state);
bool refuse_continuations(Telegram& telegram, MutantState& state);
bool require_blank_line(Telegram& telegram, MutantState& state);
bool refuse_more_blank_lines(Telegram& telegram, MutantState& state);
bool require_five(Telegram& telegram, MutantState& state);
bool require_baud_digit(Telegram& telegram, MutantState& state);
bool refuse_blank_in_identification(Telegram& telegram, MutantState& state);
bool refuse_slash_in_identification(Telegram& telegram, MutantState& state);
bool refuse_backslash(Telegram& telegram, MutantState& state);
bool crash_at_long_text(Telegram& telegram, MutantState& state);
bool refuse_non_ascii(Telegram& telegram, MutantState& state);
bool refuse_unset_times(Telegram& telegram, MutantState& state);
bool crash_at_unset_times(Telegram& telegram, MutantState& state);
bool refuse_times_without_letter(Telegram& telegram, MutantState& state);
bool crash_in_spring_gap(Telegram& telegram, MutantState& state);
bool refuse_empty_log(Telegram& telegram, MutantState& state);
bool crash_at_empty_log(Telegram& telegram, MutantState& state);
bool crash_at_log_count(Telegram& telegram, MutantState& state);
bool refuse_full_log(Telegram& telegram, MutantState& state);
bool require_type_first(Telegram& telegram, MutantState& state);
bool end_at_unlinked(Telegram& telegram, MutantState& state);
bool refuse_no_peaks(Telegram& telegram, MutantState& state);
bool crash_at_many_peaks(Telegram& telegram, MutantState& state);
bool refuse_peak_value_first(Telegram& telegram, MutantState& state);
bool refuse_invalid_peak(Telegram& telegram, MutantState& state);
bool crash_at_hungarian_months(Telegram& telegram, MutantState& state);
bool read_months_as_peaks(Telegram& telegram, MutantState& state);

}  // namespace p1rig
