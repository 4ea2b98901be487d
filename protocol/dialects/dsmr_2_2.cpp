#include <array>
#include <string_view>

#include "protocol/dialect.h"
#include "protocol/dialects/join.h"
#include "protocol/dialects/shared_mbus.h"
#include "protocol/dialects/shared_quirks.h"
#include "protocol/dialects/shared_rules.h"

// The document of 2.2 prescribes no formats and no layout: its rules hold what Iskra ME/MT382,
// Kamstrup 162/382 and Landis+Gyr E350 send under that name (dsmr-info#1). Nor does it name a
// framing; meters send 7E1 (dsmr_parser#4).

namespace p1rig {
namespace {

constexpr std::string_view k22 = "DSMR-P1 2.2 §6";

constexpr auto kEnergy = std::to_array<ObjectRule>({
    {"1-0:1.8.1", "(F8(3,3)|F9(3,3)*kWh)", k22, "energy to the client, tariff 1"},
    {"1-0:1.8.2", "(F8(3,3)|F9(3,3)*kWh)", k22, "energy to the client, tariff 2"},
    {"1-0:2.8.1", "(F8(3,3)|F9(3,3)*kWh)", k22, "energy by the client, tariff 1"},
    {"1-0:2.8.2", "(F8(3,3)|F9(3,3)*kWh)", k22, "energy by the client, tariff 2"},
});

constexpr auto kPower = std::to_array<ObjectRule>({
    {"1-0:1.7.0", "(F6(2,2)|F5(2,2)*kW)", k22, "power to the client"},
    {"1-0:2.7.0", "(F6(2,2)|F5(2,2)*kW)", k22, "power by the client"},
    {"0-0:17.0.0", "(I3|F6(2,2)*A|kW)", k22, "threshold"},
});

constexpr auto kMore = std::to_array<ObjectRule>({
    {"0-0:42.0.0", "(X)", k22, "equipment identifier"},
    {"0-0:24.4.0", "(I1)", k22, "switch position"},
    {"0-0:96.1.0", "(X)", k22, "equipment identifier"},
    {"1-0:1.8.0", "(F9(3,3)*kWh)", k22, "energy to the client"},
    {"1-0:2.8.0", "(F9(3,3)*kWh)", k22, "energy by the client"},
    {"1-0:15.7.0", "(I6*W)", k22, "power, both ways"},
    {"7-0:23.1.0", "(F8(3,3)*m3)(TST17)", k22, "hourly gas reading, uncorrected"},
    {"7-0:24.4.0", "(I1)", k22, "valve state"},
});

constexpr auto kRules =
    join(kDsmr3Equipment, kEnergy, kDsmr3Tariff, kPower, kDsmr3States, kDsmr3Mbus, kMore);

constexpr auto kClauses = std::to_array<OwnClause>({
    {"silent-until-asked", "", " §5"},
    {"first-telegram", "", " §5.2"},
    {"period", "", " §6.1"},
    {"release-ignored", "", " §4.3"},
    {"transfer-duration transfer-gap transfer-pause", "", " §4.4"},
    {"line-settings", "", " §5.1"},
    {"*", "DSMR-P1 5.0.2 §6.12", " §6"},
    {"*", "DSMR-P1 5.0.2 §6.1", " §4.4"},
    {"*", "DSMR-P1 5.0.2 §6.2", " §5.2"},
    {"*", "DSMR-P1 5.0.2 §7.2", " §6.2"},
    {"*", "DSMR-P1 3.0 §5.2", " §5.2"},
});

constexpr std::string_view kAce = "ACE5*";
constexpr std::string_view kAceSource = "openhab-addons#4485";

// 2.1 as the Itron ACE4000 has it: one tariff, power in W, 24 readings of the gas meter.
constexpr auto kAceQuirks = std::to_array<FieldQuirk>({
    {kAce, "missing-object", "", "", kAceSource},
    {kAce, "value-format", "0-0:96.14.0", "(S2)", kAceSource},
    {kAce, "value-format", "0-0:17.0.0", "(I4*A)", kAceSource},
    {kAce, "value-format", "0-?:96.1.0", "(S)", kAceSource},
    {kAce, "duplicate-object", "7-0:23.1.0", "", kAceSource},
    {kAce, "mbus-type-first", "0-?:96.1.0", "", kAceSource},
});
constexpr auto kQuirks = join(kAceQuirks, kDsmr3Quirks);

}  // namespace

extern constinit const Dialect kDsmr22 = {
    .name = "dsmr-2.2",
    .document = "DSMR-P1 2.2",
    .line = {9600, 7, 'E', 1},
    .period = std::chrono::seconds(10),
    .has_crc = false,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Netherlands 2008, as its meters actually send it",
    .is_period_exact = true,
    .normal_tariff = 2,
    .minimum = kDsmr3Minimum,
    .text_limit = {"0-0:96.13.1", 32},
    .representative = "iskra-mt382",
    .rules = kRules,
    .mbus = kDsmr3MbusForms,
    .clauses = kClauses,
    .quirks = kQuirks,
    .recognition = {.makers = kAce},
};

}  // namespace p1rig
