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

std::vector<Finding> run_checks(const LintContext& context, std::uint64_t telegram,
                                std::uint64_t offset) {
  Reporter reporter(context, telegram, offset);
  for (const CheckTable table : kTables) {
    if (table == CheckTable{history_checks} && !is_trustworthy(context)) continue;
    for (const LintCheck& check : table()) {
      reporter.begin_check(check.rule.id, check.clause);
      check.run(context, reporter);
    }
  }
  return std::move(reporter.findings());
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

Linter::Linter(const Dialect* dialect, std::vector<KnownQuirk> quirks,
               std::vector<const Dialect*> others)
    : dialect_(dialect), quirks_(std::move(quirks)), others_(std::move(others)) {}

std::vector<Finding> Linter::check(const Telegram& telegram, std::uint64_t offset) {
  if (dialect_ == nullptr) {
    Origin origin = detect_origin(telegram);
    dialect_ = origin.dialect;
    others_ = std::move(origin.others);
  }
  const LintContext context(telegram, *dialect_, history_);
  std::vector<Finding> findings = run_checks(context, ++count_, offset);
  keep_agreed(telegram, offset, findings);
  if (is_trustworthy(context)) remember(context, history_);
  if (context.verdict == TelegramVerdict::kCrcWrong) ++history_.wrong_crcs;
  std::ranges::stable_sort(findings, {}, &Finding::offset);
  for (Finding& finding : findings) {
    finding.clause = clause_in(*dialect_, finding.rule, finding.clause);
  }
  apply_quirks(quirks_, findings);
  apply_field_quirks(context, findings);
  return findings;
}

void Linter::keep_agreed(const Telegram& telegram, std::uint64_t offset,
                         std::vector<Finding>& findings) const {
  for (const Dialect* other : others_) {
    if (findings.empty()) return;
    const LintContext context(telegram, *other, history_);
    const std::vector<Finding> theirs = run_checks(context, count_, offset);
    std::erase_if(findings, [&](const Finding& finding) {
      return std::ranges::none_of(theirs, [&](const Finding& their) {
        return their.rule == finding.rule && their.offset == finding.offset;
      });
    });
  }
}

}  // namespace p1rig
