#include <array>
#include <string_view>

#include "protocol/dialect.h"
#include "protocol/dialects/shared_quirks.h"

// Standard, extended and maximum profile. The period is not in any public text: 10 s is the longest of
// the family.

namespace p1rig {
namespace {

constexpr std::string_view kEso = "ESO-P1";

constexpr auto kRules = std::to_array<ObjectRule>({
    {"0-0:1.0.0", "(TST)", kEso, "message time"},
    {"1-0:1.8.0", "(F9(3,3)*kWh)", kEso, "energy to the client"},
    {"1-0:1.8.1", "(F9(3,3)*kWh)", kEso, "energy to the client, tariff 1"},
    {"1-0:1.8.2", "(F9(3,3)*kWh)", kEso, "energy to the client, tariff 2"},
    {"1-0:1.8.3", "(F9(3,3)*kWh)", kEso, "energy to the client, tariff 3"},
    {"1-0:1.8.4", "(F9(3,3)*kWh)", kEso, "energy to the client, tariff 4"},
    {"1-0:2.8.0", "(F9(3,3)*kWh)", kEso, "energy by the client"},
    {"1-0:2.8.1", "(F9(3,3)*kWh)", kEso, "energy by the client, tariff 1"},
    {"1-0:2.8.2", "(F9(3,3)*kWh)", kEso, "energy by the client, tariff 2"},
    {"1-0:2.8.3", "(F9(3,3)*kWh)", kEso, "energy by the client, tariff 3"},
    {"1-0:2.8.4", "(F9(3,3)*kWh)", kEso, "energy by the client, tariff 4"},
    {"1-0:3.8.0", "(F9(3,3)*kvarh)", kEso, "reactive energy +Q"},
    {"1-0:3.8.1", "(F9(3,3)*kvarh)", kEso, "reactive energy +Q, tariff 1"},
    {"1-0:3.8.2", "(F9(3,3)*kvarh)", kEso, "reactive energy +Q, tariff 2"},
    {"1-0:3.8.3", "(F9(3,3)*kvarh)", kEso, "reactive energy +Q, tariff 3"},
    {"1-0:3.8.4", "(F9(3,3)*kvarh)", kEso, "reactive energy +Q, tariff 4"},
    {"1-0:4.8.0", "(F9(3,3)*kvarh)", kEso, "reactive energy -Q"},
    {"1-0:4.8.1", "(F9(3,3)*kvarh)", kEso, "reactive energy -Q, tariff 1"},
    {"1-0:4.8.2", "(F9(3,3)*kvarh)", kEso, "reactive energy -Q, tariff 2"},
    {"1-0:4.8.3", "(F9(3,3)*kvarh)", kEso, "reactive energy -Q, tariff 3"},
    {"1-0:4.8.4", "(F9(3,3)*kvarh)", kEso, "reactive energy -Q, tariff 4"},
    {"1-0:1.7.0", "(F5(3,3)*kW)", kEso, "power to the client"},
    {"1-0:2.7.0", "(F5(3,3)*kW)", kEso, "power by the client"},
    {"1-0:3.7.0", "(F5(3,3)*kvar)", kEso, "reactive power +Q"},
    {"1-0:4.7.0", "(F5(3,3)*kvar)", kEso, "reactive power -Q"},
    {"1-0:21.7.0", "(F5(3,3)*kW)", kEso, "power to the client L1"},
    {"1-0:41.7.0", "(F5(3,3)*kW)", kEso, "power to the client L2"},
    {"1-0:61.7.0", "(F5(3,3)*kW)", kEso, "power to the client L3"},
    {"1-0:22.7.0", "(F5(3,3)*kW)", kEso, "power by the client L1"},
    {"1-0:42.7.0", "(F5(3,3)*kW)", kEso, "power by the client L2"},
    {"1-0:62.7.0", "(F5(3,3)*kW)", kEso, "power by the client L3"},
    {"1-0:23.7.0", "(F5(3,3)*kvar)", kEso, "reactive power +Q L1"},
    {"1-0:43.7.0", "(F5(3,3)*kvar)", kEso, "reactive power +Q L2"},
    {"1-0:63.7.0", "(F5(3,3)*kvar)", kEso, "reactive power +Q L3"},
    {"1-0:24.7.0", "(F5(3,3)*kvar)", kEso, "reactive power -Q L1"},
    {"1-0:44.7.0", "(F5(3,3)*kvar)", kEso, "reactive power -Q L2"},
    {"1-0:64.7.0", "(F5(3,3)*kvar)", kEso, "reactive power -Q L3"},
    {"1-0:32.7.0", "(F4(1,1)*V)", kEso, "voltage L1"},
    {"1-0:32.24.0", "(F4(1,1)*V)", kEso, "average voltage L1"},
    {"1-0:31.7.0", "(F3(0,0)*A)", kEso, "current L1"},
    {"1-0:52.7.0", "(F4(1,1)*V)", kEso, "voltage L2"},
    {"1-0:52.24.0", "(F4(1,1)*V)", kEso, "average voltage L2"},
    {"1-0:51.7.0", "(F3(0,0)*A)", kEso, "current L2"},
    {"1-0:72.7.0", "(F4(1,1)*V)", kEso, "voltage L3"},
    {"1-0:72.24.0", "(F4(1,1)*V)", kEso, "average voltage L3"},
    {"1-0:71.7.0", "(F3(0,0)*A)", kEso, "current L3"},
    {"1-0:12.7.0", "(F4(1,1)*V)", kEso, "voltage, any phase"},
    {"1-0:11.7.0", "(F3(0,0)*A)", kEso, "current, any phase"},
    {"1-0:91.7.0", "(F3(0,0)*A)", kEso, "current, neutral"},
    {"1-0:90.7.0", "(F3(0,0)*A)", kEso, "current, sum of the phases"},
    {"1-0:14.7.0", "(F3(1,1)*Hz)", kEso, "frequency"},
    {"1-0:15.7.0", "(F5(3,3)*kW)", kEso, "power, both ways"},
    {"1-0:16.7.0", "(+F5(3,3)*kW)", kEso, "power, balance"},
    {"1-0:9.7.0", "(F5(3,3)*kVA)", kEso, "apparent power to the client"},
    {"1-0:29.7.0", "(F5(3,3)*kVA)", kEso, "apparent power to the client L1"},
    {"1-0:49.7.0", "(F5(3,3)*kVA)", kEso, "apparent power to the client L2"},
    {"1-0:69.7.0", "(F5(3,3)*kVA)", kEso, "apparent power to the client L3"},
    {"1-0:10.7.0", "(F5(3,3)*kVA)", kEso, "apparent power by the client"},
    {"1-0:30.7.0", "(F5(3,3)*kVA)", kEso, "apparent power by the client L1"},
    {"1-0:50.7.0", "(F5(3,3)*kVA)", kEso, "apparent power by the client L2"},
    {"1-0:70.7.0", "(F5(3,3)*kVA)", kEso, "apparent power by the client L3"},
    {"1-0:1.24.0", "(F5(3,3)*kW)", kEso, "average power to the client"},
    {"1-0:16.24.0", "(+F5(3,3)*kW)", kEso, "average power, balance"},
    {"1-0:15.24.0", "(F5(3,3)*kW)", kEso, "average power, both ways"},
    {"1-0:13.7.0", "(+F4(3,3))", kEso, "power factor"},
    {"1-0:33.7.0", "(+F4(3,3))", kEso, "power factor L1"},
    {"1-0:53.7.0", "(+F4(3,3))", kEso, "power factor L2"},
    {"1-0:73.7.0", "(+F4(3,3))", kEso, "power factor L3"},
    {"1-0:13.3.0", "(+F4(3,3))", kEso, "power factor, lowest"},
    {"1-0:0.8.2", "(F5(0,0)*s)", kEso, "averaging period"},
    {"1-0:1.4.0", "(F9(3,3)*kW)", kEso, "demand to the client"},
    {"1-0:2.4.0", "(F9(3,3)*kW)", kEso, "demand by the client"},
    {"1-0:3.4.0", "(F9(3,3)*kvar)", kEso, "demand +Q"},
    {"1-0:4.4.0", "(F9(3,3)*kvar)", kEso, "demand -Q"},
    {"1-0:9.4.0", "(F9(3,3)*kVA)", kEso, "demand apparent to the client"},
    {"1-0:10.4.0", "(F9(3,3)*kVA)", kEso, "demand apparent by the client"},
    {"0-0:96.7.21", "(F5(0,0))", kEso, "power failures"},
    {"1-0:32.32.0", "(F5(0,0))", kEso, "voltage sags L1"},
    {"1-0:52.32.0", "(F5(0,0))", kEso, "voltage sags L2"},
    {"1-0:72.32.0", "(F5(0,0))", kEso, "voltage sags L3"},
    {"1-0:32.33.0", "(F5(0,0)*s)", kEso, "duration of the last sag L1"},
    {"1-0:52.33.0", "(F5(0,0)*s)", kEso, "duration of the last sag L2"},
    {"1-0:72.33.0", "(F5(0,0)*s)", kEso, "duration of the last sag L3"},
    {"1-0:32.34.0", "(F4(0,0)*V)", kEso, "depth of the last sag L1"},
    {"1-0:52.34.0", "(F4(0,0)*V)", kEso, "depth of the last sag L2"},
    {"1-0:72.34.0", "(F4(0,0)*V)", kEso, "depth of the last sag L3"},
    {"1-0:32.36.0", "(F5(0,0))", kEso, "voltage swells L1"},
    {"1-0:52.36.0", "(F5(0,0))", kEso, "voltage swells L2"},
    {"1-0:72.36.0", "(F5(0,0))", kEso, "voltage swells L3"},
    {"1-0:32.37.0", "(F5(0,0)*s)", kEso, "duration of the last swell L1"},
    {"1-0:52.37.0", "(F5(0,0)*s)", kEso, "duration of the last swell L2"},
    {"1-0:72.37.0", "(F5(0,0)*s)", kEso, "duration of the last swell L3"},
    {"1-0:32.38.0", "(F3(0,0)|F4(0,0)*V)", kEso, "height of the last swell L1"},
    {"1-0:52.38.0", "(F3(0,0)|F4(0,0)*V)", kEso, "height of the last swell L2"},
    {"1-0:72.38.0", "(F3(0,0)|F4(0,0)*V)", kEso, "height of the last swell L3"},
    {"1-0:0.2.0", "(F4(2,2))", kEso, "firmware version"},
    {"1-0:0.2.8", "(X)", kEso, "firmware signature"},
    {"1-1:0.2.0", "(F4(2,2))", kEso, "firmware version"},
    {"1-1:0.2.8", "(X)", kEso, "firmware signature"},
    {"0-0:96.13.0", "(X)", kEso, "text message"},
    {"0-0:96.1.1", "(X)", kEso, "equipment identifier"},
});

constexpr std::array kLooks{
    Look{.rank = 20, .any_of = "1-0:1.8.3", .energy_digits = 8},
    Look{.rank = 60, .any_of = "1-0:1.8.3", .energy_digits = 6},
};

// Meters behind transformers.
constexpr auto kQuirks = std::to_array<FieldQuirk>({
    {kAny, kForm, "1-0:*", "(+F11(3,3)*kWh|kvarh|kW|kvar|kVA)", "zuidwijk/dsmr PR#31"},
    {kAny, kForm, "1-0:*", "(F7(3,3)*kV|kA|kHz)", "zuidwijk/dsmr PR#31"},
    {kAny, kForm, "1-0:*", "(I5*V)", "zuidwijk/dsmr PR#31"},
    {kAny, "value-format", "1-0:13.7.0 1-0:33.7.0 1-0:53.7.0 1-0:73.7.0 1-0:13.3.0", "(+F5(0,0))",
     "zuidwijk/dsmr PR#31"},
});

}  // namespace

extern constinit const Dialect kLtEso = {
    .name = "lt-eso",
    .document = "ESO-P1",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(10),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(120),
    .summer_time = true,
    .summary = "Lithuania: four tariffs, averages, factors",
    .minimum = "0-0:1.0.0 1-0:1.8.0",
    .representative = "eso-extended",
    .rules = kRules,
    .quirks = kQuirks,
    .recognition = {.makers = "ESO5*", .without_version = kLooks},
};

}  // namespace p1rig
