#include "simulator/files/toml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace p1rig {
namespace {

bool is_bare(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

/// A text of several lines keeps them.
std::string toml_text_of(std::string_view text) {
  const bool in_lines = text.find('\n') != std::string_view::npos;
  std::string out = in_lines ? "\"\"\"\n" : "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if ((byte < ' ' && !(in_lines && c == '\n')) || byte == 0x7F) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + (in_lines ? "\"\"\"" : "\"");
}

std::string number(double value) {
  std::string text = fmt::format("{}", value);
  // TOML tells a number from an integer by its point.
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

}  // namespace

std::string toml_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, is_bare) ? std::string(key) : toml_text_of(key);
}

std::string toml_value(const Node& node) {
  if (const auto* text = node.string()) return toml_text_of(*text);
  if (const auto* integer = std::get_if<std::int64_t>(&node.value)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&node.value)) return number(*real);
  if (const auto* truth = std::get_if<bool>(&node.value)) return *truth ? "true" : "false";
  if (const auto* date = std::get_if<Node::Date>(&node.value)) return date->text;
  std::string items;
  if (const auto* array = node.array()) {
    for (const Node& item : *array) items += (items.empty() ? "" : ", ") + toml_value(item);
    return "[" + items + "]";
  }
  for (const auto& [key, value] : *node.table()) {
    items += (items.empty() ? "" : ", ") + toml_key(key) + " = " + toml_value(value);
  }
  return items.empty() ? "{}" : "{ " + items + " }";
}

std::string toml_lines(const Node::Table& table) {
  std::string lines;
  for (const auto& [key, value] : table) lines += toml_key(key) + " = " + toml_value(value) + "\n";
  return lines;
}

}  // namespace p1rig
