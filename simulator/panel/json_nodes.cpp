#include "simulator/panel/json_nodes.h"

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/json_depth.h"
#include "protocol/json_text.h"

namespace p1rig {
namespace {

using Foreign = nlohmann::json;

/// What a small body may hold is parsed in a moment.
constexpr std::size_t kMostValues = 10'000;

/// About how many values there are, for which nothing is built.
std::size_t values_in(std::string_view text) {
  std::size_t count = 1;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') in_string = !in_string;
    if (in_string && c == '\\') ++at;
    if (!in_string && (c == ',' || c == '[' || c == '{')) ++count;
  }
  return count;
}

class Converter {
 public:
  Converter(JsonNodes& nodes, std::string& why) : nodes_(nodes), why_(why) {}

  bool convert(const Foreign& json, const std::string& pointer, Node& node) {
    nodes_.pointers.push_back(pointer);
    node.place = {static_cast<std::uint32_t>(nodes_.pointers.size()), 1};
    if (json.is_object()) {
      Node::Table table;
      for (const auto& [key, value] : json.items()) {
        table.push_back({key, {}});
        if (!convert(value, pointer + "/" + escaped(key), table.back().node)) return false;
      }
      node.value = std::move(table);
    } else if (json.is_array()) {
      Node::Array array(json.size());
      for (std::size_t i = 0; i < json.size(); ++i) {
        if (!convert(json[i], pointer + "/" + std::to_string(i), array[i])) return false;
      }
      node.value = std::move(array);
    } else if (json.is_string()) {
      node.value = json.get<std::string>();
    } else if (json.is_boolean()) {
      node.value = json.get<bool>();
    } else if (json.is_number_float()) {
      node.value = json.get<double>();
    } else if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) {
      return refuse(pointer, "the number is too large");
    } else if (json.is_number()) {
      node.value = json.get<std::int64_t>();
    } else {
      return refuse(pointer, "null is no value: leave the key out");
    }
    return true;
  }

 private:
  static std::string escaped(const std::string& key) {
    std::string out;
    for (const char c : key) out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    return out;
  }
  bool refuse(const std::string& pointer, const char* reason) {
    why_ = (pointer.empty() ? "the body" : pointer) + ": " + reason;
    return false;
  }

  JsonNodes& nodes_;
  std::string& why_;
};

Foreign json_tree(const Node& node) {
  if (const auto* text = node.string()) return *text;
  if (const auto* integer = std::get_if<std::int64_t>(&node.value)) return *integer;
  if (const auto* real = std::get_if<double>(&node.value)) return *real;
  if (const auto* truth = std::get_if<bool>(&node.value)) return *truth;
  if (const auto* date = std::get_if<Node::Date>(&node.value)) return date->text;
  if (const auto* array = node.array()) {
    Foreign list = Foreign::array();
    for (const Node& item : *array) list.push_back(json_tree(item));
    return list;
  }
  Foreign table = Foreign::object();
  for (const auto& [key, value] : *node.table()) table[key] = json_tree(value);
  return table;
}

}  // namespace

std::string_view JsonNodes::pointer_of(Place place) const {
  return place.line == 0 || place.line > pointers.size()
             ? ""
             : std::string_view(pointers[place.line - 1]);
}

std::optional<JsonNodes> parse_json_nodes(std::string_view text, std::string& why) {
  if (!is_shallow_json(text)) {
    why = "the body " + std::string(kDeepJson);
    return std::nullopt;
  }
  if (values_in(text) > kMostValues) {
    why = "the body has more than " + std::to_string(kMostValues) + " values";
    return std::nullopt;
  }
  JsonNodes nodes;
  try {
    if (Converter(nodes, why).convert(Foreign::parse(text), "", nodes.root)) return nodes;
  } catch (const Foreign::parse_error& error) {
    why = "the body is not JSON, at byte " + std::to_string(error.byte) + " or shortly before";
  } catch (const Foreign::out_of_range&) {
    why = "the body " + std::string(kEndlessNumber);
  }
  return std::nullopt;
}

std::string json_of(const Node& node) { return json_text(json_tree(node)); }

std::string json_of(const std::vector<Complaint>& complaints, const JsonNodes& nodes) {
  Foreign list = Foreign::array();
  for (const auto& [place, message] : complaints) {
    Foreign entry = {{"pointer", nodes.pointer_of(place)}, {"detail", message}};
    // A complaint about what there was before says which it is.
    if (place.line == 0 && place.column > 0) entry["id"] = place.column;
    list.push_back(std::move(entry));
  }
  return json_text(list);
}

}  // namespace p1rig
