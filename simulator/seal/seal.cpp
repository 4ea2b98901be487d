#include "simulator/seal/seal.h"

#include <algorithm>
#include <array>
#include <utility>

namespace p1rig {
namespace {

using Counter = std::optional<std::uint32_t>;

AesKey inverted(const AesKey& key) {
  std::array<char, AesKey::kSize> octets{};
  std::ranges::transform(key.octets(), octets.begin(),
                         [](char c) { return static_cast<char>(~c); });
  const AesKey other(octets);
  wipe(octets);
  return other;
}

}  // namespace

FrameKeys other_keys(const FrameKeys& keys) {
  return {inverted(keys.encryption), inverted(keys.authentication)};
}

bool has_control_bytes(std::string_view ciphertext) {
  constexpr std::string_view kBytes = "\xDB/\x11\x13\r\n\x03\x04\x1A\xFF";
  return ciphertext.find("\n!") != std::string_view::npos &&
         std::ranges::all_of(kBytes, [&](char c) { return ciphertext.find(c) != ciphertext.npos; });
}

TelegramSealer::TelegramSealer(const FrameKeys& keys, std::string title, std::uint32_t first)
    : keys_(keys), cipher_(keys), title_(std::move(title)), next_(first) {}

TelegramSealer::TelegramSealer(const FrameKeys& keys, std::string title, CounterFile file)
    : keys_(keys), cipher_(keys), title_(std::move(title)), file_(std::move(file)) {}

Result<void> TelegramSealer::seal(std::string_view telegram, std::string& frame,
                                  const SealOrder& order) {
  if (order.plain) {
    frame = telegram;
    return {};
  }
  if (order.replay && !last_frame_.empty()) {
    frame = last_frame_;
    return {};
  }
  if (order.new_key) {
    keys_.encryption = inverted(keys_.encryption);
    cipher_ = FrameCipher(keys_);
  }
  const auto done = seal_one(telegram, frame, order);
  if (!done || frame.empty()) return done;
  if (remembers_) last_frame_ = frame;
  if (order.twice) {
    SealOrder next = order;
    next.counter = SealOrder::Counter::kNext;
    next.new_key = false;
    std::string second;
    const auto again = seal_one(telegram, second, next);
    if (!again) return again;
    if (remembers_ && !second.empty()) last_frame_ = second;
    frame += second;
  }
  if (order.plain_too) frame += telegram;
  return {};
}

Result<void> TelegramSealer::seal_one(std::string_view telegram, std::string& frame,
                                      const SealOrder& order) {
  // Among so many counters, one gives even the shortest of these telegrams all control bytes.
  constexpr int kMostTries = 200'000;
  FrameCipher& cipher = cipher_for(order);
  for (int tries = 0; tries < kMostTries; ++tries) {
    const auto counter = tries == 0 ? counter_for(order) : take();
    if (!counter || !*counter) {
      frame.clear();
      if (!counter) return tl::make_unexpected(counter.error());
      return {};
    }
    cipher.seal(title_, **counter, telegram, frame, order.form);
    const bool back = order.counter == SealOrder::Counter::kBack && **counter < last_.value_or(0);
    if (!back) last_ = **counter;
    if (!order.control_bytes || telegram.size() < kLeastForControlBytes) break;
    if (has_control_bytes(parse_frame(frame)->ciphertext)) break;
  }
  return {};
}

Result<bool> TelegramSealer::seal(Emission& emission) {
  if (emission.seal.plain) return true;
  const std::string telegram = std::exchange(emission.bytes, {});
  auto done = seal(telegram, emission.bytes, emission.seal);
  if (!done) return tl::make_unexpected(std::move(done.error()));
  return !emission.bytes.empty();
}

FrameCipher& TelegramSealer::cipher_for(const SealOrder& order) {
  if (!order.other_key && !order.other_authentication_key) return cipher_;
  const FrameKeys other = other_keys(keys_);
  fault_cipher_.emplace(
      FrameKeys{order.other_key ? other.encryption : keys_.encryption,
                order.other_authentication_key ? other.authentication : keys_.authentication});
  return *fault_cipher_;
}

Result<Counter> TelegramSealer::counter_for(const SealOrder& order) {
  const bool reset = order.new_key || order.counter == SealOrder::Counter::kReset;
  if (order.counter == SealOrder::Counter::kRepeat && last_) return last_;
  // Not to 0, which is legal: there must be something between.
  if (order.counter == SealOrder::Counter::kBack && last_.value_or(0) > 1) {
    return *last_ - std::min(*last_ - 1, order.amount);
  }
  if (order.counter == SealOrder::Counter::kGap) skip(order.amount);
  const auto counter = take();
  if (!reset || !counter || !*counter) return counter;
  base_ += **counter;
  return Counter(0);
}

void TelegramSealer::skip(std::uint32_t counters) {
  if (file_) return file_->skip(counters);
  next_ += std::min(counters, kLastCounter - next_);
}

Result<Counter> TelegramSealer::take() {
  if (file_) {
    const auto taken = file_->take();
    if (!taken || !*taken) return taken;
    return Counter(**taken - base_);
  }
  if (next_ == kLastCounter) return Counter();
  return Counter(next_++ - base_);
}

}  // namespace p1rig
