#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "conformance/mutants/mutant.h"

namespace p1rig {

// The mutants, a file for each family: framing.cpp, crc.cpp and so on. Those of the values are two:
// objects.cpp for what it expects of a telegram, values.cpp for what it reports. Each file has the
// short functions and, at its end, the rows. A new mutant is one row there and, unless it is a switch,
// one function. mutants() puts the rows together.

std::span<const Mutant> framing_mutants();
std::span<const Mutant> crc_mutants();
std::span<const Mutant> object_mutants();
std::span<const Mutant> value_mutants();
std::span<const Mutant> unit_mutants();
std::span<const Mutant> timestamp_mutants();
std::span<const Mutant> mbus_mutants();
std::span<const Mutant> log_mutants();
std::span<const Mutant> belgian_mutants();
std::span<const Mutant> hungarian_mutants();
std::span<const Mutant> encryption_mutants();
std::span<const Mutant> line_mutants();

/// Changes the bytes before the reader sees them.
constexpr Mutant byte_filter(std::string_view name, MutantFamily family, std::string_view summary,
                             void (*filter)(std::string& bytes, MutantState& state)) {
  return {.name = name, .family = family, .summary = summary, .bytes = filter};
}

/// Changes a decoded telegram; false if it rejects it.
constexpr Mutant telegram_filter(std::string_view name, MutantFamily family,
                                 std::string_view summary,
                                 bool (*filter)(Telegram& telegram, MutantState& state)) {
  return {.name = name, .family = family, .summary = summary, .telegram = filter};
}

/// Changes what is reported.
constexpr Mutant report_filter(std::string_view name, MutantFamily family, std::string_view summary,
                               void (*filter)(MutantReport& report, MutantState& state)) {
  return {.name = name, .family = family, .summary = summary, .report = filter};
}

/// Beliefs of crc.cpp that readers have, too, who cut telegrams wrongly.
std::optional<Reject> believe_all(const Telegram& telegram, const Dialect& dialect);
std::optional<Reject> believe_sums(const Telegram& telegram, const Dialect& dialect);

}  // namespace p1rig
