#include "simulator/seal.h"

#include <utility>

namespace p1rig {

TelegramSealer::TelegramSealer(const FrameKeys& keys, std::string title, std::uint32_t first)
    : cipher_(keys), title_(std::move(title)), next_(first) {}

TelegramSealer::TelegramSealer(const FrameKeys& keys, std::string title, CounterFile file)
    : cipher_(keys), title_(std::move(title)), file_(std::move(file)) {}

Result<void> TelegramSealer::seal(std::string_view telegram, std::string& frame) {
  frame.clear();
  const auto counter = next_counter();
  if (!counter) return tl::make_unexpected(counter.error());
  if (*counter) cipher_.seal(title_, **counter, telegram, frame);
  return {};
}

Result<std::optional<std::uint32_t>> TelegramSealer::next_counter() {
  if (file_) return file_->take();
  if (next_ == kLastCounter) return std::optional<std::uint32_t>();
  return next_++;
}

}  // namespace p1rig
