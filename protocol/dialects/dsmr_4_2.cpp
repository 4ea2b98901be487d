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
    join(kDsmrVersion, kDsmrMeter, kDsmr4Limiter, kDsmr4Breaker, kDsmrQuality, kDsmr4MessageCode,
         kDsmrMessage, kDsmrVoltages, kDsmrCurrents, kDsmrPowers, kDsmrMbus, kDsmr4Valve);

constexpr auto kMinimumClause = std::to_array<OwnClause>({
    {"missing-object", "", "DSMR-M 4.2.2 §4.5.18"},
});
constexpr auto kClauses = join(kMinimumClause, kDsmr4Clauses);

constexpr auto kCurrentQuirk = std::to_array<FieldQuirk>({
    {"XMX5XMXAA*", "value-format", kCurrents, "(F4(1,1)*A)", kPublished},
});
constexpr auto kQuirks = join(kDsmrQuirks, kCurrentQuirk);

}  // namespace

extern constinit const Dialect kDsmr42 = {
    .name = "dsmr-4.2",
    .document = "DSMR-P1 4.2.2",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(10),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Netherlands 2014: no breaker, limiter and valve",
    .more_documents = "DSMR-M 4.2.2 ",
    .is_period_exact = true,
    .normal_tariff = 2,
    .minimum = kDsmrMinimum,
    .version = {"1-3:0.2.8", "42"},
    .text_limit = {"0-0:96.13.1", 16},
    .representative = "kaifa-ma304c",
    .rules = kRules,
    .mbus = kDsmrMbusForms,
    .clauses = kClauses,
    .quirks = kQuirks,
};

}  // namespace p1rig
