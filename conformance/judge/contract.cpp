#include "conformance/judge/contract.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/json_depth.h"
#include "protocol/json_text.h"

namespace p1rig {
namespace {

using Json = nlohmann::ordered_json;  ///< what is written
using Foreign = nlohmann::json;       ///< what is read: keys are not in order, but found fast

/// Discarded if it is not JSON or nests too deep.
Foreign parse(std::string_view text) {
  return is_shallow_json(text) ? Foreign::parse(text, nullptr, false)
                               : Foreign(Foreign::value_t::discarded);
}

/// Thrown inside this file only: exceptions are the simplest way out of nested values.
struct Breach {
  std::string message;
};

[[noreturn]] void breach(const std::string& where, const std::string& expected) {
  throw Breach{where + ": expected " + expected};
}

std::string text_of(const Foreign& json, const std::string& where) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number() || json.is_boolean()) return json.dump();
  breach(where, "a text");
}

/// "" for null, nothing for an absent key.
std::optional<std::string> optional_text(const Foreign& object, const char* key,
                                         const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end()) return std::nullopt;
  return found->is_null() ? std::string() : text_of(*found, where + '.' + key);
}

std::vector<std::string> texts(const Foreign& object, const char* key, const std::string& where) {
  std::vector<std::string> all;
  const auto found = object.find(key);
  if (found == object.end()) return all;
  if (!found->is_array()) breach(where + '.' + key, "an array of texts");
  for (const Foreign& text : *found) all.push_back(text_of(text, where + '.' + key));
  return all;
}

ContractValue timed_of(const Foreign& json, const std::string& where) {
  ContractValue value{.kind = ContractValue::Kind::kTimed};
  value.text = optional_text(json, "value", where).value_or("");
  value.at = optional_text(json, "at", where);
  value.month = optional_text(json, "month", where);
  return value;
}

ContractValue value_of(const Foreign& json, const std::string& where) {
  if (json.is_null()) return {};
  if (json.is_object()) {
    if (!json.contains("value") && !json.contains("at")) breach(where, "\"at\" or \"value\"");
    return timed_of(json, where);
  }
  if (!json.is_array()) return {.kind = ContractValue::Kind::kText, .text = text_of(json, where)};
  ContractValue list{.kind = ContractValue::Kind::kList};
  for (const Foreign& item : json) {
    if (item.is_array()) breach(where, "no array within an array");
    list.items.push_back(value_of(item, where));
  }
  return list;
}

ContractDevice device_of(const Foreign& json) {
  const std::string where = "mbus";
  if (!json.is_object()) breach(where, "an array of objects");
  ContractDevice device;
  if (const auto channel = json.find("channel"); channel != json.end()) {
    constexpr int kMost = 255;  // group B of an OBIS code is a byte
    if (!channel->is_number_integer() || *channel < 0 || *channel > kMost) {
      breach(where + ".channel", "a whole number from 0 to 255");
    }
    device.channel = channel->get<int>();
  }
  device.medium = optional_text(json, "medium", where);
  device.id = optional_text(json, "id", where);
  device.reading = timed_of(json, where);
  return device;
}

ContractTariffs tariffs_of(const Foreign& line, const char* key) {
  ContractTariffs tariffs;
  const auto found = line.find(key);
  if (found == line.end() || found->is_null()) return tariffs;
  if (!found->is_object()) breach(key, "an object");
  tariffs.normal = optional_text(*found, "normal", key);
  tariffs.low = optional_text(*found, "low", key);
  return tariffs;
}

ContractTelegram telegram_of(const Foreign& line) {
  ContractTelegram telegram;
  const Foreign& values = line["telegram"];
  if (!values.is_object()) breach("telegram", "an object");
  for (const auto& [key, json] : values.items()) {
    const auto code = parse_obis(key);
    if (!code) breach("telegram." + key, "an OBIS code such as \"1-0:1.7.0\" for a key");
    telegram.values[code->code] = value_of(json, "telegram." + key);
  }
  if (const auto mbus = line.find("mbus"); mbus != line.end() && !mbus->is_null()) {
    if (!mbus->is_array()) breach("mbus", "an array");
    telegram.mbus.emplace();
    for (const Foreign& device : *mbus) telegram.mbus->push_back(device_of(device));
  }
  telegram.import = tariffs_of(line, "import");
  telegram.exported = tariffs_of(line, "export");
  telegram.flags = texts(line, "flags", "line");
  return telegram;
}

ContractHello hello_of(const Foreign& json) {
  if (!json.is_object()) breach("hello", "an object");
  ContractHello hello;
  hello.name = optional_text(json, "name", "hello").value_or("");
  hello.version = optional_text(json, "version", "hello").value_or("");
  hello.dialects = texts(json, "dialects", "hello");
  hello.can = texts(json, "can", "hello");
  hello.claims = texts(json, "claims", "hello");
  if (const auto decimals = json.find("decimals"); decimals != json.end()) {
    constexpr int kMost = 9;
    if (!decimals->is_number_integer() || *decimals < 0 || *decimals > kMost) {
      breach("hello.decimals", "a whole number from 0 to 9");
    }
    hello.decimals = decimals->get<int>();
  }
  return hello;
}

Json json_of(const std::optional<std::string>& text) {
  return text && !text->empty() ? Json(*text) : Json(nullptr);
}

Json json_of(const ContractValue& value) {
  switch (value.kind) {
    case ContractValue::Kind::kNull:
      return nullptr;
    case ContractValue::Kind::kText:
      return value.text;
    case ContractValue::Kind::kTimed: {
      Json timed = Json::object();
      if (value.month) timed["month"] = json_of(value.month);
      if (value.at) timed["at"] = json_of(value.at);
      timed["value"] = json_of(std::optional(value.text));
      return timed;
    }
    case ContractValue::Kind::kList:
      break;
  }
  Json list = Json::array();
  for (const ContractValue& item : value.items) list.push_back(json_of(item));
  return list;
}

void add_tariffs(Json& line, const char* key, const ContractTariffs& tariffs) {
  if (tariffs.normal) line[key]["normal"] = *tariffs.normal;
  if (tariffs.low) line[key]["low"] = *tariffs.low;
}

ContractReject reject_of(const Foreign& json) {
  static constexpr std::array<std::string_view, 7> kReasons = {
      "crc", "syntax", "decrypt", "tag", "timeout", "oversize", "other"};
  if (!json.is_string() || std::ranges::find(kReasons, json.get<std::string>()) == kReasons.end()) {
    breach("reject", "crc, syntax, decrypt, tag, timeout, oversize or other");
  }
  return {json.get<std::string>()};
}

}  // namespace

ContractLine parse_contract_line(std::string_view line) {
  if (!line.starts_with('{')) return ContractLog{};
  if (is_deep_json(line)) return ContractBreach{"the line " + std::string(kDeepJson)};
  const Foreign json = parse(line);
  if (json.is_discarded()) {
    const auto key_at = std::min(line.find_first_not_of(" \t", 1), line.size());
    for (const std::string_view key : {"\"telegram\"", "\"hello\"", "\"reject\""}) {
      if (!line.substr(key_at).starts_with(key)) continue;
      return ContractBreach{
          "a line that begins with {" + std::string(key) +
          (has_endless_number(line) ? " " + std::string(kEndlessNumber) : " is not JSON in UTF-8")};
    }
  }
  if (!json.is_object()) return ContractLog{};
  try {
    if (json.contains("telegram")) return telegram_of(json);
    if (json.contains("hello")) return hello_of(json["hello"]);
    if (json.contains("reject")) return reject_of(json["reject"]);
  } catch (const Breach& found) {
    return ContractBreach{found.message};
  } catch (const Foreign::exception& error) {
    return ContractBreach{error.what()};
  }
  return ContractLog{};
}

std::optional<ContractValue> parse_contract_value(std::string_view text) {
  const Foreign json = parse(text);
  if (json.is_discarded()) return std::nullopt;
  try {
    return value_of(json, "value");
  } catch (const Breach&) {
    return std::nullopt;
  }
}

std::string to_json(const ContractValue& value) { return json_text(json_of(value)); }

std::string to_json(const ContractTelegram& telegram) {
  Json line = {{"telegram", Json::object()}};
  for (const auto& [code, value] : telegram.values) {
    line["telegram"][to_string(code)] = json_of(value);
  }
  if (telegram.mbus) {
    line["mbus"] = Json::array();
    for (const ContractDevice& device : *telegram.mbus) {
      Json one = json_of(device.reading);
      if (device.channel) one["channel"] = *device.channel;
      if (device.medium) one["medium"] = json_of(device.medium);
      if (device.id) one["id"] = json_of(device.id);
      line["mbus"].push_back(std::move(one));
    }
  }
  add_tariffs(line, "import", telegram.import);
  add_tariffs(line, "export", telegram.exported);
  if (!telegram.flags.empty()) line["flags"] = telegram.flags;
  return json_text(line);
}

}  // namespace p1rig
