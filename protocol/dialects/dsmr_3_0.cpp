#include <array>

#include "protocol/dialect.h"
#include "protocol/dialects/join.h"
#include "protocol/dialects/shared_mbus.h"
#include "protocol/dialects/shared_quirks.h"
#include "protocol/dialects/shared_rules.h"

// The document names no framing; meters send 7E1 (dsmr_parser#4).

namespace p1rig {
namespace {

constexpr auto kEnergy = std::to_array<ObjectRule>({
    {"1-0:1.8.1", "(F8(0,3)*kWh)", k30, "energy to the client, tariff 1"},
    {"1-0:1.8.2", "(F8(0,3)*kWh)", k30, "energy to the client, tariff 2"},
    {"1-0:2.8.1", "(F8(0,3)*kWh)", k30, "energy by the client, tariff 1"},
    {"1-0:2.8.2", "(F8(0,3)*kWh)", k30, "energy by the client, tariff 2"},
});

constexpr auto kPower = std::to_array<ObjectRule>({
    {"1-0:1.7.0", "(F6(0,2)|F5(2,2)*kW)", k30, "power to the client"},
    {"1-0:2.7.0", "(F6(0,2)|F5(2,2)*kW)", k30, "power by the client"},
    {"0-0:17.0.0", "(I3*A)", k30, "threshold"},
});

constexpr auto kRules =
    join(kDsmr3Equipment, kEnergy, kDsmr3Tariff, kPower, kDsmr3States, kDsmr3Mbus);

constexpr auto kClauses = std::to_array<OwnClause>({
    {"silent-until-asked", "", " §5"},
    {"first-telegram", "", " §5.2"},
    {"period transfer-duration transfer-gap transfer-pause", "", " §4.4"},
    {"release-ignored", "", " §4.2"},
    {"line-settings", "", " §5.1"},
    {"*", "DSMR-P1 5.0.2 §6.12", " §5.11"},
    {"*", "DSMR-P1 5.0.2 §6.10", " §5.10"},
    {"*", "DSMR-P1 5.0.2 §6.1", " §4.4"},
    {"*", "DSMR-P1 5.0.2 §6.2", " §5.2"},
    {"*", "DSMR-P1 5.0.2 §6.4", " §5.4"},
    {"*", "DSMR-P1 5.0.2 §7.2", " §6.2"},
});

}  // namespace

extern constinit const Dialect kDsmr30 = {
    .name = "dsmr-3.0",
    .document = "DSMR-P1 3.0",
    .line = {9600, 7, 'E', 1},
    .period = std::chrono::seconds(10),
    .has_crc = false,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Netherlands 2010: no clock, no CRC, two-line gas",
    .is_period_exact = true,
    .normal_tariff = 2,
    .minimum = kDsmr3Minimum,
    .text_limit = {"0-0:96.13.1", 32},
    .representative = "dsmr-3.0-example",
    .rules = kRules,
    .mbus = kDsmr3MbusForms,
    .clauses = kClauses,
    .quirks = kDsmr3Quirks,
};

}  // namespace p1rig
