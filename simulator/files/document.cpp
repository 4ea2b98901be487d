#include "simulator/files/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>

namespace p1rig {
namespace {

/// Thrown where toml++ finds itself in a state that it holds for impossible.
struct BrokenToml {};

[[noreturn]] void break_toml() { throw BrokenToml{}; }

}  // namespace
}  // namespace p1rig

// In an optimised build toml++ tells the compiler that what it asserts is true, and some files make
// it false: what would be undefined behaviour is an exception.
#undef NDEBUG
#define TOML_ASSERT(condition) ((condition) ? void() : ::p1rig::break_toml())
#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include "simulator/files/read_file.h"
#include "simulator/files/suggest.h"
#include "simulator/files/toml_scan.h"

namespace p1rig {
namespace {

Place place_of_node(const toml::node& node) {
  const auto& begin = node.source().begin;
  return {static_cast<std::uint32_t>(begin.line), static_cast<std::uint32_t>(begin.column)};
}

constexpr std::string_view kEmpty = "is empty, expected a value";

/// Why a text is not readable as one line; empty if it is. Empty texts are readable.
std::string flaw_of_line(std::string_view text) {
  if (!text.empty() && text.find_first_not_of(' ') == std::string_view::npos) {
    return "is blank, expected a value";
  }
  constexpr unsigned kDelete = 0x7F, kSecondSetBegin = 0x80, kSecondSetEnd = 0xA0;
  bool after_c2 = false;  // in UTF-8, U+0080 to U+009F are C2 and a byte
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool second_set = after_c2 && byte >= kSecondSetBegin && byte < kSecondSetEnd;
    if (byte < ' ' || byte == kDelete || second_set) {
      return fmt::format("contains the control character U+{:04X}", byte);
    }
    after_c2 = byte == 0xC2;
  }
  return {};
}

/// Nobody fixes more than that in one go.
constexpr std::size_t kMostShown = 100;

Node convert(const toml::node& from);

Node::Table convert_table(const toml::table& from) {
  Node::Table table;
  for (const auto& [key, node] : from) table.push_back({std::string(key.str()), convert(node)});
  // The library sorts keys; what a file says first should come first.
  std::ranges::stable_sort(table, {}, [](const Node::Entry& entry) {
    return std::pair(entry.node.place.line, entry.node.place.column);
  });
  return table;
}

Node convert(const toml::node& from) {
  Node node;
  node.place = place_of_node(from);
  if (const auto* table = from.as_table()) {
    node.value = convert_table(*table);
  } else if (const auto* array = from.as_array()) {
    Node::Array items;
    for (const auto& item : *array) items.push_back(convert(item));
    node.value = std::move(items);
  } else if (const auto* text = from.as_string()) {
    node.value = text->get();
  } else if (const auto* integer = from.as_integer()) {
    node.value = integer->get();
  } else if (const auto* number = from.as_floating_point()) {
    node.value = number->get();
  } else if (const auto* boolean = from.as_boolean()) {
    node.value = boolean->get();
  } else {
    // P1 times have their own forms: a date is kept as the text that it is.
    std::ostringstream written;
    if (const auto* time = from.as_date_time()) written << time->get();
    if (const auto* date = from.as_date()) written << date->get();
    if (const auto* clock = from.as_time()) written << clock->get();
    node.value = Node::Date{written.str()};
  }
  return node;
}

/// How far toml++ has read in a text that breaks it, which is some bytes further than where it breaks.
Place breaking_place(const std::string& text) {
  std::istringstream stream(text);
  try {
    static_cast<void>(toml::parse(stream));
  } catch (const BrokenToml&) {
  } catch (const toml::parse_error&) {
  }
  stream.clear();
  const auto end = text.begin() + stream.tellg();
  return {1 + static_cast<std::uint32_t>(std::count(text.begin(), end, '\n')), 1};
}

}  // namespace

std::string_view Node::kind() const {
  static constexpr std::array<std::string_view, 7> kNames = {"a string",
                                                             "an integer",
                                                             "a number",
                                                             "a boolean",
                                                             "an array",
                                                             "a table",
                                                             "a date or time without quotes"};
  return kNames.at(value.index());
}

Result<Document> parse_document(std::string file, std::string text) {
  const auto refuse = [&](Place place, std::string_view why) {
    Complaints complaints(file);
    complaints.add(place, why);
    return tl::make_unexpected(complaints.error());
  };
  if (const auto flaw = find_toml_flaw(text)) return refuse(flaw->place, flaw->what);
  try {
    const toml::table root = toml::parse(std::string_view(text), file);
    Document document{std::move(file), std::move(text), {}};
    document.root.value = convert_table(root);
    document.root.place = {1, 1};
    return document;
  } catch (const toml::parse_error& error) {
    const auto& begin = error.source().begin;
    std::string why(error.description());
    std::ranges::replace(why, '\n', ' ');  // it quotes what it saw
    return refuse({begin.line, begin.column}, why);
  } catch (const BrokenToml&) {
    return refuse(breaking_place(text), "is not valid TOML, here or shortly before");
  }
}

Result<Document> read_document(const std::filesystem::path& file) {
  auto text = read_file(file);
  if (!text) return tl::make_unexpected(text.error());
  return parse_document(file.string(), std::move(*text));
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0 || count > 1'000'000'000) return std::nullopt;
  const std::string_view unit(rest, static_cast<std::size_t>(text.data() + text.size() - rest));
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits = {
      {{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  for (const auto& [name, milliseconds] : kUnits) {
    if (unit != name) continue;
    const std::chrono::milliseconds duration(count * milliseconds);
    return duration <= kLongestDuration ? std::optional(duration) : std::nullopt;
  }
  return std::nullopt;
}

Error Complaints::error() const {
  std::string text;
  for (const auto& [place, message] : list_) {
    if (!text.empty()) text += '\n';
    text += file_;
    if (place.line > 0) {
      text += ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
    }
    text += ": " + message;
  }
  if (count_ > kMostShown) {
    text += "\n" + file_ + ": and " + std::to_string(count_ - kMostShown) + " more";
  }
  return Error{std::move(text)};
}

void Complaints::add(Place place, std::string_view message) {
  if (++count_ <= kMostShown) list_.push_back({place, std::string(message)});
}

TableReader::TableReader(std::string name, const Node* node, Complaints& complaints)
    : name_(std::move(name)), complaints_(complaints) {
  if (node == nullptr) return;
  place_ = node->place;
  table_ = node->table();
  if (table_ == nullptr) {
    complaints_.add(place_, name_ + ": expected a table, found " + std::string(node->kind()));
  }
}

const Node* TableReader::find(std::string_view key) {
  known_.push_back(key);
  if (table_ == nullptr) return nullptr;
  const auto entry =
      std::ranges::find(*table_, key, [](const auto& e) { return std::string_view(e.key); });
  return entry == table_->end() ? nullptr : &entry->node;
}

template <class T>
std::optional<T> TableReader::typed(std::string_view key, std::string_view expected) {
  const Node* node = find(key);
  if (node == nullptr) return std::nullopt;
  if (const T* value = std::get_if<T>(&node->value)) return *value;
  complaints_.add(node->place, std::string(key) + ": expected " + std::string(expected) +
                                   ", found " + std::string(node->kind()));
  return std::nullopt;
}

std::optional<std::string> TableReader::string(std::string_view key) {
  const auto text = line(key);
  if (!text || !text->empty()) return text;
  complain(key, kEmpty);
  return std::nullopt;
}

std::optional<std::string> TableReader::line(std::string_view key) {
  auto text = this->text(key);
  const std::string flaw = text ? flaw_of_line(*text) : "";
  if (flaw.empty()) return text;
  complain(key, flaw);
  return std::nullopt;
}

std::optional<std::string> TableReader::some_text(std::string_view key) {
  auto text = this->text(key);
  if (!text || !text->empty()) return text;
  complain(key, kEmpty);
  return std::nullopt;
}

std::optional<std::string> TableReader::text(std::string_view key) {
  return typed<std::string>(key, "a string");
}

std::optional<std::string> TableReader::time(std::string_view key) {
  const Node* node = find(key);
  const auto* date = node == nullptr ? nullptr : std::get_if<Node::Date>(&node->value);
  return date == nullptr ? string(key) : date->text;
}

std::optional<std::int64_t> TableReader::ranged(std::string_view key, std::int64_t from,
                                                std::int64_t to) {
  const auto number = typed<std::int64_t>(key, "an integer");
  if (!number || (*number >= from && *number <= to)) return number;
  complain(key, "expected " + std::to_string(from) +
                    (from == to ? "" : " to " + std::to_string(to)) + ", found " +
                    std::to_string(*number));
  return std::nullopt;
}

std::optional<bool> TableReader::boolean(std::string_view key) {
  return typed<bool>(key, "true or false");
}

std::optional<std::chrono::milliseconds> TableReader::duration(std::string_view key) {
  const auto text = string(key);
  if (!text) return std::nullopt;
  const auto duration = parse_duration(*text);
  if (!duration) {
    complain(key, "\"" + *text +
                      "\" is not a duration: expected a number and ms, s, min, h or d, such as "
                      "\"10s\", at most 36525d");
  }
  return duration;
}

std::optional<std::string> TableReader::word(std::string_view key,
                                             std::initializer_list<std::string_view> of) {
  return word(key, std::vector<std::string_view>(of));
}

std::optional<std::string> TableReader::word(std::string_view key,
                                             const std::vector<std::string_view>& of) {
  auto text = string(key);
  if (!text || std::ranges::find(of, *text) != of.end()) return text;
  std::string list;
  for (const std::string_view word : of) list += (list.empty() ? "" : ", ") + std::string(word);
  complain(key, "\"" + *text + "\" is not one of: " + list + did_you_mean(*text, of));
  return std::nullopt;
}

std::vector<std::string> TableReader::strings(std::string_view key) {
  std::vector<std::string> list = texts(key);
  const Node* node = find(key);
  if (node == nullptr || node->array() == nullptr) return list;
  for (const Node& item : *node->array()) {
    if (item.string() == nullptr) continue;
    const std::string flaw =
        item.string()->empty() ? std::string(kEmpty) : flaw_of_line(*item.string());
    if (!flaw.empty()) complaints_.add(item.place, std::string(key) + ": " + flaw);
  }
  std::erase_if(
      list, [](const std::string& text) { return text.empty() || !flaw_of_line(text).empty(); });
  return list;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  std::vector<std::string> list;
  const Node* node = find(key);
  if (node == nullptr) return list;
  const auto* items = node->array();
  if (items == nullptr) {
    complaints_.add(node->place, std::string(key) + ": expected an array of strings, found " +
                                     std::string(node->kind()));
    return list;
  }
  for (const Node& item : *items) {
    if (const auto* text = item.string()) {
      list.push_back(*text);
    } else {
      complaints_.add(item.place,
                      std::string(key) + ": expected a string, found " + std::string(item.kind()));
    }
  }
  return list;
}

std::vector<std::string> TableReader::some_strings(std::string_view key) {
  const Node* node = find(key);
  const auto* items = node == nullptr ? nullptr : node->array();
  if (items != nullptr && items->empty()) {
    complain(key, "is empty: name at least one, or leave it out");
  }
  return strings(key);
}

const Node* TableReader::node(std::string_view key) { return find(key); }

std::vector<const Node*> TableReader::tables(std::string_view key) {
  std::vector<const Node*> list;
  const Node* node = find(key);
  if (node == nullptr) return list;
  const auto* items = node->array();
  if (items == nullptr) {
    complaints_.add(node->place, std::string(key) + ": expected an array of tables, found " +
                                     std::string(node->kind()));
    return list;
  }
  for (const Node& item : *items) list.push_back(&item);
  return list;
}

void TableReader::require(std::string_view key) {
  if (find(key) != nullptr) return;
  complaints_.add(place_, name_ + ": " + std::string(key) + " is missing");
}

std::string TableReader::required_string(std::string_view key) {
  require(key);
  return string(key).value_or("");
}

std::string TableReader::required_text(std::string_view key) {
  require(key);
  return some_text(key).value_or("");
}

std::string TableReader::required_time(std::string_view key) {
  require(key);
  return time(key).value_or("");
}

Place TableReader::place_of(std::string_view key) const {
  if (table_ != nullptr) {
    for (const auto& [name, node] : *table_) {
      if (name == key) return node.place;
    }
  }
  return place_;
}

void TableReader::complain(std::string_view key, std::string_view message) {
  complaints_.add(place_of(key), std::string(key) + ": " + std::string(message));
}

void TableReader::finish() {
  if (table_ == nullptr) return;
  for (const auto& [key, node] : *table_) {
    if (std::ranges::find(known_, std::string_view(key)) != known_.end()) continue;
    complaints_.add(node.place,
                    name_ + ": unknown key \"" + key + "\"" + did_you_mean(key, known_));
  }
}

}  // namespace p1rig
