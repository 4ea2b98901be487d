#include <array>

#include "protocol/dialect.h"
#include "protocol/dialects/join.h"
#include "protocol/dialects/shared_clauses.h"
#include "protocol/dialects/shared_mbus.h"
#include "protocol/dialects/shared_quirks.h"
#include "protocol/dialects/shared_rules.h"

namespace p1rig {
namespace {

constexpr auto kRules =
    join(kDsmrMeter, kDsmr4Breaker, kDsmrQuality, kDsmr4MessageCode, kDsmrMessage, kDsmrVoltages,
         kDsmrCurrents, kDsmrPowers, kDsmrMbus, kDsmr4Valve, kMucsVersion, kMucsLimits,
         kMucsMbusIdentifier, kMucsMbusReading);

constexpr auto kCurrentQuirk = std::to_array<FieldQuirk>({
    {"FLU5*", "value-format", kCurrents, "(F5(2,2)*A)", "mrWheel/DSMRloggerAPI#30"},
});
constexpr auto kQuirks = join(kMucsQuirks, kCurrentQuirk);

}  // namespace

extern constinit const Dialect kEmucs14 = {
    .name = "emucs-1.4",
    .document = "e-MUCS-P1 1.4",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(1),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Belgium, 50213: tariff 1 normal, uncorrected gas",
    .more_documents = "e-MUCS H 1.3 ",
    .is_period_exact = true,
    .capture_period = std::chrono::minutes(5),
    .normal_tariff = 1,
    .minimum = kMucsMinimum,
    .version = {"0-0:96.1.4", "50210 50211 50212 50213 50214 50215"},
    .text_limit = {"0-0:96.13.1", 128},
    .representative = "sagemcom-t211-d-emucs14",
    .rules = kRules,
    .mbus = kMucsMbusForms,
    .clauses = kMucsClauses,
    .quirks = kQuirks,
    .recognition = {.makers = kMucsMakers},
};

}  // namespace p1rig
