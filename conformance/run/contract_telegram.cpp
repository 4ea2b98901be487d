#include "conformance/run/contract_telegram.h"

#include <algorithm>

#include "protocol/dialect.h"
#include "simulator/truth_text.h"

namespace p1rig {
namespace {

using Kind = ContractValue::Kind;

ContractValue single(const TruthField& field, const Zone& zone) {
  std::string text = truth_text(field, zone);
  if (text.empty()) return {};
  return {.kind = Kind::kText, .text = std::move(text)};
}

bool is_time(const TruthField& field) {
  return field.kind == TruthField::Kind::kTime || field.kind == TruthField::Kind::kUnset;
}

ContractValue timed(const TruthField& at, const std::string& value, const Zone& zone) {
  return {.kind = Kind::kTimed, .text = value, .at = truth_text(at, zone)};
}

/// A log or a list of months: `head` fields first, then entries of two, or three with a month.
ContractValue list_of(const std::vector<TruthField>& fields, std::size_t head, bool with_month,
                      const Zone& zone) {
  const std::size_t entry = with_month ? 3 : 2;
  ContractValue list{.kind = Kind::kList};
  for (std::size_t i = head; i + entry <= fields.size(); i += entry) {
    const std::size_t at = with_month ? i + 1 : i;
    ContractValue one = timed(fields[at], truth_text(fields[at + 1], zone), zone);
    if (with_month) one.month = truth_text(fields[i], zone);
    list.items.push_back(std::move(one));
  }
  return list;
}

ContractValue value_of(const TruthEntry& entry, const Zone& zone) {
  constexpr Obis kFailureLog{1, 0, 99, 97, 0};
  constexpr Obis kMonths{0, 0, 98, 1, 0};
  constexpr std::size_t kOldReading = 7;  // fields of 24.3.0 (DSMR-P1 3.0 §5.10)
  const auto& fields = entry.fields;
  if (entry.code == kFailureLog) return list_of(fields, 2, false, zone);
  // Hungary's list of the same code begins with a time.
  if (entry.code == kMonths && !fields.empty() && !is_time(fields[0]))
    return list_of(fields, 3, true, zone);
  if (is_mbus_object(entry.code) && entry.code.c == 24 && entry.code.d == 3) {
    if (fields.size() < kOldReading || fields[0].kind == TruthField::Kind::kUnset) return {};
    std::string value = truth_text(fields[6], zone);
    if (value.find(' ') == std::string::npos) value += " " + truth_text(fields[5], zone);
    return timed(fields[0], value, zone);
  }
  if (fields.size() == 1) return single(fields[0], zone);
  if (fields.size() == 2 && is_time(fields[0]) != is_time(fields[1])) {
    const TruthField& at = fields[is_time(fields[0]) ? 0 : 1];
    const TruthField& value = fields[is_time(fields[0]) ? 1 : 0];
    // Nothing is linked to a channel whose time is unset.
    if (is_mbus_object(entry.code) && at.kind == TruthField::Kind::kUnset) return {};
    return timed(at, truth_text(value, zone), zone);
  }
  ContractValue list{.kind = Kind::kList};
  for (const TruthField& field : fields) list.items.push_back(single(field, zone));
  return list;
}

std::optional<std::string> medium_word(Medium medium) {
  if (medium == Medium::kUnlinked) return std::nullopt;
  return std::string(to_string(medium));
}

ContractValues contract_values(const Truth& truth, const Zone& zone) {
  ContractValues values;
  for (const TruthEntry& entry : truth) values.try_emplace(entry.code, value_of(entry, zone));
  return values;
}

/// As printed. e-MUCS has a second one, which most meters send alone.
std::optional<std::string> identifier(const ContractValues& values, std::uint8_t channel) {
  for (const std::uint8_t e : {std::uint8_t{0}, std::uint8_t{1}}) {
    const auto found = values.find({0, channel, 96, 1, e});
    if (found != values.end() && found->second.kind == Kind::kText) return found->second.text;
  }
  return std::nullopt;
}

/// Which register is which: 1 is low in the Netherlands and normal in Belgium
/// (DSMR-P1 5.0.2 §7.1, e-MUCS H 1.3 §3.3.1).
void set_tariffs(const Dialect& dialect, ContractTelegram& telegram) {
  const std::uint8_t normal = dialect.normal_tariff;
  if (normal == 0) return;
  const auto text = [&](std::uint8_t c, std::uint8_t e) -> std::optional<std::string> {
    const auto found = telegram.values.find({1, 0, c, 8, e});
    if (found == telegram.values.end() || found->second.kind != Kind::kText) return std::nullopt;
    return found->second.text;
  };
  const auto low = static_cast<std::uint8_t>(3 - normal);
  telegram.import = {text(1, normal), text(1, low)};
  telegram.exported = {text(2, normal), text(2, low)};
}

}  // namespace

ContractTelegram contract_telegram(const MeterState& state, const Truth& truth,
                                   const Profile& profile) {
  ContractTelegram telegram{.values = contract_values(truth, profile.zone)};
  telegram.mbus.emplace();
  for (const MbusDevice& device : state.devices) {
    if (device.medium == Medium::kUnlinked || !device.time) continue;
    // The Truth of its reading says what is printed, and whether it is shown at all.
    for (const auto& [code, value] : telegram.values) {
      const bool its_reading =
          is_mbus_reading(code) && code.b == device.channel && value.kind == Kind::kTimed;
      if (!its_reading) continue;
      telegram.mbus->push_back({.channel = device.channel,
                                .medium = medium_word(device.medium),
                                .id = identifier(telegram.values, code.b),
                                .reading = value});
      break;
    }
  }
  set_tariffs(*profile.dialect, telegram);
  return telegram;
}

}  // namespace p1rig
