#include "protocol/telegram_stream.h"

#include <algorithm>

namespace p1rig {
namespace {

/// To where the next telegram may begin.
std::size_t size_of_piece(std::string_view bytes) {
  const std::size_t end = bytes.find("\n/");
  return end == std::string_view::npos ? bytes.size() : end + 1;
}

}  // namespace

void TelegramStream::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const Telegram* const telegram =
        framer_.is_at_rest() && bytes.front() == '/' ? decoder_.predict(bytes) : nullptr;
    if (telegram != nullptr) {
      const std::string_view its_bytes = bytes.substr(0, telegram->bytes.size());
      const std::uint64_t offset = framer_.offset();
      framer_.pass(its_bytes.size());
      bytes.remove_prefix(its_bytes.size());
      sink_({Stretch::Kind::kTelegram, its_bytes, offset}, telegram);
    } else {
      const std::size_t size = size_of_piece(bytes);
      framer_.feed(bytes.substr(0, size));
      bytes.remove_prefix(size);
    }
  }
}

void TelegramStream::take(const Stretch& stretch) {
  const bool is_telegram = stretch.kind == Stretch::Kind::kTelegram;
  sink_(stretch, is_telegram ? &decoder_.decode(stretch.bytes) : nullptr);
}

}  // namespace p1rig
