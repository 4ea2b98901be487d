#include "conformance/suite/case_expectation.h"

#include <fmt/core.h>

#include <optional>
#include <string_view>

#include "conformance/suite/case_bytes.h"
#include "protocol/obis.h"

namespace p1rig {
namespace {

std::optional<Expectation::Whole> whole(const std::string& word) {
  if (word == "values") return Expectation::Whole::kValues;
  if (word == "part") return Expectation::Whole::kPart;
  if (word == "nothing") return Expectation::Whole::kNothing;
  if (word == "either") return Expectation::Whole::kEither;
  if (word == "anything") return Expectation::Whole::kAnything;
  return std::nullopt;
}

bool read_devices(const Node& node, std::vector<ContractDevice>& devices) {
  if (node.array() == nullptr) return false;
  for (const Node& item : *node.array()) {
    if (item.table() == nullptr) return false;
    ContractDevice device{.reading = {.kind = ContractValue::Kind::kTimed}};
    for (const auto& [key, value] : *item.table()) {
      const auto* const number = std::get_if<std::int64_t>(&value.value);
      const auto* const text = value.string();
      if (key == "channel" && number != nullptr && *number >= 1 && *number <= 4) {
        device.channel = static_cast<int>(*number);
      } else if (text == nullptr) {
        return false;
      } else if (key == "medium") {
        device.medium = *text;
      } else if (key == "id") {
        device.id = *text;
      } else if (key == "at") {
        device.reading.at = *text;
      } else if (key == "value") {
        device.reading.text = *text;
      } else {
        return false;
      }
    }
    devices.push_back(std::move(device));
  }
  return true;
}

std::optional<ContractValue> contract_value(const Node& node, Complaints& complaints) {
  if (const auto* text = node.string()) {
    ContractValue one{.kind = ContractValue::Kind::kText, .text = *text};
    expand_bytes(node.place, one.text, complaints);
    return one;
  }
  if (const auto* array = node.array()) {
    ContractValue list{.kind = ContractValue::Kind::kList};
    for (const Node& item : *array) {
      auto value = contract_value(item, complaints);
      if (!value) return std::nullopt;
      list.items.push_back(std::move(*value));
    }
    return list;
  }
  if (node.table() == nullptr) return std::nullopt;
  ContractValue timed{.kind = ContractValue::Kind::kTimed};
  for (const auto& [key, value] : *node.table()) {
    const auto* const text = value.string();
    if (text == nullptr) return std::nullopt;
    if (key == "at") timed.at = *text;
    if (key == "month") timed.month = *text;
    if (key == "value") timed.text = *text;
  }
  return timed;
}

/// The value of { either = VALUE }.
const Node* alternative_in(const Node& node) {
  const Node::Table* const table = node.table();
  const bool is_one = table != nullptr && table->size() == 1 && table->front().key == "either";
  return is_one ? &table->front().node : nullptr;
}

}  // namespace

bool is_case_code(const std::string& text) {
  const std::string plain = text.starts_with("0-n:") ? "0-1:" + text.substr(4) : text;
  const auto code = parse_obis(plain);
  return code && code->form == ObisForm::kPlain;
}

CaseExpectation read_expectation(const Node& node, Complaints& complaints) {
  CaseExpectation one;
  const auto complain = [&](const Node& where, std::string_view message) {
    complaints.add(where.place, fmt::format("expect: {}", message));
  };
  if (const auto* word = node.string()) {
    if (const auto found = whole(*word)) {
      one.whole = *found;
    } else {
      complain(node,
               "expected \"values\", \"part\", \"nothing\", \"either\", \"anything\" or a table of "
               "OBIS codes");
    }
    return one;
  }
  if (node.table() == nullptr) {
    complain(node, "expected a word or a table");
    return one;
  }
  for (const auto& [key, value] : *node.table()) {
    const auto* const word = value.string();
    const Node* const either = alternative_in(value);
    if (key == "telegram") {
      const auto found = word == nullptr ? std::nullopt : whole(*word);
      if (!found) complain(value, "telegram: expected values, part, nothing, either or anything");
      one.whole = found.value_or(one.whole);
    } else if (key == "may_repeat") {
      one.may_repeat = std::get_if<bool>(&value.value) != nullptr && std::get<bool>(value.value);
    } else if (key == "mbus") {
      if (!read_devices(value, one.mbus.emplace())) {
        complain(value, "mbus: expected devices with channel (1 to 4), medium, id, at and value");
      }
    } else if (!is_case_code(key)) {
      complain(value, "\"" + key + "\" is not an OBIS code");
    } else if (word != nullptr && *word == "invalid") {
      one.invalid.push_back(key);
    } else if (word != nullptr && *word == "absent") {
      one.absent.push_back(key);
    } else if (word != nullptr && *word == "either") {
      one.optional.push_back(key);
    } else if (word != nullptr && *word == "anything") {
      one.anything.push_back(key);
    } else if (either != nullptr && either->string() != nullptr && either->string()->empty()) {
      complain(*either, key + ": either: expected a value");
    } else if (auto literal = contract_value(either == nullptr ? value : *either, complaints)) {
      // Empty brackets are a text of length 0, or no value: both are right (DSMR-P1 5.0.2 §6.4).
      const bool is_empty = word != nullptr && word->empty();
      if (is_empty || either != nullptr) one.optional.push_back(key);
      one.literal.emplace_back(key, std::move(*literal));
    } else {
      complain(value, key + ": expected a value as written in the reader contract");
    }
  }
  return one;
}

}  // namespace p1rig
