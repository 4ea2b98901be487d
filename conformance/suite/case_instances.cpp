#include "conformance/suite/case_instances.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <string_view>

namespace p1rig {
namespace {

/// How many bytes of text the instances of a file may still have. None once they were too many.
using Budget = std::size_t;

std::string with(const std::string& text, std::string_view name, const std::string& value,
                 Budget& left) {
  const std::string mark = "{" + std::string(name) + "}";
  std::string replaced;
  for (std::size_t from = 0; left > 0;) {
    const std::size_t at = std::min(text.find(mark, from), text.size());
    const std::size_t size = at - from + (at < text.size() ? value.size() : 0);
    left -= std::min(left, size);
    replaced.append(text, from, at - from);
    if (at == text.size()) break;
    replaced += value;
    from = at + mark.size();
  }
  return replaced;
}

std::string word_of(const Node& value) {
  if (const auto* text = value.string()) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.value)) return std::to_string(*number);
  return {};
}

/// A copy in which "{name}" is replaced; a text that is nothing else becomes the value itself.
Node with(const Node& node, std::string_view name, const Node& value, Budget& left) {
  Node copy;
  copy.place = node.place;
  if (const auto* text = node.string()) {
    if (*text == fmt::format("{{{}}}", name)) {
      copy.value = value.value;
    } else {
      copy.value = with(*text, name, word_of(value), left);
    }
  } else if (const auto* array = node.array()) {
    Node::Array items;
    for (const Node& item : *array) items.push_back(with(item, name, value, left));
    copy.value = std::move(items);
  } else if (const auto* table = node.table()) {
    Node::Table entries;
    for (const auto& [key, item] : *table) {
      entries.push_back({with(key, name, word_of(value), left), with(item, name, value, left)});
    }
    copy.value = std::move(entries);
  } else {
    copy.value = node.value;
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
                   const std::string& name, const Node& value, Budget& left, Complaints& complaints,
                   const InstanceReader& read) {
  if (left == 0) return;
  Node copy = node;
  std::erase_if(std::get<Node::Table>(copy.value),
                [](const Node::Entry& entry) { return entry.key == "each"; });
  const auto put = [&](const std::string& mark, const Node& word) {
    if (word_of(word).empty()) {
      complaints.add(word.place, "each: expected texts or whole numbers");
    } else {
      copy = with(copy, mark, word, left);
    }
  };
  if (value.table() == nullptr) {
    put(name, value);
  } else {
    for (const auto& [key, word] : *value.table()) put(name + "." + key, word);
  }
  if (left == 0) return complaints.add(value.place, "each: expands to more than 16 MiB of cases");
  read(id + "-" + slug(suffix), copy);
}

}  // namespace

void for_each_instance(const std::string& id, const Node& node, std::size_t& left,
                       Complaints& complaints, const InstanceReader& read) {
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
      read_instance(id, word_of(value), node, name, value, left, complaints, read);
  } else {
    for (const auto& [suffix, value] : *values->table())
      read_instance(id, suffix, node, name, value, left, complaints, read);
  }
}

}  // namespace p1rig
