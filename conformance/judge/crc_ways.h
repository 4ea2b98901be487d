#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/crc_algorithms.h"
#include "protocol/telegram.h"

namespace p1rig {

// Some meters and gateways print another CRC than that of P1: some Holley meters CRC-16/X-25
// (dsmr_parser#91, home-assistant/core#58896), gateways one without the '!' or of other line ends.
// Which one is found by trying. A CRC has 16 bits, so each way that is tried fits a telegram by chance
// once in 65536 times: one that fits two telegrams is known, one that fits one is likely.

/// No telegram of a meter is longer; the CRC of other bytes is not looked for.
inline constexpr std::size_t kLongestTelegram = 16 * 1024;

/// Line ends that a CRC may be computed with, whatever the telegram has.
enum class CrcLineEnds { kAsTheyAre, kCrLf, kLf, kNone };

/// A way to compute a CRC. As it is by default, it is that of P1.
struct CrcWay {
  const CrcAlgorithm* algorithm = &crc_algorithms().front();
  bool with_slash = true;
  bool with_bang = true;
  bool swapped = false;  ///< printed with the lower byte first
  CrcLineEnds line_ends = CrcLineEnds::kAsTheyAre;

  /// In how many ways it differs from that of P1 (DSMR-P1 5.0.2 §6.2).
  int deviations() const;
  bool operator==(const CrcWay&) const = default;
};

/// "CRC-16/X-25", "CRC-16/MODBUS without the '!', with its bytes swapped".
std::string to_string(const CrcWay& way);

/// One in how many telegrams with a wrong CRC is fitted by chance by some way with no more deviations
/// than this one.
int chance_of(const CrcWay& way);

/// All ways but that of P1 that give the number after the '!' of this telegram, the least deviating
/// first. None if there is no number, or if it is correct.
std::vector<CrcWay> find_crc_ways(const Telegram& telegram);

}  // namespace p1rig
