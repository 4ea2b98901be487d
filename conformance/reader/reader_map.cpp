#include "conformance/reader/reader_map.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/decimal.h"
#include "protocol/json_depth.h"

namespace p1rig {
namespace {

using Json = nlohmann::json;
using Kind = ContractValue::Kind;

/// Discarded if it is not JSON or nests too deep.
Json parse(std::string_view text) {
  return is_shallow_json(text) ? Json::parse(text, nullptr, false) : Json(Json::value_t::discarded);
}

const Json* find(const Json& json, const std::string& path) {
  if (path.empty()) return nullptr;
  try {
    const Json::json_pointer pointer(path);
    return json.contains(pointer) ? &json.at(pointer) : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

/// A number as JSON has it, never with an exponent.
std::string digits_of(const Json& number) {
  if (!number.is_number_float()) return number.dump();
  std::array<char, 400> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number.get<double>(),
                                 std::chars_format::fixed);
  return {text.data(), end.ptr};
}

struct Mapper {
  const Json& json;

  std::string unit_of(const ReaderMapping& mapping) const {
    if (!mapping.unit.starts_with('/')) return mapping.unit;
    const Json* const unit = find(json, mapping.unit);
    return unit != nullptr && unit->is_string() ? unit->get<std::string>() : "";
  }

  std::string text_of(const Json& value, const ReaderMapping& mapping) const {
    std::string text = value.is_string()   ? value.get<std::string>()
                       : value.is_number() ? digits_of(value)
                                           : value.dump();
    const std::string unit = unit_of(mapping);
    if (!unit.empty() && (value.is_number() || parse_decimal(text))) text += " " + unit;
    return text;
  }

  /// Nothing for an object, which is not a value.
  std::optional<ContractValue> value_of(const Json& value, const ReaderMapping& mapping) const {
    // Nothing between the brackets comes out as one or the other.
    if (value.is_null() || value == "") return ContractValue{};
    if (value.is_object()) return std::nullopt;
    if (!value.is_array())
      return ContractValue{.kind = Kind::kText, .text = text_of(value, mapping)};
    ContractValue list{.kind = Kind::kList};
    for (const Json& item : value) {
      if (item.is_array()) return std::nullopt;
      auto one = value_of(item, mapping);
      if (!one) return std::nullopt;
      list.items.push_back(std::move(*one));
    }
    return list;
  }

  /// Empty for null; nothing if the map or the JSON has none.
  std::optional<std::string> time_of(const ReaderMapping& mapping) const {
    const Json* const at = find(json, mapping.at);
    if (at == nullptr) return std::nullopt;
    if (at->is_null()) return "";
    return at->is_string() ? at->get<std::string>() : at->dump();
  }
};

}  // namespace

std::optional<std::string> medium_of_target(std::string_view target) {
  constexpr std::string_view kBegin = "mbus[medium=";
  if (!target.starts_with(kBegin) || !target.ends_with(']')) return std::nullopt;
  target.remove_prefix(kBegin.size());
  target.remove_suffix(1);
  return std::string(target);
}

bool is_json_pointer(std::string_view text) {
  if (!text.starts_with('/')) return false;
  for (std::size_t at = text.find('~'); at != std::string_view::npos; at = text.find('~', at + 1)) {
    if (at + 1 == text.size() || (text[at + 1] != '0' && text[at + 1] != '1')) return false;
  }
  return true;
}

ContractLine apply_map(const std::vector<ReaderMapping>& map, std::string_view text) {
  if (is_deep_json(text)) return ContractBreach{"the reader's JSON " + std::string(kDeepJson)};
  const Json json = parse(text);
  if (json.is_discarded() && has_endless_number(text)) {
    return ContractBreach{"the reader's JSON " + std::string(kEndlessNumber)};
  }
  if (!json.is_structured()) return ContractLog{};
  const Mapper mapper{json};
  ContractTelegram telegram;
  bool found_any = false, has_devices = false;
  std::vector<ContractDevice> devices;
  for (const ReaderMapping& mapping : map) {
    const auto medium = medium_of_target(mapping.target);
    has_devices = has_devices || medium;
    const Json* const found = find(json, mapping.path);
    if (found == nullptr) continue;
    auto value = mapper.value_of(*found, mapping);
    if (!value) {
      return ContractBreach{"[map] \"" + mapping.target + "\": at " + mapping.path + " there is " +
                            (found->is_object() ? "an object" : "an array of more") +
                            ", expected a value"};
    }
    found_any = true;
    const auto at = mapper.time_of(mapping);
    if (medium) {
      if (value->kind != Kind::kText) continue;
      devices.push_back(
          {.medium = medium, .reading = {.kind = Kind::kTimed, .text = value->text, .at = at}});
      continue;
    }
    if (at && value->kind == Kind::kText) {
      value = ContractValue{.kind = Kind::kTimed, .text = value->text, .at = at};
    }
    telegram.values[parse_obis(mapping.target)->code] = std::move(*value);
  }
  if (!found_any) return ContractLog{};
  if (has_devices) telegram.mbus = std::move(devices);
  return telegram;
}

std::vector<std::string> missing_paths(const std::vector<ReaderMapping>& map,
                                       std::string_view text) {
  std::vector<std::string> missing;
  const Json json = parse(text);
  if (!json.is_structured()) return missing;
  for (const ReaderMapping& mapping : map) {
    for (const std::string& path : {mapping.path, mapping.at, mapping.unit}) {
      if (path.starts_with('/') && find(json, path) == nullptr) missing.push_back(path);
    }
  }
  return missing;
}

std::vector<std::string> paths_in(std::string_view text) {
  std::vector<std::string> paths;
  const Json json = parse(text);
  if (!json.is_structured()) return paths;
  const Json flat = json.flatten();
  for (const auto& [path, value] : flat.items()) paths.push_back(path);
  return paths;
}

}  // namespace p1rig
