#include <array>
#include <string_view>

#include "protocol/dialect.h"
#include "protocol/dialects/shared_quirks.h"

// A data push by IEC 62056-21 without CRC and clock: EasyMeter's Q3D, as two published telegrams have
// it (ndokter/dsmr_parser PR#92). How often it sends is in no text at hand: 10 s is the longest of the
// family.

namespace p1rig {
namespace {

constexpr std::string_view kQ3d = "EasyMeter Q3D";

constexpr auto kRules = std::to_array<ObjectRule>({
    {"1-0:0.0.0", "(S)", kQ3d, "ownership number"},
    {"1-0:1.8.0", "(F15(7,7)*kWh)", kQ3d, "energy to the client"},
    {"1-0:2.8.0", "(F15(7,7)*kWh)", kQ3d, "energy by the client"},
    {"1-0:21.7.0", "(+F8(2,2)*W)", kQ3d, "power L1"},
    {"1-0:41.7.0", "(+F8(2,2)*W)", kQ3d, "power L2"},
    {"1-0:61.7.0", "(+F8(2,2)*W)", kQ3d, "power L3"},
    {"1-0:1.7.0", "(+F8(2,2)*W)", kQ3d, "power"},
    {"1-0:96.5.5", "(X|S1)", kQ3d, "state"},
    {"0-0:96.1.255", "(S)", kQ3d, "serial number"},
});

constexpr auto kQuirks = std::to_array<FieldQuirk>({
    {kAny, "obis-form", kAny, "", "ndokter/dsmr_parser PR#92"},
});

}  // namespace

extern constinit const Dialect kDeQ3d = {
    .name = "de-q3d",
    .document = "EasyMeter Q3D",
    .line = {9600, 7, 'E', 1},
    .period = std::chrono::seconds(10),
    .has_crc = false,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Germany: *255, powers in W, no clock, no CRC",
    .minimum = "1-0:1.8.0 1-0:1.7.0",
    .representative = "easymeter-q3db1024",
    .rules = kRules,
    .quirks = kQuirks,
    .recognition = {.makers = "ESY5*"},
};

}  // namespace p1rig
