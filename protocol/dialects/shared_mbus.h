#pragma once

#include <array>

#include "protocol/dialect_data.h"
#include "protocol/dialects/join.h"

// How the documents show the devices on the M-Bus, by medium: profiles that say nothing of a medium
// show it like this.

namespace p1rig {

// The value is on a line of its own; the device type comes first (DSMR-P1 3.0 §5.10, §5.11).
inline constexpr auto kDsmr3MbusForms = std::to_array<MbusForm>({
    {"gas",
     "0-n:24.1.0(3)\n0-n:96.1.0({id X})\n"
     "0-n:24.3.0({time TST12})(00)(60)(1)(0-n:24.2.1)(m3)\n({reading F8(3,3)})\n"
     "0-n:24.4.0({valve I1})\n"},
    {"water",
     "0-n:24.1.0(7)\n0-n:96.1.0({id X})\n"
     "0-n:24.3.0({time TST12})(00)(60)(1)(0-n:24.2.1)(m3)\n({reading F8(3,3)})\n"},
    {"heat",
     "0-n:24.1.0(4)\n0-n:96.1.0({id X})\n"
     "0-n:24.3.0({time TST12})(00)(60)(1)(0-n:24.2.1)(GJ)\n({reading F8(2,2)})\n"},
    {"cold",
     "0-n:24.1.0(10)\n0-n:96.1.0({id X})\n"
     "0-n:24.3.1({time TST12})(00)(60)(1)(0-n:24.2.1)(GJ)\n({reading F8(2,2)})\n"},
});

// Gas and water behind a valve (DSMR-P1 4.0.4 §5.12, LUX-P1 1.1.3 app. A).
inline constexpr auto kValveMbusForms = std::to_array<MbusForm>({
    {"gas",
     "0-n:24.1.0(003)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(3,3) m3})\n"
     "0-n:24.4.0({valve I1})\n"},
    {"water",
     "0-n:24.1.0(007)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(3,3) m3})\n"
     "0-n:24.4.0({valve I1})\n"},
});

// The valve went with 4.0.7 and 4.2 (DSMR-P1 4.0.4 §5.12, 4.2.2 §5.12).
inline constexpr auto kDsmr40HeatForms = std::to_array<MbusForm>({
    {"heat",
     "0-n:24.1.0(004)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(2,2) GJ})\n"
     "0-n:24.4.0({valve I1})\n"},
    {"cold",
     "0-n:24.1.0(010)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(2,2) GJ})\n"
     "0-n:24.4.0({valve I1})\n"},
    {"electricity",
     "0-n:24.1.0(002)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(3,3) kWh})\n"},
});
inline constexpr auto kDsmr40MbusForms = join(kValveMbusForms, kDsmr40HeatForms);

inline constexpr auto kDsmrMbusForms = std::to_array<MbusForm>({
    {"gas", "0-n:24.1.0(003)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(3,3) m3})\n"},
    {"water",
     "0-n:24.1.0(007)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(3,3) m3})\n"},
    {"heat", "0-n:24.1.0(004)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(2,2) GJ})\n"},
    {"cold", "0-n:24.1.0(010)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(2,2) GJ})\n"},
    {"electricity",
     "0-n:24.1.0(002)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(3,3) kWh})\n"},
});

// Gas is not temperature corrected (e-MUCS H 1.3 §3.3.1).
inline constexpr auto kMucsMbusForms = std::to_array<MbusForm>({
    {"gas",
     "0-n:24.1.0(003)\n0-n:96.1.1({id X})\n0-n:24.4.0({valve I1})\n"
     "0-n:24.2.3({time TST})({reading F8(3,3) m3})\n"},
    {"water",
     "0-n:24.1.0(007)\n0-n:96.1.1({id X})\n0-n:24.2.1({time TST})({reading F8(3,3) m3})\n"},
    {"heat", "0-n:24.1.0(004)\n0-n:96.1.1({id X})\n0-n:24.2.1({time TST})({reading F8(2,2) GJ})\n"},
});

}  // namespace p1rig
