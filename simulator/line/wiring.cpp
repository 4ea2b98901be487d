#include "simulator/line/wiring.h"

#include <array>
#include <utility>

namespace p1rig {

std::optional<Wiring> parse_wiring(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, Wiring>, 5> kNames = {
      {{"rts", Wiring::kRts},
       {"rts#", Wiring::kRtsInverted},
       {"dtr", Wiring::kDtr},
       {"dtr#", Wiring::kDtrInverted},
       {"vcc", Wiring::kVcc}}};
  for (const auto& [name, wiring] : kNames) {
    if (name == text) return wiring;
  }
  return std::nullopt;
}

bool requested_by(Wiring wiring, const ModemLines& lines) {
  switch (wiring) {
    case Wiring::kRts:
      return lines.rts;
    case Wiring::kRtsInverted:
      return !lines.rts;
    case Wiring::kDtr:
      return lines.dtr;
    case Wiring::kDtrInverted:
      return !lines.dtr;
    case Wiring::kVcc:
      return true;
  }
  return false;
}

}  // namespace p1rig
