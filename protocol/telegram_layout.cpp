#include "protocol/telegram_layout.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "protocol/ascii.h"
#include "protocol/dlms_frame.h"
#include "protocol/form_match.h"

namespace p1rig {
namespace {

// Above every character that means something to the framer or to decode_telegram().
constexpr char kFirstPlain = '0';
constexpr char kFirstNoDigit = ':';
constexpr char kLastPlain = '~';

constexpr std::size_t kMaxCrcDigits = 4;

/// Lines that end CR LF; '/' first and nowhere else, '!' at the start of the last line and nowhere else,
/// no frame: for the framer, a telegram and nothing but that.
bool is_plain(std::string_view bytes) {
  if (bytes.size() < TelegramLayout::kMinSize || bytes.size() > TelegramLayout::kMaxSize) {
    return false;
  }
  if (bytes.front() != '/' || !bytes.ends_with("\r\n")) return false;
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    const char c = bytes[i];
    const bool line_end = (c == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') ||
                          (c == '\n' && bytes[i - 1] == '\r');
    if (c == '/' || c == kFrameStart || ((c == '\r' || c == '\n') && !line_end)) return false;
  }
  const std::size_t bang = bytes.find('!');
  return bang != std::string_view::npos && bytes[bang - 1] == '\n' &&
         bytes.find('\n', bang) == bytes.size() - 1 && bytes.size() - bang <= 1 + kMaxCrcDigits + 2;
}

}  // namespace

std::unique_ptr<TelegramLayout> TelegramLayout::learn(std::string_view bytes) {
  if (!is_plain(bytes)) return nullptr;
  std::unique_ptr<TelegramLayout> layout(new TelegramLayout);
  layout->keep(bytes);
  return layout;
}

void TelegramLayout::keep(std::string_view bytes) {
  size_ = bytes.size();
  const std::size_t stride = (size_ + kAlignment - 1) / kAlignment * kAlignment;
  store_.reset(new (std::align_val_t{kAlignment}) char[3 * stride]);
  text_ = store_.get();
  lowest_ = reinterpret_cast<unsigned char*>(text_ + stride);
  range_ = lowest_ + stride;
  std::memcpy(text_, bytes.data(), size_);
  std::memcpy(lowest_, bytes.data(), size_);
  std::memset(range_, 0, size_);
  telegram_ = decode_telegram({text_, size_});
  for (DataLine& line : telegram_.lines) {
    for (Bracket& bracket : line.brackets) {
      let_vary(bracket);
      if (bracket.number) plan(bracket);
    }
  }
  for (std::size_t i = 0; i < telegram_.crc_text.size(); ++i) {
    let_vary(telegram_.bang_offset + 1 + i, kFirstPlain, kLastPlain);
  }
}

void TelegramLayout::let_vary(std::size_t at, char lowest, char highest) {
  lowest_[at] = static_cast<unsigned char>(lowest);
  range_[at] = static_cast<unsigned char>(highest - lowest);
}

/// A number stays one, and what is none becomes none.
void TelegramLayout::let_vary(const Bracket& bracket) {
  const std::string_view value = split_unit(bracket.text).value;
  const auto is_text = [](char c) { return c >= kFirstNoDigit; };
  const auto found = std::ranges::find_if(value, is_text);
  const auto proof = static_cast<std::size_t>(found - value.begin());
  const bool has_proof = found != value.end();
  for (std::size_t i = 0; i < bracket.text.size(); ++i) {
    const char c = bracket.text[i];
    if (bracket.number && i >= value.size()) break;
    if (has_proof && i == proof) {
      let_vary(bracket.offset + i, kFirstNoDigit, kLastPlain);
    } else if (has_proof && c >= kFirstPlain) {
      let_vary(bracket.offset + i, kFirstPlain, kLastPlain);
    } else if (is_digit(c)) {
      let_vary(bracket.offset + i, '0', '9');
    }
  }
}

void TelegramLayout::plan(Bracket& bracket) {
  Decimal& number = *bracket.number;
  const std::size_t end = bracket.offset + split_unit(bracket.text).value.size();
  const bool fits = !number.minus && number.width <= NumberReader::kMaxDigits &&
                    number.decimals <= NumberReader::kMaxDecimals;
  if (fits && end >= NumberReader::kMargin) {
    numbers_.add({&number.digits, end, number.width, number.decimals});
  } else {
    other_.push_back(&bracket);
  }
}

bool TelegramLayout::take(std::string_view bytes) {
  if (bytes.size() < size_) return false;
  if (!copy_if_of_form(bytes.data(), {lowest_, range_, size_}, text_)) return false;
  numbers_.read(bytes.data());
  for (Bracket* const bracket : other_) {
    bracket->number = parse_decimal(split_unit(bracket->text).value);
  }
  return true;
}

}  // namespace p1rig
