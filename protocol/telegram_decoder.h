#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "protocol/telegram.h"
#include "protocol/telegram_layout.h"

namespace p1rig {

/// decode_telegram() for many telegrams: what it makes of them, at the speed of comparing them with
/// those before. It remembers the forms of the last kMaxLayouts kinds (protocol/telegram_layout.h);
/// only a telegram of another form is decoded byte by byte. Nothing is judged here either.
class TelegramDecoder {
 public:
  static constexpr std::size_t kMaxLayouts = 128;

  TelegramDecoder() { firsts_.fill(kNone); }
  TelegramDecoder(const TelegramDecoder&) = delete;
  TelegramDecoder& operator=(const TelegramDecoder&) = delete;

  /// The same as decode_telegram(bytes), and remembered. Valid until the next call and as long as the
  /// bytes.
  const Telegram& decode(std::string_view bytes);

  /// The telegram that begins in `bytes`, where it is of a form seen before: exactly what a Framer at
  /// rest would find there, decoded. nullptr if that is not certain; nothing is learned from it
  /// then. Valid until the next call.
  const Telegram* predict(std::string_view bytes);

  /// Telegrams that were of a form seen before.
  std::uint64_t predicted() const { return predicted_; }

 private:
  using Index = std::uint8_t;
  static constexpr Index kNone = 0xFF;
  static_assert(kMaxLayouts <= kNone);

  /// One of the layouts that begin alike.
  struct Known {
    std::unique_ptr<TelegramLayout> layout;
    std::uint64_t start = 0;  ///< of its bytes, see start_of()
    Index next = kNone;
  };

  static std::uint64_t start_of(const char* bytes);
  Index& first_of(std::uint64_t start) { return firsts_[start >> 56]; }
  void remember(std::unique_ptr<TelegramLayout> layout);
  void unlink(Index index);

  std::vector<Known> known_;
  std::array<Index, 256> firsts_;  // by a hash of the start
  Index oldest_ = 0;               // to be forgotten next
  Telegram other_;                 // of no form that can be remembered
  std::uint64_t predicted_ = 0;
};

}  // namespace p1rig
