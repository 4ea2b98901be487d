#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "conformance/mutants/mutant.h"
#include "protocol/telegram.h"

namespace p1rig {

// Helpers for the filters of several families.

template <class Predicate>
bool any_line(const Telegram& telegram, Predicate predicate) {
  return std::ranges::any_of(telegram.lines, predicate);
}

template <class Predicate>
bool any_bracket(const Telegram& telegram, Predicate predicate) {
  return any_line(telegram, [&](const DataLine& line) {
    return std::ranges::any_of(line.brackets,
                               [&](const Bracket& bracket) { return predicate(bracket.text); });
  });
}

/// Crashes if so; the telegram is not reported then.
bool crash_if(bool so, MutantState& state);

bool is_unset_time(std::string_view text);

bool is_mbus_code(const DataLine& line, std::uint8_t c, std::uint8_t d);

bool is_hungarian(const MutantState& state);

}  // namespace p1rig
