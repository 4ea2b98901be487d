#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/result.h"

namespace p1rig {

// A sealed telegram: a general-glo-ciphering frame of DLMS suite 0, as Luxembourg and Styria
// send it (LUX-P1 1.1.3 §3.2.5). All numbers are big endian.
//
//   DB | 08 | system title | LEN | 30 | frame counter | ciphertext      | tag
//        8    8 bytes              1    4               as the telegram   12
//
// LEN counts the bytes after it: 17 more than the telegram has. It is written in one byte below
// 80 hex, else as 81 and one, 82 and two or 83 and three bytes. Meters send the shortest form that
// holds it, which for a real telegram is always 82; readers take every form.
// AES-128-GCM: the IV is system title and counter, the additional data 30 and authentication key.

inline constexpr char kFrameStart = '\xDB';
inline constexpr char kFrameSecurity = '\x30';  ///< authenticated and encrypted
inline constexpr std::size_t kTitleSize = 8;
inline constexpr std::size_t kTagSize = 12;
inline constexpr std::size_t kFrameOverhead = 17;  ///< LEN of an empty telegram
/// The longest frame that is taken for one: what 8 s at 115200 8N1 hold.
inline constexpr std::size_t kMaxFrame = 92160;
/// At this counter the meter falls silent (LUX-P1 1.1.3 §3.2.5): it is never sent.
inline constexpr std::uint32_t kLastCounter = 0xFFFFFFFF;

enum class LengthForm { kCanonical, kOne, k81, k82, k83 };

/// "canonical", "81", "82", "83"; nothing for any other name.
std::optional<LengthForm> parse_length_form(std::string_view name);

/// The length field of a telegram of that many bytes; nothing if it does not fit into the form.
std::optional<std::string> frame_length_field(std::size_t telegram_size, LengthForm form);

/// What the bytes received so far say about a frame.
struct FrameHead {
  enum class Verdict {
    kNone,  ///< a frame does not begin like this
    kMore,  ///< a frame may begin like this
    kFrame  ///< DB through 30: all as in a frame
  };
  Verdict verdict = Verdict::kNone;
  std::size_t size = 0;  ///< of the whole frame
};
FrameHead read_frame_head(std::string_view bytes);

/// A parsed frame: views into its bytes.
struct DlmsFrame {
  std::string_view title;
  LengthForm form = LengthForm::kCanonical;  ///< as written; never kCanonical after parsing
  std::uint32_t counter = 0;
  std::string_view ciphertext;
  std::string_view tag;
};

/// Why bytes are not a frame.
enum class FrameDefect {
  kHead,     ///< not DB, 08, title, a length field, 30
  kLength,   ///< the length leaves no room for counter and tag, or is beyond kMaxFrame
  kCut,      ///< fewer bytes than the length says
  kTrailing  ///< more bytes than the length says
};
std::string_view to_string(FrameDefect defect);

/// Takes all bytes for one frame.
tl::expected<DlmsFrame, FrameDefect> parse_frame(std::string_view bytes);

/// False if the length field is longer than it must be.
bool has_canonical_length(const DlmsFrame& frame);

/// Replaces `frame` by the head of one, DB to counter, and room for ciphertext and tag, and returns
/// the size of the head. A form that is too small is replaced by the canonical one.
std::size_t begin_frame(std::string_view title, std::uint32_t counter, std::size_t telegram_size,
                        LengthForm form, std::string& frame);

/// The bytes of these parts.
std::string print_frame(const DlmsFrame& frame);

}  // namespace p1rig
