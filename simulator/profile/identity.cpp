#include "simulator/profile/identity.h"

#include <algorithm>

#include "protocol/ascii.h"

namespace p1rig {
namespace {

// Odd and no multiple of 5: times 0, 1, 2 … it meets every number of so many digits, and of so many
// bits, once. Large, so that neighbouring seeds do not give neighbouring meters.
constexpr std::uint64_t kStride = 61'803'399;

/// The number of the meter among as many as there can be; 0 for seed 1.
std::uint64_t place_of(std::uint64_t seed, std::uint64_t count) {
  return (seed % count + count - 1) % count * (kStride % count) % count;
}

/// Counts the digits on that stand before `end`, from `first` at most.
void count_on(std::string& text, std::size_t first, std::size_t end, std::uint64_t seed) {
  std::size_t begin = end;
  std::uint64_t count = 1, number = 0;
  while (begin > first && is_digit(text[begin - 1])) {
    number += static_cast<std::uint64_t>(text[--begin] - '0') * count;
    count *= 10;
  }
  number = (number + place_of(seed, count)) % count;
  for (std::size_t at = end; at-- > begin; number /= 10) {
    text[at] = static_cast<char>('0' + number % 10);
  }
}

/// The digit that makes the weighted sum a multiple of ten: weights 3, 1, 3 … from behind.
char check_digit(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    sum += (digits[digits.size() - 1 - i] - '0') * (i % 2 == 0 ? 3 : 1);
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

void identify(std::map<Quantity, std::string>& texts, Quantity quantity, std::uint64_t seed) {
  const auto text = texts.find(quantity);
  if (text == texts.end()) return;
  const bool ean = quantity == Quantity::kMeterEan;
  text->second = ean ? ean_of(text->second, seed) : identifier_of(text->second, seed);
}

}  // namespace

std::string identifier_of(std::string_view identifier, std::uint64_t seed) {
  std::string text(identifier);
  const std::size_t first = serial_of(text).value_or(0);
  count_on(text, first, std::min(first + kSerialSize, text.size()), seed);
  return text;
}

std::string ean_of(std::string_view ean, std::uint64_t seed) {
  const bool checked = (ean.size() == 13 || ean.size() == 18) && std::ranges::all_of(ean, is_digit);
  if (!checked) return identifier_of(ean, seed);
  std::string text(ean);
  if (seed == 1) return text;  // as printed, errors of the print included
  count_on(text, text.size() - kSerialSize, text.size() - 1, seed);
  text.back() = check_digit(std::string_view(text).substr(0, text.size() - 1));
  return text;
}

std::string system_title_of(const Profile& profile, std::uint64_t seed) {
  std::string title = profile.encryption ? profile.encryption->system_title : std::string{};
  constexpr std::size_t kCounted = 4;
  std::uint64_t number = place_of(seed, std::uint64_t{1} << 32);
  for (std::size_t i = 0; i < std::min(kCounted, title.size()); ++i) {
    char& octet = title[title.size() - 1 - i];
    number += static_cast<unsigned char>(octet);
    octet = static_cast<char>(number & 0xFF);
    number >>= 8;
  }
  return title;
}

void identify(MeterState& state, std::uint64_t seed) {
  for (const Quantity quantity : {Quantity::kMeterId, Quantity::kMeterName, Quantity::kMeterEan}) {
    identify(state.texts, quantity, seed);
  }
  for (MbusDevice& device : state.devices) {
    device.id = identifier_of(device.id, seed);
    device.ean = ean_of(device.ean, seed);
  }
}

}  // namespace p1rig
