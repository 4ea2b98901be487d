// Readers that are wrong about what Hungarian meters send.

#include <algorithm>
#include <array>
#include <cctype>

#include "conformance/mutants/mutant_rows.h"
#include "conformance/mutants/report_edit.h"
#include "conformance/mutants/telegram_look.h"
#include "protocol/timestamp.h"

namespace p1rig {
namespace {

constexpr auto kFamily = MutantFamily::kHungarian;

constexpr Obis kMonths{0, 0, 98, 1, 0};

bool crash_at_hungarian_months(Telegram& telegram, MutantState& state) {
  const DataLine* const line = telegram.find(kMonths);
  const bool begins_with_time = line != nullptr && !line->brackets.empty() &&
                                parse_timestamp(line->brackets[0].text).has_value();
  return crash_if(begins_with_time, state);
}

/// Looks for the entries of a list of peaks after three brackets.
bool read_months_as_peaks(Telegram& telegram, MutantState&) {
  for (DataLine& line : telegram.lines) {
    const bool is_hungarian = line.code && line.code->code == kMonths && line.brackets.size() > 4 &&
                              parse_timestamp(line.brackets[0].text).has_value();
    if (!is_hungarian) continue;
    // Without the time at its start the reference takes the rest for one.
    line.brackets.erase(line.brackets.begin());
  }
  return true;
}

bool refuse_text_enums(Telegram& telegram, MutantState&) {
  return !any_line(telegram, [](const DataLine& line) {
    const bool is_enum =
        line.code && line.code->code.c == 96 &&
        (line.code->code.d == 14 || line.code->code.d == 3 || line.code->code.d == 50);
    return is_enum && std::ranges::any_of(line.brackets, [](const Bracket& bracket) {
             return std::ranges::any_of(bracket.text, [](char c) {
               return std::isalpha(static_cast<unsigned char>(c)) != 0;
             });
           });
  });
}

void lose_month_list(MutantReport& report, MutantState& state) {
  if (is_hungarian(state)) report.telegram.values.erase(kMonths);
}

/// Each value of the Hungarian list under the meaning of the one before.
void shift_month_list(MutantReport& report, MutantState& state) {
  edit_entries(report.telegram, kMonths, [&](auto& values) {
    if (is_hungarian(state) && values.size() > 2) {
      std::rotate(values.begin() + 1, values.begin() + 2, values.end());
    }
  });
}

constexpr auto kRows = std::to_array<Mutant>({
    telegram_filter("hungarian-crash", kFamily,
                    "crashes on a list of months that begins with a time",
                    crash_at_hungarian_months),
    telegram_filter("hungarian-as-belgian", kFamily, "reads the Hungarian list as peaks",
                    read_months_as_peaks),
    telegram_filter("refuses-text-enums", kFamily, "rejects (ON) and (TARIFF 1)",
                    refuse_text_enums),
    report_filter("no-month-list", kFamily, "omits the Hungarian list", lose_month_list),
    report_filter("shifts-month-list", kFamily,
                  "reports each value of the list with another meaning", shift_month_list),
});

}  // namespace

std::span<const Mutant> hungarian_mutants() { return kRows; }

}  // namespace p1rig
