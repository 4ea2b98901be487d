#include <array>
#include <string_view>

#include "protocol/dialect.h"
#include "protocol/dialects/join.h"
#include "protocol/dialects/shared_mbus.h"
#include "protocol/dialects/shared_quirks.h"

// Where table and example differ, the example, whose CRC is right.

namespace p1rig {
namespace {

constexpr std::string_view kLux = "LUX-P1 1.1.3 app. A";

constexpr auto kRules = std::to_array<ObjectRule>({
    {"1-3:0.2.8", "(S2)", kLux, "P1 version"},
    {"0-0:1.0.0", "(TST)", kLux, "message time"},
    {"0-0:42.0.0", "(X)", kLux, "logical device name"},
    {"1-0:1.8.0", "(F9(3,3)*kWh)", kLux, "energy to the client"},
    {"1-0:2.8.0", "(F9(3,3)*kWh)", kLux, "energy by the client"},
    {"1-0:3.8.0", "(F9(3,3)*kvarh)", kLux, "reactive energy +Q"},
    {"1-0:4.8.0", "(F9(3,3)*kvarh)", kLux, "reactive energy -Q"},
    {"1-0:1.7.0", "(F5(3,3)*kW)", kLux, "power to the client"},
    {"1-0:2.7.0", "(F5(3,3)*kW)", kLux, "power by the client"},
    {"1-0:3.7.0", "(F5(3,3)*kvar)", kLux, "reactive power +Q"},
    {"1-0:4.7.0", "(F5(3,3)*kvar)", kLux, "reactive power -Q"},
    {"1-0:9.7.0", "(F5(3,3)*kVA)", kLux, "apparent power to the client"},
    {"1-0:10.7.0", "(F5(3,3)*kVA)", kLux, "apparent power by the client"},
    {"0-0:17.0.0", "(F4(1,1)*kVA)", kLux, "limiter threshold"},
    {"1-1:31.4.0", "(F3(0,0)*A)(+F3(0,0)*A)", kLux, "fuse thresholds to and by the client"},
    {"0-0:96.3.10", "(I1)", kLux, "breaker state"},
    {"0-n:96.3.10", "(I1)", kLux, "relay state"},
    {"0-0:96.7.21", "(F5(0,0))", kLux, "power failures"},
    {"1-0:32.32.0", "(F5(0,0))", kLux, "voltage sags L1"},
    {"1-0:52.32.0", "(F5(0,0))", kLux, "voltage sags L2"},
    {"1-0:72.32.0", "(F5(0,0))", kLux, "voltage sags L3"},
    {"1-0:32.36.0", "(F5(0,0))", kLux, "voltage swells L1"},
    {"1-0:52.36.0", "(F5(0,0))", kLux, "voltage swells L2"},
    {"1-0:72.36.0", "(F5(0,0))", kLux, "voltage swells L3"},
    {"0-0:96.13.0", "(X)", kLux, "text message"},
    {"0-0:96.13.2", "(X)", kLux, "text message 2"},
    {"0-0:96.13.3", "(X)", kLux, "text message 3"},
    {"0-0:96.13.4", "(X)", kLux, "text message 4"},
    {"0-0:96.13.5", "(X)", kLux, "text message 5"},
    {"1-0:32.7.0", "(F4(1,1)*V)", kLux, "voltage L1"},
    {"1-0:52.7.0", "(F4(1,1)*V)", kLux, "voltage L2"},
    {"1-0:72.7.0", "(F4(1,1)*V)", kLux, "voltage L3"},
    {"1-0:31.7.0", "(F3(0,0)*A)", kLux, "current L1"},
    {"1-0:51.7.0", "(F3(0,0)*A)", kLux, "current L2"},
    {"1-0:71.7.0", "(F3(0,0)*A)", kLux, "current L3"},
    {"1-0:21.7.0", "(F5(3,3)*kW)", kLux, "power to the client L1"},
    {"1-0:41.7.0", "(F5(3,3)*kW)", kLux, "power to the client L2"},
    {"1-0:61.7.0", "(F5(3,3)*kW)", kLux, "power to the client L3"},
    {"1-0:22.7.0", "(F5(3,3)*kW)", kLux, "power by the client L1"},
    {"1-0:42.7.0", "(F5(3,3)*kW)", kLux, "power by the client L2"},
    {"1-0:62.7.0", "(F5(3,3)*kW)", kLux, "power by the client L3"},
    {"1-0:23.7.0", "(F5(3,3)*kvar)", kLux, "reactive power +Q L1"},
    {"1-0:43.7.0", "(F5(3,3)*kvar)", kLux, "reactive power +Q L2"},
    {"1-0:63.7.0", "(F5(3,3)*kvar)", kLux, "reactive power +Q L3"},
    {"1-0:24.7.0", "(F5(3,3)*kvar)", kLux, "reactive power -Q L1"},
    {"1-0:44.7.0", "(F5(3,3)*kvar)", kLux, "reactive power -Q L2"},
    {"1-0:64.7.0", "(F5(3,3)*kvar)", kLux, "reactive power -Q L3"},
    {"0-n:24.1.0", "(F3(0,0))", kLux, "M-Bus device type"},
    {"0-n:96.1.0", "(X)", kLux, "M-Bus equipment identifier"},
    {"0-n:24.2.1", "(TST)(F8(0,3)*m3|GJ)", kLux, "last M-Bus value"},
    {"0-n:24.4.0", "(I1)", kLux, "valve state"},
});

// Heat has three decimals here.
constexpr auto kHeatForms = std::to_array<MbusForm>({
    {"heat",
     "0-n:24.1.0(004)\n0-n:96.1.0({id X})\n0-n:24.2.1({time TST})({reading F8(3,3) GJ})\n"
     "0-n:24.4.0({valve I1})\n"},
});
constexpr auto kMbusForms = join(kValveMbusForms, kHeatForms);

constexpr auto kClauses = std::to_array<OwnClause>({
    {"mbus-type-first", "", " §3.2.4"},
    {"silent-until-asked first-telegram period release-ignored transfer-duration transfer-gap "
     "transfer-pause",
     "", " §3.2.1"},
    {"line-settings", "", " §3.2"},
    {"*", "DSMR-P1 5.0.2 §6.12", " app. A"},
    {"*", "DSMR-P1 5.0.2 §6.1", " §3.2.1"},
    {"*", "DSMR-P1 5.0.2 §6.2", " §3.2.2"},
    {"*", "DSMR-P1 5.0.2 §6.4", " §3.2.3"},
});

// A limit of three decimals, and zeros without unit.
constexpr auto kQuirks = std::to_array<FieldQuirk>({
    {kAny, "value-format", "0-0:17.0.0", "(F5(3,3)*kVA)", kPublished},
    {kAny, "unit-missing", "1-0:*", "(=00.000)", "esphome/issues#2621"},
});

}  // namespace

extern constinit const Dialect kLux11 = {
    .name = "lux-1.1",
    .document = "LUX-P1 1.1.3",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(10),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Luxembourg: one tariff, reactive, encrypted",
    .is_period_exact = true,
    .minimum =
        "1-3:0.2.8 0-0:1.0.0 0-0:42.0.0 1-0:1.8.0 1-0:2.8.0 1-0:3.8.0 1-0:4.8.0 1-0:1.7.0 "
        "1-0:2.7.0 1-0:3.7.0 1-0:4.7.0",
    .version = {"1-3:0.2.8", "42"},
    .text_limit = {"0-0:96.13.*", 2048},
    .representative = "sagemcom-smarty-lux-encrypted",
    .rules = kRules,
    .mbus = kMbusForms,
    .clauses = kClauses,
    .quirks = kQuirks,
    .recognition = {.makers = "Lux?*", .borrows_version = true},
};

}  // namespace p1rig
