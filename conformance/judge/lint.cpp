#include "conformance/judge/lint.h"

#include <algorithm>
#include <array>
#include <utility>

#include "conformance/judge/lint_check.h"
#include "conformance/judge/lint_frames.h"
#include "conformance/judge/lint_timing.h"

namespace p1rig {
namespace {

using CheckTable = std::span<const LintCheck> (*)();

constexpr std::array<CheckTable, 6> kTables{frame_checks,  value_checks, time_checks,
                                            object_checks, mbus_checks,  history_checks};

/// True where what the telegram says may be held against other telegrams.
bool is_trustworthy(const LintContext& context) {
  const CrcVerdict verdict = check_crc(context.telegram);
  return verdict == CrcVerdict::kRight ||
         (verdict == CrcVerdict::kAbsent && !context.dialect.has_crc);
}

/// Where the dialect's own document says what DSMR-P1 5.0.2 says in another chapter.
struct OwnClause {
  std::string_view dialects;
  std::string_view begins;
  std::string_view own;  ///< after the name of the document
};

constexpr std::array kOwnClauses{
    OwnClause{"dsmr-4.*", "DSMR-P1 5.0.2 §6.12", " §5.12"},
    OwnClause{"dsmr-4.*", "DSMR-P1 5.0.2 §6.11", " §5.11"},
    OwnClause{"dsmr-4.*", "DSMR-P1 5.0.2 §6.10", " §5.10"},
    OwnClause{"dsmr-4.*", "DSMR-P1 5.0.2 §6.1", " §4.5"},
    OwnClause{"dsmr-4.*", "DSMR-P1 5.0.2 §6.", " §5."},
    OwnClause{"dsmr-4.*", "DSMR-P1 5.0.2 §7.", " §6."},
    OwnClause{"dsmr-2.2 dsmr-3.0", "DSMR-P1 5.0.2 §6.12", " §5.11"},
    OwnClause{"dsmr-2.2 dsmr-3.0", "DSMR-P1 5.0.2 §6.1", " §4.4"},
    OwnClause{"dsmr-2.2 dsmr-3.0", "DSMR-P1 5.0.2 §6.2", " §5.2"},
    OwnClause{"lux-1.1", "DSMR-P1 5.0.2 §6.12", " app. A"},
    OwnClause{"lux-1.1", "DSMR-P1 5.0.2 §6.1", " §3.2.1"},
    OwnClause{"lux-1.1", "DSMR-P1 5.0.2 §6.2", " §3.2.2"},
};

/// The chapters of the older documents carry other numbers; what follows the prefix stays.
void name_own_clauses(const Dialect& dialect, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    const auto row = std::ranges::find_if(kOwnClauses, [&](const OwnClause& clause) {
      return matches_glob(clause.dialects, dialect.name) &&
             finding.clause.starts_with(clause.begins);
    });
    if (row == kOwnClauses.end()) continue;
    finding.clause = std::string(dialect.document) + std::string(row->own) +
                     finding.clause.substr(row->begins.size());
  }
}

}  // namespace

void apply_quirks(const std::vector<KnownQuirk>& quirks, std::vector<Finding>& findings) {
  for (Finding& finding : findings) {
    const auto known = std::ranges::find_if(quirks, [&](const KnownQuirk& quirk) {
      return matches_glob(quirk.rule, finding.rule) &&
             (quirk.obis.empty() || matches_glob(quirk.obis, finding.obis));
    });
    if (known == quirks.end()) continue;
    finding.severity = Severity::kQuirk;
    finding.source = known->source;
  }
}

const std::vector<LintRule>& lint_rules() {
  static const std::vector<LintRule> rules = [] {
    std::vector<LintRule> all;
    for (const CheckTable table : kTables) {
      for (const LintCheck& check : table()) all.push_back(check.rule);
    }
    for (const LintRule& rule : frame_rules()) all.push_back(rule);
    for (const LintRule& rule : timing_rules()) all.push_back(rule);
    return all;
  }();
  return rules;
}

Linter::Linter(const Dialect* dialect, std::vector<KnownQuirk> quirks)
    : dialect_(dialect), quirks_(std::move(quirks)) {}

std::vector<Finding> Linter::check(const Telegram& telegram, std::uint64_t offset) {
  if (dialect_ == nullptr) dialect_ = detect_dialect(telegram);
  const LintContext context(telegram, *dialect_, history_);
  const bool trustworthy = is_trustworthy(context);
  Reporter reporter(context, ++count_, offset);
  for (const CheckTable table : kTables) {
    if (table == CheckTable{history_checks} && !trustworthy) continue;
    for (const LintCheck& check : table()) {
      reporter.begin_check(check.rule.id, check.clause);
      check.run(context, reporter);
    }
  }
  if (trustworthy) remember(context, history_);
  std::vector<Finding> findings = std::move(reporter.findings());
  std::ranges::stable_sort(findings, {}, &Finding::offset);
  name_own_clauses(*dialect_, findings);
  apply_quirks(quirks_, findings);
  return findings;
}

}  // namespace p1rig
