#include "conformance/judge/other_protocols.h"

#include <array>
#include <utility>

namespace p1rig {
namespace {

constexpr std::array kProtocols{
    OtherProtocol{"dlms-hdlc", "DLMS in HDLC frames, not P1",
                  "use a reader of DLMS push messages, such as amsreader or one built on Gurux",
                  find_dlms_hdlc},
    OtherProtocol{"belgian-s1", "the Belgian S1 port, samples of current and voltage at 2 Mbit/s",
                  "plug into P1, the other port of this meter, or use a reader of S1 "
                  "(e-MUCS H 1.3 §4)",
                  find_s1},
    OtherProtocol{"sml", "SML, not P1",
                  "use a reader of SML, such as libsml, vzlogger or smartmeter-obis", find_sml},
    OtherProtocol{"wired-mbus", "frames of the wired M-Bus, not P1",
                  "use a reader of the wired M-Bus, such as libmbus or wmbusmeters",
                  find_wired_mbus},
    OtherProtocol{"iec-62056-21", "data blocks of IEC 62056-21 with a check character, not P1",
                  "use a reader of IEC 62056-21 (D0), such as vzlogger or smartmeter-obis",
                  find_iec_blocks},
    OtherProtocol{"ansi-c12.18", "packets of ANSI C12.18, as sent by OSGP meters, not P1",
                  "use a reader of ANSI C12.18 and its tables, such as termineter", find_c1218},
    OtherProtocol{"sealed-otherwise", "telegrams sealed in an unknown way",
                  "ask the grid operator how they are sealed, and for a key",
                  find_sealed_behind_header},
};

}  // namespace

std::span<const OtherProtocol> other_protocols() { return kProtocols; }

std::optional<SeenProtocol> find_other_protocol(std::string_view bytes) {
  for (const OtherProtocol& protocol : kProtocols) {
    if (auto sighting = protocol.find(bytes)) return SeenProtocol{&protocol, std::move(*sighting)};
  }
  return std::nullopt;
}

}  // namespace p1rig
