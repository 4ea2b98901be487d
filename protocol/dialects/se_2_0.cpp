#include <array>
#include <string_view>

#include "protocol/dialect.h"
#include "protocol/dialects/join.h"
#include "protocol/dialects/shared_nordic.h"
#include "protocol/dialects/shared_quirks.h"

namespace p1rig {
namespace {

constexpr auto kClauses = std::to_array<OwnClause>({
    {"season-letter", "", " §3.1"},
    {"period", "", " §3.2"},
    {"*", "DSMR-P1 5.0.2 §6.12", " annex 3"},
});

constexpr std::array kLooks{
    Look{.weight = 9, .energy_digits = 8},
    // Finland has the same objects; more meters are Swedish.
    Look{.weight = 1},
};

constexpr auto kIskra = std::to_array<FieldQuirk>({
    {kAm550, "missing-object", "", "", "esphome-p1reader#36"},
});
constexpr auto kQuirks = join(kIskra, kAidonQuirks);

}  // namespace

extern constinit const Dialect kSe20 = {
    .name = "se-2.0",
    .document = "SE-P1 2.0",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(10),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(60),
    .summer_time = false,
    .summary = "Sweden: one tariff, reactive, W all year",
    .more_documents = "Aidon RJ12 1.7A ",
    .minimum = "0-0:1.0.0 1-0:1.8.0 1-0:2.8.0 1-0:3.8.0 1-0:4.8.0 1-0:1.7.0 1-0:2.7.0",
    .representative = "aidon-6534",
    .rules = kNordicRules,
    .clauses = kClauses,
    .quirks = kQuirks,
    .recognition = {.makers = "ELL5*", .makers_abroad = kAidon, .looks = kLooks},
};

}  // namespace p1rig
