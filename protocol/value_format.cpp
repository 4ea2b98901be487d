#include "protocol/value_format.h"

#include <algorithm>

#include "protocol/ascii.h"
#include "protocol/timestamp.h"

namespace p1rig {
namespace {

using Kind = ValueFormat::Kind;

constexpr std::size_t kDigitsOfTime = 12;

bool is_hex_digit(char c) {
  return is_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

/// Takes a number up to 255 off the front; nothing if there is none or a larger one.
std::optional<std::uint8_t> take_number(std::string_view& text) {
  unsigned number = 0;
  std::size_t length = 0;
  for (; length < text.size() && length < 3 && is_digit(text[length]); ++length) {
    number = number * 10 + static_cast<unsigned>(text[length] - '0');
  }
  if (length == 0 || number > 255) return std::nullopt;
  text.remove_prefix(length);
  return static_cast<std::uint8_t>(number);
}

/// What follows 'F': [n](x,y).
std::optional<ValueFormat> parse_fixed(std::string_view text) {
  ValueFormat format{.kind = Kind::kFixed};
  if (!text.starts_with('(')) {
    const auto digits = take_number(text);
    if (!digits || *digits == 0) return std::nullopt;
    format.digits = *digits;
  }
  if (!take(text, '(')) return std::nullopt;
  const auto least = take_number(text);
  if (!least || !take(text, ',')) return std::nullopt;
  const auto most = take_number(text);
  if (!most || text != ")" || *least > *most) return std::nullopt;
  if (format.digits != 0 && *most >= format.digits) return std::nullopt;
  format.min_decimals = *least;
  format.max_decimals = *most;
  return format;
}

/// What follows 'I' or 'S': a number of characters, or nothing for any number of them.
std::optional<ValueFormat> parse_counted(Kind kind, std::string_view text) {
  ValueFormat format{.kind = kind};
  if (text.empty()) return format;
  const auto digits = take_number(text);
  if (!digits || *digits == 0 || !text.empty()) return std::nullopt;
  format.digits = *digits;
  return format;
}

bool conforms_fixed(std::string_view text, const ValueFormat& format) {
  if (format.may_be_negative && text.starts_with('-')) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals = text.substr(std::min(point + 1, text.size()));
  if (whole.empty() || (point < text.size() && decimals.empty())) return false;
  if (!std::ranges::all_of(whole, is_digit) || !std::ranges::all_of(decimals, is_digit)) {
    return false;
  }
  return (format.digits == 0 || whole.size() + decimals.size() == format.digits) &&
         decimals.size() >= format.min_decimals && decimals.size() <= format.max_decimals;
}

bool has_length(std::string_view text, const ValueFormat& format) {
  return format.digits == 0 || text.size() == format.digits;
}

}  // namespace

std::optional<ValueFormat> parse_value_format(std::string_view notation) {
  if (notation == "TST") return ValueFormat{.kind = Kind::kTime};
  if (notation == "TST12") return ValueFormat{.kind = Kind::kTime12};
  if (notation == "TST17") return ValueFormat{.kind = Kind::kTime17};
  if (notation == "X") return ValueFormat{.kind = Kind::kHex};
  if (take(notation, 'I')) return parse_counted(Kind::kInteger, notation);
  if (take(notation, 'S')) return parse_counted(Kind::kString, notation);
  const bool may_be_negative = take(notation, '+');
  if (!take(notation, 'F')) return std::nullopt;
  auto format = parse_fixed(notation);
  if (format) format->may_be_negative = may_be_negative;
  return format;
}

std::string to_string(const ValueFormat& format) {
  const std::string digits = format.digits == 0 ? "" : std::to_string(format.digits);
  switch (format.kind) {
    case Kind::kFixed:
      return (format.may_be_negative ? "+F" : "F") + digits + '(' +
             std::to_string(format.min_decimals) + ',' + std::to_string(format.max_decimals) + ')';
    case Kind::kInteger:
      return 'I' + digits;
    case Kind::kString:
      return 'S' + digits;
    case Kind::kTime:
      return "TST";
    case Kind::kTime12:
      return "TST12";
    case Kind::kTime17:
      return "TST17";
    case Kind::kHex:
      return "X";
  }
  return {};
}

bool conforms(std::string_view text, const ValueFormat& format) {
  switch (format.kind) {
    case Kind::kFixed:
      return conforms_fixed(text, format);
    case Kind::kInteger:
      return !text.empty() && has_length(text, format) && std::ranges::all_of(text, is_digit);
    case Kind::kString:
      return has_length(text, format) && std::ranges::all_of(text, is_printable);
    case Kind::kTime: {
      const auto time = parse_timestamp(text);
      return time && time->season != '\0';
    }
    case Kind::kTime12:
      return text.size() == kDigitsOfTime && parse_timestamp(text);
    case Kind::kTime17:
      return text.size() > kDigitsOfTime + 1 && parse_timestamp(text);
    case Kind::kHex:
      return text.size() % 2 == 0 && std::ranges::all_of(text, is_hex_digit);
  }
  return false;
}

}  // namespace p1rig
