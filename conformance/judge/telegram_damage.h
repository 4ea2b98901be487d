#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/crc_algorithms.h"
#include "conformance/judge/line_contents.h"
#include "conformance/judge/line_mistakes.h"

namespace p1rig {

/// A bit that, put right, makes the CRC right.
struct FlippedBit {
  std::size_t offset = 0;  ///< in the telegram
  char is = '\0';
  char was = '\0';
  bool mends_line = false;  ///< a line that was none is one then
};

/// The bits of which one, put right, makes the CRC of the telegram right, and its byte one that
/// telegrams have. There is none where the CRC is right or missing; by chance there is one in every
/// tenth telegram of 800 bytes.
std::vector<FlippedBit> find_flipped_bits(std::string_view telegram);

/// The CRC is that of P1, had all lines their CR LF: some of these were lost.
inline const CrcWay kDamagedLineEnds{.line_ends = CrcLineEnds::kCrLf};

/// Where values were made unreadable on purpose: "line 4, 0-0:96.1.1". Empty where none were.
std::string find_redacted(const Telegram& telegram);

/// Why a telegram is wrong, as far as its bytes and right telegrams of the same meter tell.
struct Damage {
  std::string_view id;  ///< of a mistake: "noise", "bytes-lost", "edited" …
  Likelihood likelihood = Likelihood::kPossible;
  std::string why;
};
Damage explain_damage(const SeenTelegram& wrong, const std::vector<SeenTelegram>& all);

}  // namespace p1rig
