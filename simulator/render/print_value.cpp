#include "simulator/render/print_value.h"

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

void append_value(const Hole& hole, std::int64_t value, std::string_view unset_time,
                  const Zone& zone, std::string& out) {
  if (is_time(hole.format)) {
    return append_time(hole.format, value, unset_time, zone, out);
  }
  append_number(hole.format, printed(hole, value), out);
}

void append_unit(const Hole& hole, std::string& out) {
  if (!hole.unit.empty()) (out += '*') += hole.unit;
}

void append_hex(std::string_view text, std::string& out) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    out += kDigits[octet >> 4];
    out += kDigits[octet & 15];
  }
}

void append_crc(std::uint16_t crc, Segment::CrcForm form, std::string& out) {
  const std::string_view digits =
      form == Segment::CrcForm::kLower ? "0123456789abcdef" : "0123456789ABCDEF";
  int shift = 12;
  if (form == Segment::CrcForm::kUnpadded) {
    while (shift > 0 && crc >> shift == 0) shift -= 4;
  }
  for (; shift >= 0; shift -= 4) out += digits[crc >> shift & 15U];
}

void append_time(const ValueFormat& format, std::int64_t seconds, std::string_view unset,
                 const Zone& zone, std::string& out) {
  if (seconds == kUnsetTime) {
    out += unset;
    return;
  }
  const Timestamp time = zone.local(std::chrono::sys_seconds{std::chrono::seconds{seconds}});
  std::string text = format.kind == Kind::kTime17 ? to_dashed_string(time) : to_string(time);
  if (format.kind == Kind::kTime12) text.resize(12);
  out += text;
}

bool asks_for_text(const Hole& hole) {
  return hole.format.kind == Kind::kHex || hole.format.kind == Kind::kString;
}

std::int64_t value_of(const Hole& hole, const MeterState& state, std::size_t index) {
  const auto seconds = [](const std::optional<std::chrono::sys_seconds>& time) {
    return time ? std::int64_t{time->time_since_epoch().count()} : kUnsetTime;
  };
  const auto quantity = static_cast<std::size_t>(hole.quantity);
  switch (hole.source) {
    case Source::kQuantity:
      return state.values[quantity];
    case Source::kMonthQuantity:
      return state.month ? (*state.month)[quantity] : 0;
    case Source::kFailureTime:
      return seconds(state.failures[index].end);
    case Source::kFailureDuration:
      return state.failures[index].seconds;
    case Source::kPeakMonth:
      return seconds(state.peaks[index].month_end);
    case Source::kPeakTime:
      return seconds(state.peaks[index].time);
    case Source::kPeakPower:
      return state.peaks[index].power;
    case Source::kFailureCount:
      return static_cast<std::int64_t>(state.failures.size());
    case Source::kPeakCount:
      return static_cast<std::int64_t>(state.peaks.size());
    case Source::kDeviceTime:
      return seconds(state.devices[index].time);
    case Source::kDeviceReading:
      return state.devices[index].reading;
    case Source::kDeviceValve:
      return state.devices[index].valve;
    case Source::kDeviceId:
    case Source::kDeviceEan:
      break;
  }
  return 0;
}

std::string_view text_of(const Hole& hole, const MeterState& state, std::size_t index) {
  if (hole.source == Source::kDeviceId) return state.devices[index].id;
  if (hole.source == Source::kDeviceEan) return state.devices[index].ean;
  const auto text = state.texts.find(hole.quantity);
  return text == state.texts.end() ? std::string_view{} : std::string_view(text->second);
}

}  // namespace p1rig
