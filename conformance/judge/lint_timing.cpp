#include "conformance/judge/lint_timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "conformance/judge/clause.h"

namespace p1rig {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

struct TimingRule {
  LintRule rule;
  std::string_view clause;  ///< of DSMR-P1 5.0.2
};

constexpr std::array kRules{
    TimingRule{{"silent-until-asked", "M-REQ-01", "nothing is sent while Data Request is inactive"},
               "DSMR-P1 5.0.2 §6"},
    TimingRule{{"first-telegram", "M-REQ-02", "the first telegram is sent at once"},
               "DSMR-P1 5.0.2 §6.2"},
    TimingRule{{"period", "M-REQ-03", "telegrams are one period apart"}, "DSMR-P1 5.0.2 §6.1"},
    TimingRule{{"release-ignored", "M-REQ-04", "a release stops the telegram"},
               "DSMR-P1 5.0.2 §5.7.1"},
    TimingRule{{"transfer-duration", "M-TIM-01", "a telegram is transferred in time"},
               "DSMR-P1 5.0.2 §6.1"},
    TimingRule{{"transfer-gap", "M-TIM-01", "a telegram is sent without a pause"},
               "DSMR-P1 5.0.2 §6.1"},
    TimingRule{{"transfer-pause", "M-TIM-01", "a pause of two seconds between telegrams"},
               "DSMR-P1 5.0.2 §6.1"},
    TimingRule{{"line-settings", "M-LINE-01", "baud rate and framing are those of the dialect"},
               "DSMR-P1 5.0.2 §6.1"},
};

std::string clause_of(const TimingRule& rule, const Dialect* dialect) {
  return dialect == nullptr ? std::string(rule.clause)
                            : clause_in(*dialect, rule.rule.id, rule.clause);
}

seconds transfer_limit(const Dialect& dialect) {
  return dialect.period == seconds(1) ? seconds(1) : seconds(8);
}

std::string in_seconds(nanoseconds time) {
  return fmt::format("{:.3f} s", std::chrono::duration<double>(time).count());
}

/// Line ends between telegrams are nothing that was lost.
bool is_blank(std::string_view bytes) {
  return bytes.find_first_not_of("\r\n") == std::string_view::npos;
}

constexpr auto kRulesAlone = [] {
  std::array<LintRule, kRules.size()> rules{};
  for (std::size_t i = 0; i < rules.size(); ++i) rules[i] = kRules[i].rule;
  return rules;
}();

}  // namespace

std::span<const LintRule> timing_rules() { return kRulesAlone; }

TimingLinter::Span TimingLinter::characters(std::uint64_t count) const {
  const double character = pace_.bits_per_character() * 1e9 / pace_.baud;
  return Span(std::llround(static_cast<double>(count) * character));
}

/// When the byte at `offset` began to pass.
TimingLinter::Time TimingLinter::start_of(const Mark& mark, std::uint64_t offset) const {
  return std::min(mark.at, std::max(mark.since, mark.at - characters(mark.end - offset)));
}

void TimingLinter::see_request(Time at, bool active) {
  last_ = at;
  if (requested_ == active) return;
  was_released_ = was_released_ || requested_.has_value() || !active;
  // What has begun by now is known when its stretch ends.
  if (!active && unanswered_ && !heard_since_) judge_first(at, bytes_);
  if (active) unanswered_ = was_released_ ? std::optional(at) : std::nullopt;
  heard_since_ = false;
  requested_ = active;
  changed_ = at;
  quiet_since_ = std::max(at, quiet_since_);
  unasked_told_ = false;
  before_.reset();
}

void TimingLinter::see_bytes(Time at, std::size_t count) {
  if (count == 0) return;
  Mark mark{bytes_, bytes_ + count, last_ && *last_ <= at ? *last_ : Time::min(), at};
  if (last_ && *last_ > at) before_.reset();
  bytes_ = mark.end;
  last_ = at;
  heard_since_ = true;
  if (requested_ == false) see_unasked(mark);
  quiet_since_ = at;
  marks_.push_back(mark);
}

/// What was on its way may still come; a telegram that continues is another matter than one that
/// begins.
void TimingLinter::see_unasked(const Mark& mark) {
  if (unasked_told_ || mark.at - changed_ <= kMargin) return;
  unasked_told_ = true;
  const bool goes_on = start_of(mark, mark.begin) - quiet_since_ <= kMargin;
  const std::string late = in_seconds(mark.at - changed_);
  if (goes_on) {
    report("release-ignored", Severity::kError, mark.begin,
           fmt::format("bytes continue for {} after Data Request was released", late));
  } else {
    report("silent-until-asked", Severity::kError, mark.begin,
           fmt::format("bytes arrive {} after Data Request was seen inactive", late));
  }
}

std::optional<TimingLinter::Passage> TimingLinter::passage_of(std::uint64_t begin,
                                                              std::uint64_t end) const {
  auto mark = std::ranges::upper_bound(marks_, begin, {}, &Mark::end);
  if (mark == marks_.end() || mark->begin > begin || marks_.back().end < end) return std::nullopt;
  Passage passage{start_of(*mark, begin), mark->at, Span{}, begin};
  for (; mark->end < end; ++mark) {
    const auto next = std::next(mark);
    const Span gap = start_of(*next, next->begin) - mark->at;
    if (gap > passage.longest_gap) {
      passage.longest_gap = gap;
      passage.gap_offset = next->begin;
    }
    if (next->at < mark->at) return std::nullopt;  // the clock was set back
  }
  passage.end = std::max(mark->since, mark->at - characters(mark->end - end));
  return passage;
}

std::vector<Finding> TimingLinter::check(const Stretch& stretch, const Dialect* dialect) {
  using Kind = Stretch::Kind;
  if (settings_) {
    pace_ = *settings_;
  } else if (dialect != nullptr) {
    pace_ = dialect->line;
  }
  const std::uint64_t end = stretch.offset + stretch.bytes.size();
  const auto passage = passage_of(stretch.offset, end);
  if (stretch.kind == Kind::kNoise) {
    if (!is_blank(stretch.bytes)) before_.reset();
  } else if (passage) {
    const bool whole = stretch.kind == Kind::kTelegram || stretch.kind == Kind::kFrame;
    const bool was_first = unanswered_ && passage->start >= *unanswered_;
    if (was_first) judge_first(passage->start, stretch.offset);
    if (dialect != nullptr) {
      if (whole) judge_settings(stretch.offset, *dialect);
      if (whole) judge_passage(*passage, stretch.offset, *dialect);
      judge_distance(*passage, stretch.offset, *dialect);
    }
    // What began before the last edge has no place in the period after it.
    if (!requested_ || passage->start >= changed_) {
      before_ = passage;
      before_whole_ = whole;
      before_was_first_ = was_first;
    }
  } else {
    before_.reset();
  }
  // A telegram may begin within the stretch before it.
  while (!marks_.empty() && marks_.front().end <= stretch.offset) marks_.pop_front();
  return told(dialect);
}

std::vector<Finding> TimingLinter::finish(const Dialect* dialect) {
  if (unanswered_ && last_) judge_first(*last_, bytes_);
  return told(dialect);
}

/// The first telegram after the request began at `start`, or had not begun then.
void TimingLinter::judge_first(Time start, std::uint64_t offset) {
  const Span late = start - *unanswered_;
  unanswered_.reset();
  // "Immediately" has no number in the Dutch documents; a second is not immediate.
  constexpr seconds kAtOnce{1};
  if (late <= kAtOnce + kMargin) return;
  report("first-telegram", Severity::kError, offset,
         fmt::format(
             "no telegram starts for {} after Data Request became active, expected one within {} s",
             in_seconds(late), kAtOnce.count()));
}

void TimingLinter::judge_passage(const Passage& passage, std::uint64_t offset,
                                 const Dialect& dialect) {
  const seconds limit = transfer_limit(dialect);
  const Span duration = passage.end - passage.start;
  if (duration > limit + kMargin) {
    report("transfer-duration", Severity::kError, offset,
           fmt::format("takes {}, expected at most {} s", in_seconds(duration), limit.count()));
  }
  if (passage.longest_gap > kLongestGap) {
    report("transfer-gap", Severity::kWarning, passage.gap_offset,
           fmt::format("silence of {} within the telegram", in_seconds(passage.longest_gap)));
  }
}

void TimingLinter::judge_distance(const Passage& passage, std::uint64_t offset,
                                  const Dialect& dialect) {
  if (!before_ || passage.start < before_->start) return;
  constexpr seconds kRest{2};
  constexpr seconds kBoot{60};
  const Span distance = passage.start - before_->start;
  const Span tolerance = std::max<Span>(kMargin, Span(dialect.period) / 10);
  const auto say = [&](Severity severity, std::string_view more) {
    report("period", severity, offset,
           fmt::format("starts {} after the previous one, expected {} s{}", in_seconds(distance),
                       dialect.period.count(), more));
  };
  if (distance > dialect.period + kBoot) {
    say(Severity::kWarning, "; the meter may have been off, or its P0 port in use");
  } else if (distance > dialect.period + tolerance) {
    say(Severity::kError, "");
  } else if (distance < dialect.period - tolerance && !before_was_first_ &&
             dialect.is_period_exact) {
    say(Severity::kError, "");
  }
  const Span rest = passage.start - before_->end;
  if (before_whole_ && !before_was_first_ && matches_glob("dsmr-4.*", dialect.name) &&
      rest < kRest - kMargin) {
    report("transfer-pause", Severity::kError, offset,
           fmt::format("starts {} after the end of the previous one, expected at least {} s",
                       in_seconds(rest), kRest.count()));
  }
}

void TimingLinter::judge_settings(std::uint64_t offset, const Dialect& dialect) {
  if (!settings_ || std::exchange(settings_judged_, true) || *settings_ == dialect.line) return;
  // 7E1 on an 8N1 line of plain ASCII gives the right characters: the rate is what counts.
  report("line-settings",
         settings_->baud == dialect.line.baud ? Severity::kWarning : Severity::kError, offset,
         fmt::format("the line uses {} {}, expected {} {}", settings_->baud, framing_of(*settings_),
                     dialect.line.baud, framing_of(dialect.line)));
}

void TimingLinter::report(std::string_view rule, Severity severity, std::uint64_t offset,
                          std::string message) {
  Finding finding;
  finding.rule = rule;
  finding.severity = severity;
  finding.offset = offset;
  finding.message = std::move(message);
  findings_.push_back(std::move(finding));
}

std::vector<Finding> TimingLinter::told(const Dialect* dialect) {
  for (Finding& finding : findings_) {
    const auto rule = std::ranges::find(kRules, std::string_view(finding.rule),
                                        [](const TimingRule& row) { return row.rule.id; });
    finding.clause = clause_of(*rule, dialect);
  }
  return std::exchange(findings_, {});
}

}  // namespace p1rig
