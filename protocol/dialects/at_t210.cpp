#include <array>
#include <string_view>

#include "protocol/dialect.h"

// No public document; the rules follow dsmr_parser PR#110 and a meter whose CRC is right.

namespace p1rig {
namespace {

constexpr std::string_view kT210 = "Sagemcom T210-D-r AT";

constexpr auto kRules = std::to_array<ObjectRule>({
    {"1-3:0.2.8", "(S2)", kT210, "P1 version"},
    {"0-0:1.0.0", "(TST)", kT210, "message time"},
    {"1-0:1.8.0", "(F9(0,0)*Wh)", kT210, "energy to the client"},
    {"1-0:1.8.1", "(F9(0,0)*Wh)", kT210, "energy to the client, tariff 1"},
    {"1-0:1.8.2", "(F9(0,0)*Wh)", kT210, "energy to the client, tariff 2"},
    {"1-0:2.8.0", "(F9(0,0)*Wh)", kT210, "energy by the client"},
    {"1-0:2.8.1", "(F9(0,0)*Wh)", kT210, "energy by the client, tariff 1"},
    {"1-0:2.8.2", "(F9(0,0)*Wh)", kT210, "energy by the client, tariff 2"},
    {"1-0:3.8.0", "(F9(0,0)*varh)", kT210, "reactive energy +Q"},
    {"1-0:3.8.1", "(F9(0,0)*varh)", kT210, "reactive energy +Q, tariff 1"},
    {"1-0:3.8.2", "(F9(0,0)*varh)", kT210, "reactive energy +Q, tariff 2"},
    {"1-0:4.8.0", "(F9(0,0)*varh)", kT210, "reactive energy -Q"},
    {"1-0:4.8.1", "(F9(0,0)*varh)", kT210, "reactive energy -Q, tariff 1"},
    {"1-0:4.8.2", "(F9(0,0)*varh)", kT210, "reactive energy -Q, tariff 2"},
    {"1-0:1.7.0", "(F9(0,0)*W)", kT210, "power to the client"},
    {"1-0:2.7.0", "(F9(0,0)*W)", kT210, "power by the client"},
    {"1-0:3.7.0", "(F9(0,0)*var)", kT210, "reactive power +Q"},
    {"1-0:4.7.0", "(F9(0,0)*var)", kT210, "reactive power -Q"},
});

}  // namespace

extern constinit const Dialect kAtT210 = {
    .name = "at-t210",
    .document = "Sagemcom T210-D-r AT",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(10),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Austria, Styria: whole Wh and W, encrypted",
    .minimum = "0-0:1.0.0 1-0:1.8.0 1-0:2.8.0 1-0:1.7.0 1-0:2.7.0",
    .version = {"1-3:0.2.8", "50"},
    .representative = "sagemcom-t210-d-r",
    .rules = kRules,
    .recognition = {.makers = "EST5*", .borrows_version = true},
};

}  // namespace p1rig
