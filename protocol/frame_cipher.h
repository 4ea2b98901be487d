#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/aes_gcm.h"
#include "protocol/dlms_frame.h"
#include "protocol/result.h"

namespace p1rig {

struct FrameKeys {
  AesKey encryption;
  AesKey authentication;
};

/// 00112233445566778899AABBCCDDEEFF, the same for all meters (LUX-P1 1.1.3 §3.4.1).
AesKey printed_authentication_key();

/// The text of a key file: the encryption key as 32 hexadecimal digits on the first line; on the
/// second, if present, the authentication key; its default is the published one. Blank lines and
/// lines that begin with '#' are ignored. An error names the line and quotes nothing of it.
Result<FrameKeys> parse_frame_keys(std::string_view text);

/// Encrypts and decrypts frames with one pair of keys. Not for two threads at once.
class FrameCipher {
 public:
  explicit FrameCipher(const FrameKeys& keys);
  ~FrameCipher() { wipe(aad_); }
  FrameCipher(FrameCipher&&) noexcept = default;
  FrameCipher& operator=(FrameCipher&&) noexcept = default;

  /// Replaces `frame` by the sealed telegram; `title` has eight bytes. A form that is too
  /// small for the telegram is replaced by the canonical one.
  void seal(std::string_view title, std::uint32_t counter, std::string_view telegram,
            std::string& frame, LengthForm form = LengthForm::kCanonical);

  /// Replaces `telegram` by what is in the frame. False if the tag is wrong: another key,
  /// another authentication key, or bytes that changed; then `telegram` is empty.
  bool open(const DlmsFrame& frame, std::string& telegram);

  /// Eight hexadecimal digits that distinguish encryption keys and reveal nothing else: four
  /// bytes of the key stream of a counter that is never sent.
  std::string key_check_value();

 private:
  AesGcm gcm_;
  std::array<char, 1 + AesKey::kSize> aad_{};
};

}  // namespace p1rig
