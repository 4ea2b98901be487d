#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/frame_cipher.h"
#include "protocol/result.h"
#include "simulator/emission.h"
#include "simulator/seal/counter_file.h"

namespace p1rig {

/// The keys that faults use as other ones: all bits of these inverted. A new key is the other
/// encryption key; the authentication key stays (LUX-P1 1.1.3 §3.4.1).
FrameKeys other_keys(const FrameKeys& keys);

/// True if a ciphertext has what readers stumble over: DB, '/', XON, XOFF, CR, LF, ETX, EOT, SUB,
/// FF, and '!' at the start of a line.
bool has_control_bytes(std::string_view ciphertext);

/// Puts the telegrams of one meter under seal. The counter is that of the next frame and grows with
/// each, so the first after a reset carries 0 (LUX-P1 1.1.3 §3.2.5).
class TelegramSealer {
 public:
  /// `title` has eight bytes. Counts from `first`, or on from where `file` is.
  TelegramSealer(const FrameKeys& keys, std::string title, std::uint32_t first = 0);
  TelegramSealer(const FrameKeys& keys, std::string title, CounterFile file);

  /// Replaces `frame`. It is empty if no counter is left: the meter has fallen silent. An error
  /// means that the counter cannot be reserved; nothing may be sent then.
  Result<void> seal(std::string_view telegram, std::string& frame, const SealOrder& order = {});

  /// Seals a telegram between its faults, as apply_faults() needs it; one to be sent plain is
  /// left unchanged. False if no counter is left: the meter has gone silent.
  Result<bool> seal(Emission& emission);

  /// From now on each frame is kept for the next, which may be a replay of it.
  void remember_frames() { remembers_ = true; }

  /// The counter of the next frame without a fault.
  std::uint32_t next_counter() const { return (file_ ? file_->next() : next_) - base_; }

  /// Tells the encryption key of now from others (FrameCipher::key_check_value()).
  std::string key_check_value() { return cipher_.key_check_value(); }

 private:
  /// Nothing if none is left.
  Result<std::optional<std::uint32_t>> take();
  void skip(std::uint32_t counters);
  Result<std::optional<std::uint32_t>> counter_for(const SealOrder& order);
  Result<void> seal_one(std::string_view telegram, std::string& frame, const SealOrder& order);
  FrameCipher& cipher_for(const SealOrder& order);

  FrameKeys keys_;
  FrameCipher cipher_;
  std::string title_;
  std::uint32_t next_ = 0;
  std::optional<CounterFile> file_;
  std::uint32_t base_ = 0;             // what take() gave when counting restarted at 0
  std::optional<std::uint32_t> last_;  // sent
  bool remembers_ = false;
  std::string last_frame_;
  std::optional<FrameCipher> fault_cipher_;
};

}  // namespace p1rig
