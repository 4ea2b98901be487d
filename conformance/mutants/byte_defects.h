#pragma once

#include <string>

#include "conformance/mutants/mutant.h"

namespace p1rig {

// What bad readers do to the bytes that come from the line, before they look for telegrams.

void strip_eighth_bit(std::string& bytes, MutantState& state);
void drop_high_bytes(std::string& bytes, MutantState& state);
void replace_high_bytes(std::string& bytes, MutantState& state);
void crash_at_high_bytes(std::string& bytes, MutantState& state);
void hang_at_ff(std::string& bytes, MutantState& state);
void speak_telnet(std::string& bytes, MutantState& state);
void hang_at_nul(std::string& bytes, MutantState& state);
void crash_at_nul(std::string& bytes, MutantState& state);
void cut_at_nul(std::string& bytes, MutantState& state);
void strip_flow_control(std::string& bytes, MutantState& state);
void lower_case(std::string& bytes, MutantState& state);
void unescape_backslash(std::string& bytes, MutantState& state);
void strip_blanks(std::string& bytes, MutantState& state);
void drop_empty_lines(std::string& bytes, MutantState& state);
void lose_byte_at_512(std::string& bytes, MutantState& state);
void read_one_line_a_time(std::string& bytes, MutantState& state);
void translate_line_ends(std::string& bytes, MutantState& state);
void crash_at_noise(std::string& bytes, MutantState& state);
void hang_at_single_bytes(std::string& bytes, MutantState& state);

}  // namespace p1rig
