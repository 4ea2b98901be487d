#include <array>
#include <string_view>

#include "protocol/dialect.h"
#include "protocol/dialects/join.h"
#include "protocol/dialects/shared_clauses.h"
#include "protocol/dialects/shared_quirks.h"
#include "protocol/dialects/shared_rules.h"

namespace p1rig {
namespace {

constexpr std::string_view kMucs21 = "e-MUCS-P1 2.1.1";

constexpr auto kGrid = std::to_array<ObjectRule>({
    {"0-0:96.1.2", "(X)", kMucs21, "EAN code"},
    {"1-0:94.32.1", "(I3)", kMucs21, "grid configuration, 230 or 400 V"},
});

constexpr auto kLimits = std::to_array<ObjectRule>({
    {"0-0:17.0.0", "(F5(3,3)*kW)", kMucs21, "limiter threshold"},
    {"1-0:31.4.0", "(F5(2,2)*A)", kMucs21, "fuse threshold"},
    {"0-n:96.3.10", "(I1)", kMucs21, "relay state"},
});

constexpr auto kMbusEan = std::to_array<ObjectRule>({
    {"0-n:96.1.2", "(X)", kMucs21, "M-Bus EAN code"},
});

constexpr auto kRules =
    join(kDsmrMeter, kDsmr4Breaker, kDsmrQuality, kDsmr4MessageCode, kDsmrMessage, kDsmrVoltages,
         kDsmrPowers, kDsmrMbus, kDsmr4Valve, kMucsVersion, kGrid, kMucsPeaks, kMucsCurrents,
         kLimits, kMucsMbusIdentifier, kMbusEan, kMucsMbusReading);

constexpr auto kEarlierClause = std::to_array<OwnClause>({
    {"*", "e-MUCS-P1 1.7.1", ""},
});
constexpr auto kClauses = join(kMucsClauses, kEarlierClause);

constexpr auto kMbusForms = std::to_array<MbusForm>({
    {"gas",
     "0-n:24.1.0(003)\n0-n:96.1.1({id X})\n0-n:96.1.2({ean X})\n0-n:24.4.0({valve I1})\n"
     "0-n:24.2.3({time TST})({reading F8(3,3) m3})\n"},
    {"water",
     "0-n:24.1.0(007)\n0-n:96.1.1({id X})\n0-n:96.1.2({ean X})\n"
     "0-n:24.2.3({time TST})({reading F8(3,3) m3})\n"},
    {"heat",
     "0-n:24.1.0(004)\n0-n:96.1.1({id X})\n0-n:96.1.2({ean X})\n"
     "0-n:24.2.1({time TST})({reading F8(2,2) GJ})\n"},
});

}  // namespace

extern constinit const Dialect kEmucs21 = {
    .name = "emucs-2.1",
    .document = "e-MUCS-P1 2.1.1",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(1),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Belgium, 50221: grid configuration, EAN, relays",
    .more_documents = "e-MUCS H 1.3 ",
    .is_period_exact = true,
    .capture_period = std::chrono::minutes(5),
    .normal_tariff = 1,
    .minimum = kMucsMinimum,
    .version = {"0-0:96.1.4", "5022?"},
    .text_limit = {"0-0:96.13.1", 128},
    .representative = "sagemcom-t211-d-emucs21",
    .rules = kRules,
    .mbus = kMbusForms,
    .clauses = kClauses,
    .quirks = kMucsQuirks,
    .recognition = {.makers = kMucsMakers},
};

}  // namespace p1rig
