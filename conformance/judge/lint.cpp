#include "conformance/judge/lint.h"

#include <algorithm>
#include <array>
#include <utility>

#include "conformance/judge/clause.h"
#include "conformance/judge/field_quirks.h"
#include "conformance/judge/lint_check.h"
#include "conformance/judge/lint_frames.h"
#include "conformance/judge/lint_losses.h"
#include "conformance/judge/lint_timing.h"

namespace p1rig {
namespace {

using CheckTable = std::span<const LintCheck> (*)();

constexpr std::array<CheckTable, 6> kTables{frame_checks,  value_checks, time_checks,
                                            object_checks, mbus_checks,  history_checks};

/// True if what the telegram says may be held against other telegrams.
bool is_trustworthy(const LintContext& context) {
  return context.verdict == TelegramVerdict::kRight || context.verdict == TelegramVerdict::kDamaged;
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
    for (const LintRule& rule : loss_rules()) all.push_back(rule);
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
  if (context.verdict == TelegramVerdict::kCrcWrong) ++history_.wrong_crcs;
  std::vector<Finding> findings = std::move(reporter.findings());
  std::ranges::stable_sort(findings, {}, &Finding::offset);
  for (Finding& finding : findings) {
    finding.clause = clause_in(*dialect_, finding.rule, finding.clause);
  }
  apply_quirks(quirks_, findings);
  apply_field_quirks(context, findings);
  return findings;
}

}  // namespace p1rig
