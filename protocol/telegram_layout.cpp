#include "protocol/telegram_layout.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "protocol/dlms_frame.h"
#include "protocol/form_match.h"

namespace p1rig {
namespace {

// Above every character that means something to the framer or to decode_telegram().
constexpr char kFirstPlain = '0';
constexpr char kFirstNoDigit = ':';
constexpr char kLastPlain = '~';

constexpr std::size_t kWord = 8;
constexpr std::size_t kMaxCrcDigits = 4;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

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
         bytes.find('\n', bang) == bytes.size() - 1 && bytes.find('!', bang + 1) == bytes.npos &&
         bytes.size() - bang <= 1 + kMaxCrcDigits + 2;
}

std::uint64_t load(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, kWord);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

/// The number whose digits are the bytes of `word`, 0 to 9 each, the first the highest.
std::int64_t eight_digits(std::uint64_t word) {
  constexpr std::uint64_t kEvenPairs = 0x000000FF000000FF;
  constexpr std::uint64_t kFirstAndThird = 100 + (1000000ULL << 32);
  constexpr std::uint64_t kSecondAndFourth = 1 + (10000ULL << 32);
  const std::uint64_t pairs = word * 10 + (word >> 8);
  return static_cast<std::int64_t>(
      ((pairs & kEvenPairs) * kFirstAndThird + ((pairs >> 16) & kEvenPairs) * kSecondAndFourth) >>
      32);
}

/// Keeps the values of the digits from the `first` to the one before `last`, counted from the end of
/// eight.
std::uint64_t digit_mask(std::size_t first, std::size_t last) {
  std::uint64_t mask = 0;
  for (std::size_t i = first; i < std::min(last, kWord); ++i) {
    mask |= std::uint64_t{0x0F} << 8 * (kWord - 1 - i);
  }
  return mask;
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
  const std::size_t digits = number.width;
  const std::size_t decimals = number.decimals;
  const bool fits = !number.minus && digits <= 2 * kWord && decimals < kWord;
  if (!fits || end < 2 * kWord + 1) {
    other_.push_back(&bracket);
    return;
  }
  ShortNumber low{&number.digits, end, digit_mask(0, digits), 0};
  if (decimals > 0) {
    low.behind = digit_mask(0, decimals);
    low.before = digit_mask(decimals, digits);
  }
  const std::size_t point = decimals > 0 ? 1 : 0;
  if (digits <= kWord) {
    short_.push_back(low);
  } else if (digits == kWord + 1) {
    nine_.push_back({low, end - digits - point});
  } else {
    long_.push_back({low, end - 2 * kWord - point, digit_mask(0, digits - kWord)});
  }
}

bool TelegramLayout::take(std::string_view bytes) {
  if (bytes.size() < size_) return false;
  if (!copy_if_of_form(bytes.data(), {lowest_, range_, size_}, text_)) return false;
  const char* const start = bytes.data();
  const auto low_of = [start](const ShortNumber& number) {
    const char* const end = start + number.end;
    return eight_digits((load(end - kWord) & number.behind) |
                        (load(end - kWord - 1) & number.before));
  };
  constexpr std::int64_t kHigh = 100'000'000;
  for (const ShortNumber& number : short_) *number.digits = low_of(number);
  for (const NineDigits& number : nine_) {
    *number.low.digits = (start[number.high] - '0') * kHigh + low_of(number.low);
  }
  for (const LongNumber& number : long_) {
    *number.low.digits =
        eight_digits(load(start + number.high) & number.above) * kHigh + low_of(number.low);
  }
  for (Bracket* const bracket : other_) {
    bracket->number = parse_decimal(split_unit(bracket->text).value);
  }
  return true;
}

}  // namespace p1rig
