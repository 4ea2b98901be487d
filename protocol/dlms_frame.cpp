#include "protocol/dlms_frame.h"

#include <algorithm>
#include <array>

namespace p1rig {
namespace {

constexpr std::size_t kLengthAt = 2 + kTitleSize;
constexpr std::size_t kCounterSize = 4;
constexpr unsigned kShortLengths = 0x80;  // below, a length is its own field

unsigned octet_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::string big_endian(std::size_t number, std::size_t octets) {
  std::string bytes;
  for (std::size_t i = octets; i > 0; --i) {
    bytes += static_cast<char>((number >> (8 * (i - 1))) & 0xFFU);
  }
  return bytes;
}

/// Bytes of the number after the first byte of a length field.
std::size_t number_size(LengthForm form) {
  return static_cast<std::size_t>(form) - static_cast<std::size_t>(LengthForm::kOne);
}

LengthForm shortest_form(std::size_t length) {
  if (length < kShortLengths) return LengthForm::kOne;
  if (length <= 0xFF) return LengthForm::k81;
  return length <= 0xFFFF ? LengthForm::k82 : LengthForm::k83;
}

/// The form that the first byte of a length field announces.
std::optional<LengthForm> announced_form(unsigned first) {
  if (first < kShortLengths) return LengthForm::kOne;
  switch (first) {
    case 0x81:
      return LengthForm::k81;
    case 0x82:
      return LengthForm::k82;
    case 0x83:
      return LengthForm::k83;
    default:
      return std::nullopt;
  }
}

/// As far as the header is known; `counter_at` is where the counter begins.
struct Head {
  LengthForm form = LengthForm::kOne;
  std::size_t counter_at = 0;
  std::size_t length = 0;
};

/// kHead where a frame does not begin like this, kCut where more is needed to tell.
tl::expected<Head, FrameDefect> parse_head(std::string_view bytes) {
  constexpr std::array kStart{kFrameStart, static_cast<char>(kTitleSize)};
  const std::size_t seen = std::min(bytes.size(), kStart.size());
  if (!std::equal(kStart.begin(), kStart.begin() + seen, bytes.begin())) {
    return tl::make_unexpected(FrameDefect::kHead);
  }
  if (bytes.size() <= kLengthAt) return tl::make_unexpected(FrameDefect::kCut);
  const auto form = announced_form(octet_at(bytes, kLengthAt));
  if (!form) return tl::make_unexpected(FrameDefect::kHead);
  Head head{*form, kLengthAt + 1 + number_size(*form) + 1, octet_at(bytes, kLengthAt)};
  const std::size_t security_at = head.counter_at - 1;
  if (bytes.size() > security_at && bytes[security_at] != kFrameSecurity) {
    return tl::make_unexpected(FrameDefect::kHead);
  }
  if (bytes.size() < security_at) return tl::make_unexpected(FrameDefect::kCut);
  if (*form != LengthForm::kOne) {
    head.length = 0;
    for (std::size_t at = kLengthAt + 1; at < security_at; ++at) {
      head.length = head.length << 8U | octet_at(bytes, at);
    }
  }
  if (head.length < kFrameOverhead || security_at + head.length > kMaxFrame) {
    return tl::make_unexpected(FrameDefect::kLength);
  }
  if (bytes.size() == security_at) return tl::make_unexpected(FrameDefect::kCut);
  return head;
}

}  // namespace

std::optional<LengthForm> parse_length_form(std::string_view name) {
  if (name == "canonical") return LengthForm::kCanonical;
  if (name == "81") return LengthForm::k81;
  if (name == "82") return LengthForm::k82;
  if (name == "83") return LengthForm::k83;
  return std::nullopt;
}

std::optional<std::string> frame_length_field(std::size_t telegram_size, LengthForm form) {
  const std::size_t length = telegram_size + kFrameOverhead;
  const LengthForm shortest = shortest_form(length);
  if (form == LengthForm::kCanonical) form = shortest;
  if (form < shortest || length > 0xFFFFFF) return std::nullopt;
  if (form == LengthForm::kOne) return big_endian(length, 1);
  return big_endian(0x80 + number_size(form), 1) + big_endian(length, number_size(form));
}

FrameHead read_frame_head(std::string_view bytes) {
  const auto head = parse_head(bytes);
  if (head) return {FrameHead::Verdict::kFrame, head->counter_at - 1 + head->length};
  if (head.error() == FrameDefect::kCut) return {FrameHead::Verdict::kMore, 0};
  return {};
}

std::string_view to_string(FrameDefect defect) {
  switch (defect) {
    case FrameDefect::kHead:
      return "a frame does not begin like this";
    case FrameDefect::kLength:
      return "the length cannot be that of a frame";
    case FrameDefect::kCut:
      return "shorter than its length says";
    case FrameDefect::kTrailing:
      return "longer than its length says";
  }
  return "";
}

tl::expected<DlmsFrame, FrameDefect> parse_frame(std::string_view bytes) {
  const auto head = parse_head(bytes);
  if (!head) return tl::make_unexpected(head.error());
  const std::size_t size = head->counter_at - 1 + head->length;
  if (bytes.size() < size) return tl::make_unexpected(FrameDefect::kCut);
  if (bytes.size() > size) return tl::make_unexpected(FrameDefect::kTrailing);
  DlmsFrame frame;
  frame.title = bytes.substr(2, kTitleSize);
  frame.form = head->form;
  for (std::size_t i = 0; i < kCounterSize; ++i) {
    frame.counter = frame.counter << 8U | octet_at(bytes, head->counter_at + i);
  }
  const std::size_t data = head->counter_at + kCounterSize;
  frame.ciphertext = bytes.substr(data, size - kTagSize - data);
  frame.tag = bytes.substr(size - kTagSize);
  return frame;
}

bool has_canonical_length(const DlmsFrame& frame) {
  return frame.form == shortest_form(frame.ciphertext.size() + kFrameOverhead);
}

std::size_t begin_frame(std::string_view title, std::uint32_t counter, std::size_t telegram_size,
                        LengthForm form, std::string& frame) {
  auto field = frame_length_field(telegram_size, form);
  if (!field) field = frame_length_field(telegram_size, LengthForm::kCanonical);
  const std::string length = field.value_or(std::string());
  const std::size_t head = kLengthAt + length.size() + 1 + kCounterSize;
  // What was there is written over, and not filled with zeros before.
  frame.resize(head + telegram_size + kTagSize);
  auto at = frame.begin();
  *at++ = kFrameStart;
  *at++ = static_cast<char>(kTitleSize);
  at = std::ranges::copy(title.substr(0, kTitleSize), at).out;
  at = std::ranges::copy(length, at).out;
  *at++ = kFrameSecurity;
  std::ranges::copy(big_endian(counter, kCounterSize), at);
  return head;
}

std::string print_frame(const DlmsFrame& frame) {
  std::string bytes;
  const std::size_t head =
      begin_frame(frame.title, frame.counter, frame.ciphertext.size(), frame.form, bytes);
  std::ranges::copy(frame.ciphertext, bytes.begin() + static_cast<std::ptrdiff_t>(head));
  std::ranges::copy(frame.tag.substr(0, kTagSize), bytes.end() - kTagSize);
  return bytes;
}

}  // namespace p1rig
