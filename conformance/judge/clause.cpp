#include "conformance/judge/clause.h"

#include <algorithm>

namespace p1rig {

bool is_own_clause(const Dialect& dialect, std::string_view clause) {
  const std::string_view more = dialect.more_documents;
  return clause.starts_with(dialect.document) || (!more.empty() && clause.starts_with(more));
}

std::string clause_in(const Dialect& dialect, std::string_view rule, std::string_view clause) {
  const std::string document(dialect.document);
  const auto row = std::ranges::find_if(dialect.clauses, [&](const OwnClause& own) {
    return clause.starts_with(own.begins) && matches_glob(own.rule, rule);
  });
  const bool is_own = is_own_clause(dialect, clause);
  if (row != dialect.clauses.end() && (!is_own || row->begins.empty())) {
    const bool is_whole = !row->own.empty() && !row->own.starts_with(' ');
    const std::string own = (is_whole ? "" : document) + std::string(row->own);
    return row->begins.empty() ? own : own + std::string(clause.substr(row->begins.size()));
  }
  if (clause.empty()) return document;
  return is_own ? std::string(clause) : document + ", after " + std::string(clause);
}

}  // namespace p1rig
