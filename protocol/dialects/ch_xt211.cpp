#include <array>
#include <string_view>

#include "protocol/dialect.h"
#include "protocol/dialects/shared_quirks.h"

// No public document; DSMR 5 formats under codes of channel 1-1 (esphome/feature-requests#2569). The
// period is not in any public text: 10 s is the longest of the family.

namespace p1rig {
namespace {

constexpr std::string_view kXt211 = "Sagemcom XT211 CH";

constexpr auto kRules = std::to_array<ObjectRule>({
    {"0-0:1.0.0", "(TST)", kXt211, "message time"},
    {"0-0:96.1.1", "(X)", kXt211, "equipment identifier"},
    {"0-0:96.14.0", "(S4)", kXt211, "tariff indicator"},
    {"1-1:1.8.1", "(F9(3,3)*kWh)", kXt211, "energy to the client, tariff 1"},
    {"1-1:1.8.2", "(F9(3,3)*kWh)", kXt211, "energy to the client, tariff 2"},
    {"1-1:2.8.1", "(F9(3,3)*kWh)", kXt211, "energy by the client, tariff 1"},
    {"1-1:2.8.2", "(F9(3,3)*kWh)", kXt211, "energy by the client, tariff 2"},
    {"1-0:1.7.0", "(F5(3,3)*kW)", kXt211, "power to the client"},
    {"1-1:1.7.0", "(F5(3,3)*kW)", kXt211, "power to the client"},
    {"1-0:2.7.0", "(F5(3,3)*kW)", kXt211, "power by the client"},
    {"1-1:2.7.0", "(F5(3,3)*kW)", kXt211, "power by the client"},
    {"1-0:32.7.0", "(F4(1,1)*V)", kXt211, "voltage L1"},
    {"1-0:52.7.0", "(F4(1,1)*V)", kXt211, "voltage L2"},
    {"1-0:72.7.0", "(F4(1,1)*V)", kXt211, "voltage L3"},
    {"1-0:31.7.0", "(F3(0,0)|F5(2,2)*A)", kXt211, "current L1"},
    {"1-0:51.7.0", "(F3(0,0)|F5(2,2)*A)", kXt211, "current L2"},
    {"1-0:71.7.0", "(F3(0,0)|F5(2,2)*A)", kXt211, "current L3"},
    {"1-0:21.7.0", "(F5(3,3)*kW)", kXt211, "power to the client L1"},
    {"1-0:41.7.0", "(F5(3,3)*kW)", kXt211, "power to the client L2"},
    {"1-0:61.7.0", "(F5(3,3)*kW)", kXt211, "power to the client L3"},
    {"1-0:22.7.0", "(F5(3,3)*kW)", kXt211, "power by the client L1"},
    {"1-0:42.7.0", "(F5(3,3)*kW)", kXt211, "power by the client L2"},
    {"1-0:62.7.0", "(F5(3,3)*kW)", kXt211, "power by the client L3"},
    {"1-1:32.7.0", "(F4(1,1)*V)", kXt211, "voltage L1"},
    {"1-1:52.7.0", "(F4(1,1)*V)", kXt211, "voltage L2"},
    {"1-1:72.7.0", "(F4(1,1)*V)", kXt211, "voltage L3"},
    {"1-1:31.7.0", "(F3(0,0)|F5(2,2)*A)", kXt211, "current L1"},
    {"1-1:51.7.0", "(F3(0,0)|F5(2,2)*A)", kXt211, "current L2"},
    {"1-1:71.7.0", "(F3(0,0)|F5(2,2)*A)", kXt211, "current L3"},
    {"1-1:21.7.0", "(F5(3,3)*kW)", kXt211, "power to the client L1"},
    {"1-1:41.7.0", "(F5(3,3)*kW)", kXt211, "power to the client L2"},
    {"1-1:61.7.0", "(F5(3,3)*kW)", kXt211, "power to the client L3"},
    {"1-1:22.7.0", "(F5(3,3)*kW)", kXt211, "power by the client L1"},
    {"1-1:42.7.0", "(F5(3,3)*kW)", kXt211, "power by the client L2"},
    {"1-1:62.7.0", "(F5(3,3)*kW)", kXt211, "power by the client L3"},
    {"0-0:98.1.0", "(I1|I2)", kXt211, "peaks of 13 months, without entries"},
    {"0-0:96.13.0", "(X)", kXt211, "text message"},
});

constexpr auto kQuirks = std::to_array<FieldQuirk>({
    {kAny, "bracket-count", kMonths, "(I1|I2)(=)", "athombv/node-dsmr-parser, sagemcom-xt211"},
});

}  // namespace

extern constinit const Dialect kChXt211 = {
    .name = "ch-xt211",
    .document = "Sagemcom XT211 CH",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(10),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Switzerland, Groupe E: codes of channel 1-1",
    .minimum = "0-0:1.0.0",
    .representative = "sagemcom-xt211",
    .rules = kRules,
    .quirks = kQuirks,
    .recognition = {.makers = "GRE5*", .borrows_version = true},
};

}  // namespace p1rig
