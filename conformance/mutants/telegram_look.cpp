#include "conformance/mutants/telegram_look.h"

#include "protocol/dialect.h"
#include "protocol/timestamp.h"

namespace p1rig {

bool crash_if(bool so, MutantState& state) {
  state.crashed = so;
  return !so;
}

bool is_unset_time(std::string_view text) {
  const auto time = parse_timestamp(text);
  return time && time->season != '\0' && is_unset(*time);
}

bool is_mbus_code(const DataLine& line, std::uint8_t c, std::uint8_t d) {
  return line.code && is_mbus_object(line.code->code) && line.code->code.c == c &&
         line.code->code.d == d;
}

bool is_hungarian(const MutantState& state) { return state.dialect->name == "hu-eon"; }

}  // namespace p1rig
