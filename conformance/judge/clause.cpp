#include "conformance/judge/clause.h"

#include <algorithm>
#include <array>

namespace p1rig {
namespace {

/// Another place for a clause, or for a rule.
struct OwnClause {
  std::string_view dialects;
  std::string_view rule;    ///< glob
  std::string_view begins;  ///< of the clause; empty for any, and then nothing of it is kept
  std::string_view own;     ///< instead of that; after the document's name unless it has one
};

// The first that fits. Other editions and countries number their chapters otherwise.
constexpr std::array kOwnClauses{
    OwnClause{"se-2.0", "season-letter", "", " §3.1"},
    OwnClause{"lux-1.1", "mbus-type-first", "", " §3.2.4"},
    OwnClause{"dsmr-4.2", "missing-object", "", "DSMR-M 4.2.2 §4.5.18"},
    OwnClause{"emucs-*", "missing-object version-object", "", "e-MUCS H 1.3 §3.3.1"},
    OwnClause{"emucs-2.1", "*", "e-MUCS-P1 1.7.1", ""},
    OwnClause{"dsmr-4.*", "*", "DSMR-P1 4.0.4 ", " "},
    OwnClause{"dsmr-4.*", "*", "DSMR-P1 5.0.2 §6.12", " §5.12"},
    OwnClause{"dsmr-4.*", "*", "DSMR-P1 5.0.2 §6.11", " §5.11"},
    OwnClause{"dsmr-4.*", "*", "DSMR-P1 5.0.2 §6.10", " §5.10"},
    OwnClause{"dsmr-4.*", "*", "DSMR-P1 5.0.2 §6.1", " §4.5"},
    OwnClause{"dsmr-4.*", "*", "DSMR-P1 5.0.2 §6.", " §5."},
    OwnClause{"dsmr-4.*", "*", "DSMR-P1 5.0.2 §7.", " §6."},
    OwnClause{"dsmr-3.0", "*", "DSMR-P1 5.0.2 §6.12", " §5.11"},
    OwnClause{"dsmr-3.0", "*", "DSMR-P1 5.0.2 §6.10", " §5.10"},
    OwnClause{"dsmr-3.0", "*", "DSMR-P1 5.0.2 §6.1", " §4.4"},
    OwnClause{"dsmr-3.0", "*", "DSMR-P1 5.0.2 §6.2", " §5.2"},
    OwnClause{"dsmr-3.0", "*", "DSMR-P1 5.0.2 §6.4", " §5.4"},
    OwnClause{"dsmr-3.0", "*", "DSMR-P1 5.0.2 §7.2", " §6.2"},
    OwnClause{"dsmr-2.2", "*", "DSMR-P1 5.0.2 §6.12", " §6"},
    OwnClause{"dsmr-2.2", "*", "DSMR-P1 5.0.2 §6.1", " §4.4"},
    OwnClause{"dsmr-2.2", "*", "DSMR-P1 5.0.2 §6.2", " §5.2"},
    OwnClause{"dsmr-2.2", "*", "DSMR-P1 5.0.2 §7.2", " §6.2"},
    OwnClause{"dsmr-2.2", "*", "DSMR-P1 3.0 §5.2", " §5.2"},
    OwnClause{"lux-1.1", "*", "DSMR-P1 5.0.2 §6.12", " app. A"},
    OwnClause{"lux-1.1", "*", "DSMR-P1 5.0.2 §6.1", " §3.2.1"},
    OwnClause{"lux-1.1", "*", "DSMR-P1 5.0.2 §6.2", " §3.2.2"},
    OwnClause{"lux-1.1", "*", "DSMR-P1 5.0.2 §6.4", " §3.2.3"},
    OwnClause{"se-2.0", "*", "DSMR-P1 5.0.2 §6.12", " annex 3"},
};

/// Documents beside the one that a dialect has its name of.
struct MoreDocuments {
  std::string_view dialects;
  std::string_view begins;
};

constexpr std::array kMoreDocuments{
    MoreDocuments{"dsmr-4.2", "DSMR-M 4.2.2 "},
    MoreDocuments{"emucs-*", "e-MUCS H 1.3 "},
    MoreDocuments{"se-2.0", "Aidon RJ12 1.7A "},
};

}  // namespace

bool is_own_clause(const Dialect& dialect, std::string_view clause) {
  return clause.starts_with(dialect.document) ||
         std::ranges::any_of(kMoreDocuments, [&](const MoreDocuments& more) {
           return matches_glob(more.dialects, dialect.name) && clause.starts_with(more.begins);
         });
}

std::string clause_in(const Dialect& dialect, std::string_view rule, std::string_view clause) {
  const std::string document(dialect.document);
  const auto row = std::ranges::find_if(kOwnClauses, [&](const OwnClause& own) {
    return clause.starts_with(own.begins) && matches_glob(own.dialects, dialect.name) &&
           matches_glob(own.rule, rule);
  });
  const bool is_own = is_own_clause(dialect, clause);
  if (row != kOwnClauses.end() && (!is_own || row->begins.empty())) {
    const bool is_whole = !row->own.empty() && !row->own.starts_with(' ');
    const std::string own = (is_whole ? "" : document) + std::string(row->own);
    return row->begins.empty() ? own : own + std::string(clause.substr(row->begins.size()));
  }
  if (clause.empty()) return document;
  return is_own ? std::string(clause) : document + ", after " + std::string(clause);
}

}  // namespace p1rig
