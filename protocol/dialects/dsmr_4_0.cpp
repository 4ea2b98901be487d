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

}  // namespace

extern constinit const Dialect kDsmr40 = {
    .name = "dsmr-4.0",
    .document = "DSMR-P1 4.0.4",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(10),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Netherlands 2011: CRC, message time, failure log",
    .is_period_exact = true,
    .normal_tariff = 2,
    .minimum = kDsmrMinimum,
    .version = {"1-3:0.2.8", "40"},
    .text_limit = {"0-0:96.13.1", 16},
    .representative = "kaifa-ma304",
    .rules = kRules,
    .mbus = kDsmr40MbusForms,
    .clauses = kDsmr4Clauses,
    .quirks = kDsmrQuirks,
};

}  // namespace p1rig
