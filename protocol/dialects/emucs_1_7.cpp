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
         kDsmrPowers, kDsmrMbus, kDsmr4Valve, kMucsVersion, kMucsPeaks, kMucsCurrents, kMucsLimits,
         kMucsMbusIdentifier, kMucsMbusReading);

constexpr auto kCurrentQuirk = std::to_array<FieldQuirk>({
    {"FLU5*", "value-format", kCurrents, "(F3(0,0)*A)", kPublished},
});
constexpr auto kQuirks = join(kMucsQuirks, kCurrentQuirk);

}  // namespace

extern constinit const Dialect kEmucs17 = {
    .name = "emucs-1.7",
    .document = "e-MUCS-P1 1.7.1",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(1),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Belgium, 50217: month peaks, finer currents",
    .more_documents = "e-MUCS H 1.3 ",
    .is_period_exact = true,
    .capture_period = std::chrono::minutes(5),
    .normal_tariff = 1,
    .minimum = kMucsMinimum,
    .version = {"0-0:96.1.4", "50216 50217 50218 50219"},
    .text_limit = {"0-0:96.13.1", 128},
    .representative = "sagemcom-t211-d-emucs17",
    .rules = kRules,
    .mbus = kMucsMbusForms,
    .clauses = kMucsClauses,
    .quirks = kQuirks,
    .recognition = {.makers = kMucsMakers},
};

}  // namespace p1rig
