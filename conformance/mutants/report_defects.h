#pragma once

#include "conformance/mutants/mutant.h"

namespace p1rig {

// What bad readers tell otherwise than it was sent.

// Numbers and units.
void print_single_precision(MutantReport& report, MutantState& state);
void cut_decimals(MutantReport& report, MutantState& state);
void round_to_one_decimal(MutantReport& report, MutantState& state);
void round_to_two_decimals(MutantReport& report, MutantState& state);
void lose_point(MutantReport& report, MutantState& state);
void lose_sign(MutantReport& report, MutantState& state);
void lose_negative(MutantReport& report, MutantState& state);
void overflow_16_bits(MutantReport& report, MutantState& state);
void overflow_32_bits(MutantReport& report, MutantState& state);
void ignore_kilo(MutantReport& report, MutantState& state);
void take_watts_for_kilowatts(MutantReport& report, MutantState& state);
void lose_unit(MutantReport& report, MutantState& state);
void always_kilowatts(MutantReport& report, MutantState& state);
void always_amperes(MutantReport& report, MutantState& state);
void always_cubic_metres(MutantReport& report, MutantState& state);
void reactive_as_active(MutantReport& report, MutantState& state);
void joule_as_watt_hours(MutantReport& report, MutantState& state);
void volt_times_thousand(MutantReport& report, MutantState& state);

// Which value is which.
void swap_tariffs(MutantReport& report, MutantState& state);
void swap_directions(MutantReport& report, MutantState& state);
void swap_phases(MutantReport& report, MutantState& state);
void first_phase_for_all(MutantReport& report, MutantState& state);
void sum_of_phases(MutantReport& report, MutantState& state);
void zero_for_missing(MutantReport& report, MutantState& state);
void keep_old_value(MutantReport& report, MutantState& state);
void zero_for_null(MutantReport& report, MutantState& state);
void old_gas_with_new_power(MutantReport& report, MutantState& state);
void one_telegram_behind(MutantReport& report, MutantState& state);
void tell_twice(MutantReport& report, MutantState& state);
void tell_every_second(MutantReport& report, MutantState& state);
void forget_channel_1(MutantReport& report, MutantState& state);
void tell_first_only(MutantReport& report, MutantState& state);
void freeze_power(MutantReport& report, MutantState& state);
void lose_tariff_indicator(MutantReport& report, MutantState& state);
void tell_net_power(MutantReport& report, MutantState& state);

// Texts.
void cut_text(MutantReport& report, MutantState& state);
void text_as_number(MutantReport& report, MutantState& state);
void decode_wrongly(MutantReport& report, MutantState& state);
void garble_long_text(MutantReport& report, MutantState& state);

// Times.
void summer_as_winter(MutantReport& report, MutantState& state);
void winter_as_summer(MutantReport& report, MutantState& state);
void hour_later_in_summer(MutantReport& report, MutantState& state);
void no_offset(MutantReport& report, MutantState& state);
void drop_older(MutantReport& report, MutantState& state);
void label_as_utc(MutantReport& report, MutantState& state);
void fold_as_summer(MutantReport& report, MutantState& state);
void fold_as_winter(MutantReport& report, MutantState& state);
void offset_by_calendar(MutantReport& report, MutantState& state);
void swap_day_and_month(MutantReport& report, MutantState& state);
void century_before(MutantReport& report, MutantState& state);
void lose_seconds(MutantReport& report, MutantState& state);
void invent_time_for_unset(MutantReport& report, MutantState& state);
void central_european_always(MutantReport& report, MutantState& state);

// Devices on the M-Bus.
void gas_on_channel_one_only(MutantReport& report, MutantState& state);
void medium_by_channel(MutantReport& report, MutantState& state);
void everything_is_gas(MutantReport& report, MutantState& state);
void water_is_gas(MutantReport& report, MutantState& state);
void heat_is_gas(MutantReport& report, MutantState& state);
void heat_of_type_4_only(MutantReport& report, MutantState& state);
void last_device_only(MutantReport& report, MutantState& state);
void first_device_only(MutantReport& report, MutantState& state);
void one_device_a_medium(MutantReport& report, MutantState& state);
void two_channels_only(MutantReport& report, MutantState& state);
void same_reading_for_all(MutantReport& report, MutantState& state);
void sum_of_gas(MutantReport& report, MutantState& state);
void unset_reading_as_zero(MutantReport& report, MutantState& state);
void ignore_uncorrected_gas(MutantReport& report, MutantState& state);
void ignore_old_readings(MutantReport& report, MutantState& state);
void main_id_for_device(MutantReport& report, MutantState& state);
void ids_of_neighbours(MutantReport& report, MutantState& state);
void telegram_time_for_capture(MutantReport& report, MutantState& state);
void no_capture_time(MutantReport& report, MutantState& state);
void keep_old_reading(MutantReport& report, MutantState& state);
void lose_conclusions(MutantReport& report, MutantState& state);
void channels_from_zero(MutantReport& report, MutantState& state);

// Lists.
void lose_first_entry(MutantReport& report, MutantState& state);
void lose_last_entry(MutantReport& report, MutantState& state);
void five_entries(MutantReport& report, MutantState& state);
void pair_with_next_time(MutantReport& report, MutantState& state);
void overflow_durations(MutantReport& report, MutantState& state);
void durations_in_minutes(MutantReport& report, MutantState& state);
void start_for_end(MutantReport& report, MutantState& state);
void invent_entry_for_empty_log(MutantReport& report, MutantState& state);
void values_in_reverse(MutantReport& report, MutantState& state);
void twelve_peaks(MutantReport& report, MutantState& state);
void month_for_peak_time(MutantReport& report, MutantState& state);
void swap_month_and_time(MutantReport& report, MutantState& state);
void average_for_peak(MutantReport& report, MutantState& state);
void zero_peak_as_none(MutantReport& report, MutantState& state);
void keep_highest_peak(MutantReport& report, MutantState& state);
void dutch_tariffs(MutantReport& report, MutantState& state);
void belgian_tariffs(MutantReport& report, MutantState& state);
void tell_invalid_peaks(MutantReport& report, MutantState& state);
void limit_off_as_zero(MutantReport& report, MutantState& state);
void lose_month_list(MutantReport& report, MutantState& state);
void shift_month_list(MutantReport& report, MutantState& state);

}  // namespace p1rig
