#include <array>
#include <string_view>

#include "protocol/dialect.h"
#include "protocol/dialects/shared_quirks.h"

// No public document: the rules follow E.ON meters whose CRC is right, and are as wide as the meters
// of other makes need (esphome-libs/dsmr_parser#53, esphome/issues#3102). The period is not in any
// public text: 10 s is the longest of the family.

namespace p1rig {
namespace {

constexpr std::string_view kEon = "E.ON HU P1";

constexpr auto kRules = std::to_array<ObjectRule>({
    {"0-0:1.0.0", "(TST)", kEon, "message time"},
    {"0-0:42.0.0", "(X)", kEon, "logical device name"},
    {"0-0:96.1.0", "(X)", kEon, "equipment identifier"},
    {"0-0:96.14.0", "(S)", kEon, "tariff indicator"},
    {"0-0:96.3.10", "(I1)", kEon, "breaker state"},
    {"0-0:96.50.68", "(S)", kEon, "breaker state as text"},
    {"0-0:17.0.0", "(F(0,3)*kW|W|kVA|VA)", kEon, "limiter threshold"},
    {"1-0:1.8.0", "(F9(3,3)*kWh)", kEon, "energy to the client"},
    {"1-0:1.8.1", "(F9(3,3)*kWh)", kEon, "energy to the client, tariff 1"},
    {"1-0:1.8.2", "(F9(3,3)*kWh)", kEon, "energy to the client, tariff 2"},
    {"1-0:1.8.3", "(F9(3,3)*kWh)", kEon, "energy to the client, tariff 3"},
    {"1-0:1.8.4", "(F9(3,3)*kWh)", kEon, "energy to the client, tariff 4"},
    {"1-0:2.8.0", "(F9(3,3)*kWh)", kEon, "energy by the client"},
    {"1-0:2.8.1", "(F9(3,3)*kWh)", kEon, "energy by the client, tariff 1"},
    {"1-0:2.8.2", "(F9(3,3)*kWh)", kEon, "energy by the client, tariff 2"},
    {"1-0:2.8.3", "(F9(3,3)*kWh)", kEon, "energy by the client, tariff 3"},
    {"1-0:2.8.4", "(F9(3,3)*kWh)", kEon, "energy by the client, tariff 4"},
    {"1-0:3.8.0", "(F9(3,3)*kvarh)", kEon, "reactive energy +Q"},
    {"1-0:4.8.0", "(F9(3,3)*kvarh)", kEon, "reactive energy -Q"},
    {"1-0:5.8.0", "(F9(3,3)*kvarh)", kEon, "reactive energy quadrant 1"},
    {"1-0:6.8.0", "(F9(3,3)*kvarh)", kEon, "reactive energy quadrant 2"},
    {"1-0:7.8.0", "(F9(3,3)*kvarh)", kEon, "reactive energy quadrant 3"},
    {"1-0:8.8.0", "(F9(3,3)*kvarh)", kEon, "reactive energy quadrant 4"},
    {"1-0:15.8.0", "(F9(3,3)*kWh)", kEon, "energy, import plus export"},
    {"1-0:32.7.0", "(F4(1,1)*V)", kEon, "voltage L1"},
    {"1-0:52.7.0", "(F4(1,1)*V)", kEon, "voltage L2"},
    {"1-0:72.7.0", "(F4(1,1)*V)", kEon, "voltage L3"},
    {"1-0:31.7.0", "(F3(0,0)|F5(2,2)*A)", kEon, "current L1"},
    {"1-0:51.7.0", "(F3(0,0)|F5(2,2)*A)", kEon, "current L2"},
    {"1-0:71.7.0", "(F3(0,0)|F5(2,2)*A)", kEon, "current L3"},
    {"1-0:13.7.0", "(F4(3,3))", kEon, "power factor"},
    {"1-0:33.7.0", "(F4(3,3))", kEon, "power factor L1"},
    {"1-0:53.7.0", "(F4(3,3))", kEon, "power factor L2"},
    {"1-0:73.7.0", "(F4(3,3))", kEon, "power factor L3"},
    {"1-0:14.7.0", "(F4(2,2)*Hz)", kEon, "frequency"},
    {"1-0:1.7.0", "(F5(3,3)*kW)", kEon, "power to the client"},
    {"1-0:2.7.0", "(F5(3,3)*kW)", kEon, "power by the client"},
    {"1-0:5.7.0", "(F5(3,3)*kvar)", kEon, "reactive power quadrant 1"},
    {"1-0:6.7.0", "(F5(3,3)*kvar)", kEon, "reactive power quadrant 2"},
    {"1-0:7.7.0", "(F5(3,3)*kvar)", kEon, "reactive power quadrant 3"},
    {"1-0:8.7.0", "(F5(3,3)*kvar)", kEon, "reactive power quadrant 4"},
    {"1-0:31.4.0", "(F5(2,2)*A)", kEon, "fuse threshold L1"},
    {"1-0:51.4.0", "(F5(2,2)*A)", kEon, "fuse threshold L2"},
    {"1-0:71.4.0", "(F5(2,2)*A)", kEon, "fuse threshold L3"},
    {"0-0:98.1.0",
     "(TST)(F9(3,3)*kWh)(F9(3,3)*kWh)(F9(3,3)*kWh)(F9(3,3)*kWh)(F9(3,3)*kWh)(F9(3,3)*kWh)(F9(3,3)*"
     "kvarh)(F9(3,3)*kvarh)(F9(3,3)*kvarh)(F9(3,3)*kvarh)(F9(3,3)*kvarh)(F9(3,3)*kvarh)(F9(3,3)*"
     "kWh)(F5(3,3)*kW)(F5(3,3)*kW)(F5(3,3)*kW)(F5(3,3)*kW)(F5(3,3)*kW)(F5(3,3)*kW)",
     kEon, "values at the end of the last month"},
    {"0-0:96.13.0", "(X)", kEon, "text message"},
});

constexpr auto kQuirks = std::to_array<FieldQuirk>({
    {kAny, "character value-format", "0-0:96.13.0", "", "esphome/issues#2393, esphome/issues#2891"},
    {kAny, kForm, kAny, FieldQuirk::kLoose, "esphome-libs/dsmr_parser#53"},
    {kAny, "unit-wrong unit-missing", "1-0:*", "", "esphome-libs/dsmr_parser#53"},
});

}  // namespace

extern constinit const Dialect kHuEon = {
    .name = "hu-eon",
    .document = "E.ON HU P1",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(10),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Hungary: quadrants, last month's values",
    .minimum = "0-0:1.0.0 1-0:1.8.0 1-0:2.8.0 1-0:1.7.0 1-0:2.7.0",
    .representative = "sagemcom-sag-eon",
    .rules = kRules,
    .quirks = kQuirks,
    .recognition = {.makers = "SAG5SAG-METER AUX5* HLY5* WSE5*", .borrows_version = true},
};

}  // namespace p1rig
