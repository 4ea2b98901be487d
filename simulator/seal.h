#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/frame_cipher.h"
#include "protocol/result.h"
#include "simulator/counter_file.h"

namespace p1rig {

/// Puts the telegrams of one meter under seal. The counter is that of the next frame and grows with
/// each, so the first after a reset carries 0 (LUX-P1 1.1.3 §3.2.5).
class TelegramSealer {
 public:
  /// `title` has eight octets. Counts from `first`, or on from where `file` is.
  TelegramSealer(const FrameKeys& keys, std::string title, std::uint32_t first = 0);
  TelegramSealer(const FrameKeys& keys, std::string title, CounterFile file);

  /// Replaces `frame`. It is empty where no counter is left: the meter has fallen silent. An error
  /// means that the counter cannot be reserved; nothing may be sent then.
  Result<void> seal(std::string_view telegram, std::string& frame);

 private:
  Result<std::optional<std::uint32_t>> next_counter();

  FrameCipher cipher_;
  std::string title_;
  std::uint32_t next_ = 0;
  std::optional<CounterFile> file_;
};

}  // namespace p1rig
