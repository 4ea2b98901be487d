#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/contenders/table_crc.h"

namespace p1rig::bench {

/// A reader as one writes it with today's C++, and with some care: nothing is copied or allocated once
/// it runs. It goes from line to line, looks the code up in a hash map, has from_chars read the numbers,
/// and checks the CRC with a table. Times stay text.
class OrdinaryReader {
 public:
  struct Value {
    std::string_view text;  ///< between the brackets
    double number = 0;
    bool is_number = false;
  };
  struct Object {
    std::vector<Value> values;  ///< none where the telegram does not have it
  };

  /// Knows these codes, such as "1-0:1.8.1".
  explicit OrdinaryReader(std::span<const std::string> codes) : objects_(codes.size()) {
    for (std::size_t i = 0; i < codes.size(); ++i) places_.emplace(codes[i], i);
    for (Object& object : objects_) object.values.reserve(8);
  }

  /// Reads the telegram that begins in `stream` and removes it; false where there is none or its CRC
  /// is wrong.
  bool read(std::string_view& stream) {
    for (Object& object : objects_) object.values.clear();
    const std::size_t slash = stream.find('/');
    if (slash == std::string_view::npos) return false;
    stream.remove_prefix(slash);
    std::string_view rest = stream;
    std::size_t last = objects_.size();
    for (;;) {
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos) return false;
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty() || line.front() == '/') continue;
      if (line.front() == '!') {
        const auto covered = static_cast<std::size_t>(line.data() + 1 - stream.data());
        const bool right = is_right(stream.substr(0, covered), line.substr(1));
        stream = rest;
        return right;
      }
      read_line(line, last);
    }
  }

  /// By the index of the code.
  const Object& object(std::size_t index) const { return objects_[index]; }

 private:
  static bool is_right(std::string_view covered, std::string_view digits) {
    if (digits.empty()) return true;  // before DSMR 4 there is none
    std::uint16_t sent = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), sent, 16);
    return sent == table_crc(covered);
  }

  void read_line(std::string_view line, std::size_t& last) {
    std::size_t open = line.find('(');
    if (open == std::string_view::npos) return;
    if (open > 0) {  // else it continues the line before
      const auto place = places_.find(line.substr(0, open));
      last = place == places_.end() ? objects_.size() : place->second;
    }
    if (last == objects_.size()) return;
    while (open != std::string_view::npos) {
      const std::size_t close = line.find(')', open);
      if (close == std::string_view::npos) return;
      objects_[last].values.push_back(read_value(line.substr(open + 1, close - open - 1)));
      open = line.find('(', close);
    }
  }

  static Value read_value(std::string_view text) {
    constexpr std::size_t kLongestNumber = 19;
    Value value{text};
    const std::string_view digits = text.substr(0, text.rfind('*'));
    if (digits.size() > kLongestNumber) return value;
    const char* const end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, value.number);
    value.is_number = read.ec == std::errc() && read.ptr == end;
    return value;
  }

  std::unordered_map<std::string_view, std::size_t> places_;
  std::vector<Object> objects_;
};

}  // namespace p1rig::bench
