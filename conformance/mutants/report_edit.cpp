#include "conformance/mutants/report_edit.h"

#include <utility>

#include "protocol/decimal.h"

namespace p1rig {
namespace {

using Kind = ContractValue::Kind;

void edit_value(Obis code, ContractValue& value,
                const std::function<void(Obis, ContractValue&)>& edit) {
  if (value.kind == Kind::kText || value.kind == Kind::kTimed) edit(code, value);
  for (ContractValue& item : value.items) edit_value(code, item, edit);
}

void edit_tariff(Obis code, std::optional<std::string>& text,
                 const std::function<void(Obis, ContractValue&)>& edit) {
  if (!text) return;
  ContractValue value{.kind = Kind::kText, .text = *text};
  edit(code, value);
  text = value.kind == Kind::kText ? std::optional(value.text) : std::nullopt;
}

bool is_time(const std::string& text) {
  constexpr std::size_t kBetween = 10, kFace = 19;
  return text.size() >= kFace && text[kBetween] == 'T' && text[4] == '-';
}

}  // namespace

void edit_values(ContractTelegram& telegram,
                 const std::function<void(Obis, ContractValue&)>& edit) {
  for (auto& [code, value] : telegram.values) edit_value(code, value, edit);
  if (telegram.mbus) {
    for (ContractDevice& device : *telegram.mbus) {
      const auto channel = static_cast<std::uint8_t>(device.channel.value_or(1));
      edit_value({0, channel, 24, 2, 1}, device.reading, edit);
    }
  }
  edit_tariff({1, 0, 1, 8, 1}, telegram.import.normal, edit);
  edit_tariff({1, 0, 1, 8, 2}, telegram.import.low, edit);
  edit_tariff({1, 0, 2, 8, 1}, telegram.exported.normal, edit);
  edit_tariff({1, 0, 2, 8, 2}, telegram.exported.low, edit);
}

void edit_numbers(ContractTelegram& telegram,
                  const std::function<void(Obis, std::string&, std::string&)>& edit) {
  edit_values(telegram, [&](Obis code, ContractValue& value) {
    const std::size_t blank = value.text.find(' ');
    if (blank == std::string::npos || !parse_decimal(value.text.substr(0, blank))) return;
    std::string number = value.text.substr(0, blank), unit = value.text.substr(blank + 1);
    edit(code, number, unit);
    value.text = unit.empty() ? number : number + ' ' + unit;
  });
}

void edit_times(ContractTelegram& telegram, const std::function<void(Obis, std::string&)>& edit) {
  edit_values(telegram, [&](Obis code, ContractValue& value) {
    if (value.kind == Kind::kText && is_time(value.text)) edit(code, value.text);
    if (value.at && is_time(*value.at)) edit(code, *value.at);
    if (value.month && is_time(*value.month)) edit(code, *value.month);
  });
}

void edit_entries(ContractTelegram& telegram, Obis code,
                  const std::function<void(std::vector<ContractValue>&)>& edit) {
  ContractValue* const list = find_value(telegram, code);
  if (list != nullptr && list->kind == Kind::kList) edit(list->items);
}

void edit_each(ContractTelegram& telegram, Obis code,
               const std::function<void(ContractValue&)>& edit) {
  edit_entries(telegram, code, [&](std::vector<ContractValue>& entries) {
    for (ContractValue& entry : entries) edit(entry);
  });
}

ContractValue* find_value(ContractTelegram& telegram, Obis code) {
  const auto found = telegram.values.find(code);
  return found == telegram.values.end() ? nullptr : &found->second;
}

void swap_values(ContractTelegram& telegram, Obis a, Obis b) {
  ContractValue* const first = find_value(telegram, a);
  ContractValue* const second = find_value(telegram, b);
  if (first != nullptr && second != nullptr) std::swap(*first, *second);
}

std::string times_ten(const std::string& number, int exponent) {
  const auto decimal = parse_decimal(number);
  const auto result = decimal ? scaled(*decimal, exponent) : std::nullopt;
  return result ? to_plain_string(*result) : number;
}

}  // namespace p1rig
