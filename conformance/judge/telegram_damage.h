#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conformance/judge/crc_ways.h"
#include "conformance/judge/line_contents.h"
#include "conformance/judge/line_mistakes.h"

namespace p1rig {

/// The CRC is that of P1, had all lines their CR LF: some of these were lost.
inline const CrcWay kDamagedLineEnds{.line_ends = CrcLineEnds::kCrLf};

/// Why a telegram is wrong, as far as its bytes and correct telegrams of the same meter show.
struct Damage {
  std::string_view id;  ///< of a mistake: "noise", "bytes-lost", "edited" …
  Likelihood likelihood = Likelihood::kPossible;
  std::string why;
};
Damage explain_damage(const SeenTelegram& wrong, const std::vector<SeenTelegram>& all);

}  // namespace p1rig
