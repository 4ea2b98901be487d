#pragma once

#include <array>
#include <string_view>

#include "protocol/dialect_data.h"
#include "protocol/dialects/shared_quirks.h"

// What Sweden and Finland have in common: the objects, and meters of Aidon. Meters behind current
// transformers send Wh, W and VAr (Aidon RJ12 1.7A §3.4.4).

namespace p1rig {

inline constexpr std::string_view kSwe = "SE-P1 2.0 annex 3";

inline constexpr auto kNordicRules = std::to_array<ObjectRule>({
    {"0-0:1.0.0", "(TST)", kSwe, "message time"},
    {"1-0:1.8.0", "(F11(3,3)*kWh|Wh|MWh)", kSwe, "energy to the client"},
    {"1-0:2.8.0", "(F11(3,3)*kWh|Wh|MWh)", kSwe, "energy by the client"},
    {"1-0:3.8.0", "(F11(3,3)*kVArh|kvarh|VArh|varh|MVArh|Mvarh)", kSwe, "reactive energy +Q"},
    {"1-0:4.8.0", "(F11(3,3)*kVArh|kvarh|VArh|varh|MVArh|Mvarh)", kSwe, "reactive energy -Q"},
    {"1-0:1.7.0", "(F7(3,3)*kW|W)", kSwe, "power to the client"},
    {"1-0:2.7.0", "(F7(3,3)*kW|W)", kSwe, "power by the client"},
    {"1-0:3.7.0", "(F7(3,3)*kVAr|kvar|VAr|var)", kSwe, "reactive power +Q"},
    {"1-0:4.7.0", "(F7(3,3)*kVAr|kvar|VAr|var)", kSwe, "reactive power -Q"},
    {"1-0:21.7.0", "(F7(3,3)*kW|W)", kSwe, "power to the client L1"},
    {"1-0:41.7.0", "(F7(3,3)*kW|W)", kSwe, "power to the client L2"},
    {"1-0:61.7.0", "(F7(3,3)*kW|W)", kSwe, "power to the client L3"},
    {"1-0:22.7.0", "(F7(3,3)*kW|W)", kSwe, "power by the client L1"},
    {"1-0:42.7.0", "(F7(3,3)*kW|W)", kSwe, "power by the client L2"},
    {"1-0:62.7.0", "(F7(3,3)*kW|W)", kSwe, "power by the client L3"},
    {"1-0:23.7.0", "(F7(3,3)*kVAr|kvar|VAr|var)", kSwe, "reactive power +Q L1"},
    {"1-0:43.7.0", "(F7(3,3)*kVAr|kvar|VAr|var)", kSwe, "reactive power +Q L2"},
    {"1-0:63.7.0", "(F7(3,3)*kVAr|kvar|VAr|var)", kSwe, "reactive power +Q L3"},
    {"1-0:24.7.0", "(F7(3,3)*kVAr|kvar|VAr|var)", kSwe, "reactive power -Q L1"},
    {"1-0:44.7.0", "(F7(3,3)*kVAr|kvar|VAr|var)", kSwe, "reactive power -Q L2"},
    {"1-0:64.7.0", "(F7(3,3)*kVAr|kvar|VAr|var)", kSwe, "reactive power -Q L3"},
    {"1-0:32.7.0", "(F4(1,1)*V)", kSwe, "voltage L1"},
    {"1-0:52.7.0", "(F4(1,1)*V)", kSwe, "voltage L2"},
    {"1-0:72.7.0", "(F4(1,1)*V)", kSwe, "voltage L3"},
    {"1-0:31.7.0", "(F4(1,1)*A)", kSwe, "current L1"},
    {"1-0:51.7.0", "(F4(1,1)*A)", kSwe, "current L2"},
    {"1-0:71.7.0", "(F4(1,1)*A)", kSwe, "current L3"},
    {"1-0:0.4.2", "(I)", "Aidon RJ12 1.7A §3.4.4", "current transformer ratio"},
    {"1-0:0.4.3", "(F5(2,2))", "Aidon RJ12 1.7A §3.4.4", "voltage transformer ratio"},
});

// Of which of the two countries an Aidon is, only its zone tells (jonkerj/iec62056#3).
inline constexpr std::string_view kAidon = "ADN9*";

// What Aidon's meters behind transformers print, and units without '*'.
inline constexpr auto kAidonQuirks = std::to_array<FieldQuirk>({
    {kAidon, "blank-line", "", "", kPublished},
    {kAidon, kForm, "1-0:*", FieldQuirk::kLoose, "esphome/feature-requests#1394"},
    {kAidon, "value-format", "1-0:*", "(F11(3,3)*kW|kVAr)", kPublished},
    {kAidon, "value-format", "1-0:*", "(F9(2,2)*V)", kPublished},
    {kAidon, "value-format", "1-0:*", "(F5(1,1)*A)", kPublished},
});

}  // namespace p1rig
