#include "protocol/telegram_decoder.h"

#include <bit>
#include <cstring>
#include <utility>

namespace p1rig {

/// Of the first 16 bytes, which are those of the identification, as one number.
std::uint64_t TelegramDecoder::start_of(const char* bytes) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), bytes, sizeof words);
  return (words[0] ^ std::rotl(words[1] * kOdd, 29)) * kOdd;
}

const Telegram* TelegramDecoder::predict(std::string_view bytes) {
  if (bytes.size() < TelegramLayout::kMinSize) return nullptr;
  const std::uint64_t start = start_of(bytes.data());
  Index& first = first_of(start);
  for (Index* link = &first; *link != kNone; link = &known_[*link].next) {
    Known& known = known_[*link];
    if (known.start != start || !known.layout->take(bytes)) continue;
    if (link != &first) {  // first in line next time
      const Index index = *link;
      *link = std::exchange(known.next, first);
      first = index;
    }
    ++predicted_;
    return &known.layout->telegram();
  }
  return nullptr;
}

const Telegram& TelegramDecoder::decode(std::string_view bytes) {
  const Telegram* const predicted = predict(bytes);
  if (predicted != nullptr && predicted->bytes.size() == bytes.size()) return *predicted;
  auto layout = TelegramLayout::learn(bytes);
  if (layout == nullptr) return other_ = decode_telegram(bytes);
  const Telegram& telegram = layout->telegram();
  remember(std::move(layout));
  return telegram;
}

void TelegramDecoder::remember(std::unique_ptr<TelegramLayout> layout) {
  const std::uint64_t start = start_of(layout->telegram().bytes.data());
  Index index = static_cast<Index>(known_.size());
  if (known_.size() < kMaxLayouts) {
    known_.emplace_back();
  } else {
    index = oldest_;
    oldest_ = static_cast<Index>((oldest_ + 1) % kMaxLayouts);
    unlink(index);
  }
  Index& first = first_of(start);
  known_[index] = {std::move(layout), start, std::exchange(first, index)};
}

void TelegramDecoder::unlink(Index index) {
  Index* link = &first_of(known_[index].start);
  while (*link != index) link = &known_[*link].next;
  *link = known_[index].next;
}

}  // namespace p1rig
