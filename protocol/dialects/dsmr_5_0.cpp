#include <array>

#include "protocol/dialect.h"
#include "protocol/dialects/join.h"
#include "protocol/dialects/shared_mbus.h"
#include "protocol/dialects/shared_quirks.h"
#include "protocol/dialects/shared_rules.h"

namespace p1rig {
namespace {

constexpr auto kRules = join(kDsmrVersion, kDsmrMeter, kDsmrQuality, kDsmrMessage, kDsmrVoltages,
                             kDsmrCurrents, kDsmrPowers, kDsmrMbus);

// What shows nothing is taken for it, as a guess.
constexpr std::array kLooks{
    Look{.weight = 1},
};

}  // namespace

extern constinit const Dialect kDsmr50 = {
    .name = "dsmr-5.0",
    .document = "DSMR-P1 5.0.2",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(1),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = true,
    .summary = "Netherlands 2016: every second, five-minute gas",
    .is_period_exact = true,
    .capture_period = std::chrono::minutes(5),
    .normal_tariff = 2,
    .minimum = kDsmrMinimum,
    .version = {"1-3:0.2.8", "50"},
    .representative = "iskra-am550",
    .rules = kRules,
    .mbus = kDsmrMbusForms,
    .quirks = kDsmrQuirks,
    .recognition = {.makers = kHeat, .looks = kLooks},
};

}  // namespace p1rig
