#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "protocol/framer.h"
#include "protocol/telegram_decoder.h"

namespace p1rig {

/// A Framer whose telegrams come decoded, and fast: one of a form seen before is recognised as a whole,
/// without a look at each byte; everything else goes through the framer. The stretches are those of a
/// Framer, except that noise may come in other pieces.
class TelegramStream {
 public:
  /// `telegram` is nullptr for all but telegrams. Both are valid until the call returns.
  using Sink = std::function<void(const Stretch& stretch, const Telegram* telegram)>;

  /// The decoder may serve others beside, and must outlive this.
  TelegramStream(TelegramDecoder& decoder, Sink sink)
      : decoder_(decoder),
        sink_(std::move(sink)),
        framer_([this](const Stretch& stretch) { take(stretch); }) {}
  TelegramStream(const TelegramStream&) = delete;
  TelegramStream& operator=(const TelegramStream&) = delete;

  /// Takes the next bytes, in pieces of any size. The sink must not call the stream.
  void feed(std::string_view bytes);

  /// The stream ended or paused for good: reports what is pending.
  void finish() { framer_.finish(); }

 private:
  void take(const Stretch& stretch);

  TelegramDecoder& decoder_;
  Sink sink_;
  Framer framer_;
};

}  // namespace p1rig
