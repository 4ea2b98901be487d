#pragma once

#include <string>
#include <string_view>

#include "protocol/dialect.h"

namespace p1rig {

/// Where the dialect's own documents have the rule. `clause` is that of the document which the
/// rule was taken from, or empty. A country that took a rule over from another one has no clause of
/// its own for it: "SE-P1 2.0, after DSMR-P1 5.0.2 §6.2".
std::string clause_in(const Dialect& dialect, std::string_view rule, std::string_view clause);

/// True if a document of the dialect, or of an earlier edition of the same, has the clause.
bool is_own_clause(const Dialect& dialect, std::string_view clause);

}  // namespace p1rig
