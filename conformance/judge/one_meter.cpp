#include "conformance/judge/one_meter.h"

#include <fmt/format.h>

#include "conformance/judge/printable_text.h"

namespace p1rig {
namespace {

constexpr Obis kIdentifiers[] = {
    {0, 0, 96, 1, 0}, {0, 0, 96, 1, 1}, {0, 0, 42, 0, 0}, {1, 0, 0, 0, 0}};

}  // namespace

std::optional<std::string> OneMeter::take(const Telegram& telegram) {
  if (!identification_) identification_ = telegram.identification;
  if (telegram.identification != *identification_) {
    return fmt::format("there are two meters: one says /{}, another one /{}",
                       printable_text(*identification_), printable_text(telegram.identification));
  }
  for (const Obis& code : kIdentifiers) {
    const DataLine* const line = telegram.find(code);
    if (line == nullptr || line->brackets.empty() || line->brackets[0].text.empty()) continue;
    const auto [known, is_new] = identifiers_.try_emplace(to_string(code), line->brackets[0].text);
    if (!is_new && known->second != line->brackets[0].text) {
      return fmt::format("there are two meters: {} is ({}) and ({})", known->first,
                         printable_text(known->second), printable_text(line->brackets[0].text));
    }
  }
  return std::nullopt;
}

}  // namespace p1rig
