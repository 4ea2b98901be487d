#include "simulator/print_value.h"

#include <algorithm>
#include <array>

namespace p1rig {

namespace {

using Kind = ValueFormat::Kind;

}  // namespace

std::int64_t in_last_digits(const Hole& hole, std::int64_t value) {
  const auto positive = [](std::int64_t n) { return static_cast<std::uint64_t>(n); };
  // Without sign there is room for the largest state and half a divisor. What a
  // factor would make larger than that stops there.
  std::uint64_t magnitude = value < 0 ? -positive(value) : positive(value);
  if (__builtin_mul_overflow(magnitude, positive(hole.factor), &magnitude)) magnitude = INT64_MAX;
  if (!hole.cut) magnitude += positive(hole.divisor / 2);
  return static_cast<std::int64_t>(
      std::min<std::uint64_t>(magnitude / positive(hole.divisor), INT64_MAX));
}

std::int64_t printed(const Hole& hole, std::int64_t value) {
  std::int64_t number = in_last_digits(hole, value);
  if (hole.modulus > 0) {
    number = hole.cut ? number % hole.modulus : std::min(number, hole.modulus - 1);
  }
  if (value >= 0) return number;
  // An unsigned format has no way to say "below zero".
  return hole.format.may_be_negative ? -number : 0;
}

void append_number(const ValueFormat& format, std::int64_t number, std::string& out) {
  std::array<char, 24> buffer{};
  std::size_t at = buffer.size();
  std::uint64_t rest = static_cast<std::uint64_t>(number < 0 ? -number : number);
  const std::size_t decimals = format.kind == Kind::kFixed ? format.max_decimals : 0;
  const std::size_t least = std::max<std::size_t>(format.digits, decimals + 1);
  for (std::size_t written = 0; written < least || rest > 0; ++written) {
    if (written == decimals && decimals > 0) buffer[--at] = '.';
    buffer[--at] = static_cast<char>('0' + rest % 10);
    rest /= 10;
  }
  if (number < 0) out += '-';
  out.append(buffer.data() + at, buffer.size() - at);
}

void append_hex(std::string_view text, std::string& out) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
  }
}

void append_time(const ValueFormat& format, std::int64_t seconds, std::string_view unset,
                 const Zone& zone, std::string& out) {
  if (seconds == kUnsetTime) {
    out += unset;
    return;
  }
  std::string text = to_string(zone.local(std::chrono::sys_seconds{std::chrono::seconds{seconds}}));
  if (format.kind == Kind::kTime12) text.resize(12);
  out += text;
}

std::string_view text_shown(const Hole& hole, const MeterState& state, const MbusDevice* device) {
  if (hole.source == Source::kDeviceId) return device->id;
  if (hole.source == Source::kDeviceEan) return device->ean;
  const auto text = state.texts.find(hole.quantity);
  return text == state.texts.end() ? std::string_view{} : std::string_view(text->second);
}

}  // namespace p1rig
