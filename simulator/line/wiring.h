#pragma once

#include <optional>
#include <string_view>

namespace p1rig {

/// What a reader does with the outputs of its serial port.
struct ModemLines {
  bool rts = false;  ///< asserted
  bool dtr = false;
  bool operator==(const ModemLines&) const = default;
};

/// Which output of the reader's port drives Data Request. The input of the meter is active when high
/// (DSMR-P1 5.0.2 §5.7.1); whether an asserted RTS makes it high depends on the cable: adapters with
/// TTL levels drive the pin low, and many cables tie Data Request to +5 V. So it is declared, never
/// guessed.
enum class Wiring { kRts, kRtsInverted, kDtr, kDtrInverted, kVcc };

/// "rts", "rts#", "dtr", "dtr#" or "vcc".
std::optional<Wiring> parse_wiring(std::string_view text);

/// What parse_wiring() takes, for people.
inline constexpr std::string_view kWiringForms = "rts, rts#, dtr, dtr# or vcc";

/// Is Data Request active at the meter?
bool requested_by(Wiring wiring, const ModemLines& lines);

}  // namespace p1rig
