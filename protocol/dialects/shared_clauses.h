#pragma once

#include <array>

#include "protocol/dialect_data.h"

// Where several dialects' documents have what the checks cite by another document's chapter.

namespace p1rig {

inline constexpr auto kDsmr4Clauses = std::to_array<OwnClause>({
    {"silent-until-asked", "", " §5"},
    {"first-telegram", "", " §5.2"},
    {"period transfer-duration transfer-gap transfer-pause", "", " §4.5"},
    {"release-ignored", "", " §4.3"},
    {"line-settings", "", " §5.1"},
    {"*", "DSMR-P1 4.0.4 ", " "},
    {"*", "DSMR-P1 5.0.2 §6.12", " §5.12"},
    {"*", "DSMR-P1 5.0.2 §6.11", " §5.11"},
    {"*", "DSMR-P1 5.0.2 §6.10", " §5.10"},
    {"*", "DSMR-P1 5.0.2 §6.1", " §4.5"},
    {"*", "DSMR-P1 5.0.2 §6.", " §5."},
    {"*", "DSMR-P1 5.0.2 §7.", " §6."},
});

inline constexpr auto kMucsClauses = std::to_array<OwnClause>({
    {"missing-object version-object", "", "e-MUCS H 1.3 §3.3.1"},
});

}  // namespace p1rig
