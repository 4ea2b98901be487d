#include "protocol/obis.h"

#include <array>
#include <cstddef>

#include "protocol/ascii.h"

namespace p1rig {
namespace {

// Six numbers at most, and the character before each of them but the first.
struct Groups {
  std::array<std::uint8_t, 6> numbers{};
  std::array<char, 6> separators{};
  std::size_t count = 0;
};

/// Takes a number 0 to 255 without leading zeros off the front of `text`.
std::optional<std::uint8_t> take_number(std::string_view& text) {
  std::size_t length = 0;
  unsigned number = 0;
  while (length < text.size() && length < 3 && is_digit(text[length])) {
    number = number * 10 + static_cast<unsigned>(text[length] - '0');
    ++length;
  }
  if (length == 0 || number > 255 || (length > 1 && text.front() == '0')) return std::nullopt;
  text.remove_prefix(length);
  return static_cast<std::uint8_t>(number);
}

std::optional<Groups> split_groups(std::string_view text) {
  Groups groups;
  for (;;) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    groups.numbers[groups.count++] = *number;
    if (text.empty()) return groups;
    if (groups.count == groups.numbers.size()) return std::nullopt;
    groups.separators[groups.count] = text.front();
    text.remove_prefix(1);
  }
}

struct Pattern {
  std::string_view separators;
  ObisForm form;
};

constexpr Pattern kPatterns[] = {
    {"-:..", ObisForm::kPlain}, {"-:...", ObisForm::kDotSuffix},   {"-:..*", ObisForm::kStarSuffix},
    {"-::.", ObisForm::kColon}, {":..", ObisForm::kWithoutMedium},
};

constexpr std::uint8_t kGroupFUnused = 255;

}  // namespace

std::optional<WrittenObis> parse_obis(std::string_view text) {
  const auto groups = split_groups(text);
  if (!groups) return std::nullopt;
  const std::string_view separators(groups->separators.data() + 1, groups->count - 1);
  for (const Pattern& pattern : kPatterns) {
    if (separators != pattern.separators) continue;
    const auto& n = groups->numbers;
    if (groups->count == 6 && n[5] != kGroupFUnused) return std::nullopt;
    if (pattern.form == ObisForm::kWithoutMedium) {
      return WrittenObis{{0, n[0], n[1], n[2], n[3]}, pattern.form};
    }
    return WrittenObis{{n[0], n[1], n[2], n[3], n[4]}, pattern.form};
  }
  return std::nullopt;
}

std::string to_string(Obis code) {
  return std::to_string(code.a) + '-' + std::to_string(code.b) + ':' + std::to_string(code.c) +
         '.' + std::to_string(code.d) + '.' + std::to_string(code.e);
}

bool is_mbus_object(Obis code) {
  const bool channel = code.a == 0 && code.b >= 1 && code.b <= 4;
  return channel && (code.c == 24 || (code.c == 96 && code.d == 1));
}

bool is_mbus_reading(Obis code) {
  return is_mbus_object(code) && code.c == 24 && (code.d == 2 || code.d == 3);
}

}  // namespace p1rig
