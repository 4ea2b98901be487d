#include "conformance/case_instances.h"

#include <fmt/core.h>

#include <cctype>
#include <string_view>

namespace p1rig {
namespace {

std::string with(std::string text, std::string_view name, const std::string& value) {
  const std::string mark = "{" + std::string(name) + "}";
  for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    text.replace(at, mark.size(), value);
    at += value.size();
  }
  return text;
}

std::string word_of(const Node& value) {
  if (const auto* text = value.string()) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.value)) return std::to_string(*number);
  return {};
}

/// A copy in which "{name}" is replaced; a text that is nothing else becomes the value itself.
Node with(const Node& node, std::string_view name, const Node& value) {
  Node copy = node;
  if (auto* text = std::get_if<std::string>(&copy.value)) {
    if (*text == fmt::format("{{{}}}", name)) {
      copy.value = value.value;
    } else {
      *text = with(*text, name, word_of(value));
    }
  } else if (auto* array = std::get_if<Node::Array>(&copy.value)) {
    for (Node& item : *array) item = with(item, name, value);
  } else if (auto* table = std::get_if<Node::Table>(&copy.value)) {
    for (auto& [key, item] : *table) {
      key = with(key, name, word_of(value));
      item = with(item, name, value);
    }
  }
  return copy;
}

const Node* find_key(const Node& table, std::string_view key) {
  for (const auto& [name, node] : *table.table()) {
    if (name == key) return &node;
  }
  return nullptr;
}

/// In a suffix of an id: letters, digits, '.', '_' and '-'.
std::string slug(std::string text) {
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_') c = '-';
  }
  return text;
}

void read_instance(const std::string& id, const std::string& suffix, const Node& node,
                   const std::string& name, const Node& value, Complaints& complaints,
                   const InstanceReader& read) {
  Node copy = node;
  std::erase_if(std::get<Node::Table>(copy.value),
                [](const Node::Entry& entry) { return entry.key == "each"; });
  const auto put = [&](const std::string& mark, const Node& word) {
    if (word_of(word).empty()) {
      complaints.add(word.place, "each: expected texts or whole numbers");
    } else {
      copy = with(copy, mark, word);
    }
  };
  if (value.table() == nullptr) {
    put(name, value);
  } else {
    for (const auto& [key, word] : *value.table()) put(name + "." + key, word);
  }
  read(id + "-" + slug(suffix), copy);
}

}  // namespace

void for_each_instance(const std::string& id, const Node& node, Complaints& complaints,
                       const InstanceReader& read) {
  const Node* const each = find_key(node, "each");
  if (each == nullptr) return read(id, node);
  const bool one_name = each->table() != nullptr && each->table()->size() == 1;
  const Node* const values = one_name ? &each->table()->front().node : nullptr;
  if (values == nullptr || (values->array() == nullptr && values->table() == nullptr)) {
    return complaints.add(each->place,
                          "each: expected one name with an array of values, or a table of them");
  }
  const bool none =
      values->array() != nullptr ? values->array()->empty() : values->table()->empty();
  if (none) complaints.add(values->place, "each: expected at least one value");
  const std::string& name = each->table()->front().key;
  if (values->array() != nullptr) {
    for (const Node& value : *values->array())
      read_instance(id, word_of(value), node, name, value, complaints, read);
  } else {
    for (const auto& [suffix, value] : *values->table())
      read_instance(id, suffix, node, name, value, complaints, read);
  }
}

}  // namespace p1rig
