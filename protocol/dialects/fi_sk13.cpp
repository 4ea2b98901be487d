#include <array>
#include <string_view>

#include "protocol/dialect.h"
#include "protocol/dialects/shared_nordic.h"

// SESKO SK 13-1 is in no public place; Finnish meters send what Swedish ones do (Aidon RJ12 1.7A), W
// all the year too, but two hours from UTC (jonkerj/iec62056#3). Nothing in a telegram tells the two
// countries apart, so none is taken for Finnish by itself.

namespace p1rig {
namespace {

constexpr auto kClauses = std::to_array<OwnClause>({
    {"season-letter", "", "SE-P1 2.0 §3.1"},
});

// As in Sweden: a telegram does not show which of the two it is from.
constexpr std::array kLooks{
    Look{.weight = 8, .energy_digits = 8},
};

}  // namespace

extern constinit const Dialect kFiSk13 = {
    .name = "fi-sk13",
    .document = "SESKO SK 13-1",
    .line = {115200, 8, 'N', 1},
    .period = std::chrono::seconds(10),
    .has_crc = true,
    .normal_offset = std::chrono::minutes(120),
    .summer_time = false,
    .summary = "Finland: as Sweden, W all year is UTC+2",
    .more_documents = "SE-P1 2.0 ",
    .minimum = "0-0:1.0.0 1-0:1.8.0 1-0:2.8.0 1-0:3.8.0 1-0:4.8.0 1-0:1.7.0 1-0:2.7.0",
    .representative = "aidon-7534",
    .rules = kNordicRules,
    .clauses = kClauses,
    .quirks = kAidonQuirks,
    .recognition = {.makers_abroad = "ADN9*", .looks = kLooks},
};

}  // namespace p1rig
