#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "protocol/result.h"

namespace p1rig {

// A TOML file as a tree that remembers every position, so that every complaint about a
// file says file:line:column. Only document.cpp includes the TOML library.

struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Node {
  struct Entry;
  using Array = std::vector<Node>;
  using Table = std::vector<Entry>;  ///< in the order of the keys' places
  /// A date or time without quotes, as TOML writes it.
  struct Date {
    std::string text;
  };
  std::variant<std::string, std::int64_t, double, bool, Array, Table, Date> value;
  Place place;

  const Table* table() const { return std::get_if<Table>(&value); }
  const Array* array() const { return std::get_if<Array>(&value); }
  const std::string* string() const { return std::get_if<std::string>(&value); }
  /// "a string", "a table" …, for messages.
  std::string_view kind() const;
};

/// A key of a table. No pair: Clang needs a pair's types complete too early.
struct Node::Entry {
  std::string key;
  Node node;
};

struct Document {
  std::string file;  ///< as it was named
  std::string text;  ///< the bytes of the file
  Node root;
};

/// Reads and parses a file; the error names file, line and column, or says why it cannot be read.
Result<Document> read_document(const std::filesystem::path& file);
Result<Document> parse_document(std::string file, std::string text);

/// A hundred years: as nanoseconds they still fit.
inline constexpr std::chrono::milliseconds kLongestDuration = std::chrono::days{36'525};

/// "10s", "5min", "1h", "500ms", "2d"; nothing if it is not a duration, or longer than a hundred years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

struct Complaint {
  Place place;
  std::string message;
};

/// Collects the complaints about one file; loaders continue after the first.
class Complaints {
 public:
  explicit Complaints(std::string file) : file_(std::move(file)) {}
  void add(Place place, std::string_view message);
  bool none() const { return count_ == 0; }
  /// A line each, and how many more there are beyond the first hundred.
  Error error() const;
  /// The first hundred.
  const std::vector<Complaint>& list() const { return list_; }

 private:
  std::string file_;
  std::vector<Complaint> list_;
  std::size_t count_ = 0;
};

/// Reads the keys of one table. Wrong types and missing keys are complained about at their position;
/// finish() complains about unknown keys.
class TableReader {
 public:
  /// `name` as in "[line]", for messages. `node` may be nullptr: a table that is not there.
  TableReader(std::string name, const Node* node, Complaints& complaints);

  bool exists() const { return table_ != nullptr; }
  Place place() const { return place_; }

  /// The value, or nothing if the key is absent, of another type or out of range. A string that is
  /// empty or blank has no meaning, and one with control characters is not a readable name:
  /// both are complained about. line() takes an empty one, some_text() control characters, such as
  /// line ends, and text() both, for those that may.
  std::optional<std::string> string(std::string_view key);
  std::optional<std::string> line(std::string_view key);
  std::optional<std::string> some_text(std::string_view key);
  std::optional<std::string> text(std::string_view key);
  /// Like string(), and takes dates of TOML, which need no quotes.
  std::optional<std::string> time(std::string_view key);
  template <std::signed_integral T>
  std::optional<T> integer(std::string_view key, T from, T to) {
    const auto number = ranged(key, from, to);
    return number ? std::optional(static_cast<T>(*number)) : std::nullopt;
  }
  std::optional<bool> boolean(std::string_view key);
  std::optional<std::chrono::milliseconds> duration(std::string_view key);
  /// One of the words; another one is complained about with the nearest.
  std::optional<std::string> word(std::string_view key, std::initializer_list<std::string_view> of);
  std::optional<std::string> word(std::string_view key, const std::vector<std::string_view>& of);
  /// Each of them as string() takes it.
  std::vector<std::string> strings(std::string_view key);
  /// Like strings(), but complains of an empty list, where leaving the key out means something else.
  std::vector<std::string> some_strings(std::string_view key);
  /// Any texts, empty ones, too.
  std::vector<std::string> texts(std::string_view key);
  /// The table or array of tables under the key, to be read by readers of their own.
  const Node* node(std::string_view key);
  std::vector<const Node*> tables(std::string_view key);

  /// Like string(), some_text() and time(), but complain if the key is absent.
  std::string required_string(std::string_view key);
  std::string required_text(std::string_view key);
  std::string required_time(std::string_view key);

  Place place_of(std::string_view key) const;
  void complain(std::string_view key, std::string_view message);
  void finish();

 private:
  const Node* find(std::string_view key);
  void require(std::string_view key);
  std::optional<std::int64_t> ranged(std::string_view key, std::int64_t from, std::int64_t to);
  template <class T>
  std::optional<T> typed(std::string_view key, std::string_view expected);

  std::string name_;
  const Node::Table* table_ = nullptr;
  Place place_;
  Complaints& complaints_;
  std::vector<std::string_view> known_;
};

}  // namespace p1rig
