#include "protocol/decimal.h"

#include <algorithm>
#include <array>

#include "protocol/ascii.h"

namespace p1rig {
namespace {

constexpr std::size_t kMaxDigits = 18;  // fewer than 2^63

constexpr std::array<std::int64_t, kMaxDigits + 1> kPowersOfTen = [] {
  std::array<std::int64_t, kMaxDigits + 1> powers{};
  powers[0] = 1;
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

std::size_t decimals_of(const Decimal& number) {
  return std::min<std::size_t>(number.decimals, kMaxDigits);
}

/// The digits with the point set, padded with zeros to `width` digits.
std::string print(const Decimal& number, std::size_t width) {
  const bool minus = number.minus || number.digits < 0;
  std::string digits = std::to_string(number.digits);
  if (number.digits < 0) digits.erase(0, 1);
  const std::size_t decimals = decimals_of(number);
  width = std::max(width, decimals + 1);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  if (decimals > 0) digits.insert(digits.size() - decimals, 1, '.');
  if (minus) digits.insert(0, 1, '-');
  return digits;
}

int digits_needed(std::int64_t value) {
  int count = 1;
  for (; value <= -10 || value >= 10; value /= 10) ++count;
  return count;
}

}  // namespace

std::optional<Decimal> parse_decimal(std::string_view text) {
  Decimal number;
  number.minus = text.starts_with('-');
  if (number.minus) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const bool has_point = point != std::string_view::npos;
  const std::size_t width = text.size() - (has_point ? 1 : 0);
  if (width == 0 || width > kMaxDigits) return std::nullopt;
  if (has_point && (point == 0 || point + 1 == text.size())) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == point) continue;
    if (!is_digit(text[i])) return std::nullopt;
    number.digits = number.digits * 10 + (text[i] - '0');
  }
  if (number.minus) number.digits = -number.digits;
  number.width = static_cast<std::uint8_t>(width);
  number.decimals = static_cast<std::uint8_t>(has_point ? text.size() - point - 1 : 0);
  return number;
}

std::string to_string(const Decimal& number) { return print(number, number.width); }

std::string to_plain_string(const Decimal& number) { return print(number, 1); }

int compare_values(const Decimal& a, const Decimal& b) {
  // Whole and fraction apart, so that nothing overflows: both carry the sign, so that comparing
  // the wholes first is right.
  const auto whole = [](const Decimal& n) { return n.digits / kPowersOfTen[decimals_of(n)]; };
  const auto fraction = [](const Decimal& n) {
    const std::size_t decimals = decimals_of(n);
    return n.digits % kPowersOfTen[decimals] * kPowersOfTen[kMaxDigits - decimals];
  };
  const auto order = whole(a) != whole(b) ? whole(a) <=> whole(b) : fraction(a) <=> fraction(b);
  return order < 0 ? -1 : (order > 0 ? 1 : 0);
}

std::optional<Decimal> scaled(const Decimal& number, int exponent) {
  constexpr int kMaxDecimals = kMaxDigits - 1;  // one digit is before the point
  std::int64_t digits = number.digits;
  int decimals = static_cast<int>(decimals_of(number));
  int width = number.width;
  for (; exponent > 0; --exponent) {
    if (decimals > 0) {
      --decimals;
      continue;
    }
    if (digits_needed(digits) == static_cast<int>(kMaxDigits)) return std::nullopt;
    digits *= 10;
    ++width;
  }
  for (; exponent < 0; ++exponent) {
    if (decimals < kMaxDecimals) {
      ++decimals;
    } else if (digits % 10 == 0) {
      digits /= 10;
    } else {
      return std::nullopt;
    }
  }
  width = std::max(
      {std::min(width, static_cast<int>(kMaxDigits)), digits_needed(digits), decimals + 1});
  return Decimal{digits, static_cast<std::uint8_t>(decimals), static_cast<std::uint8_t>(width),
                 number.minus};
}

}  // namespace p1rig
