#include "conformance/judge/stream_linter.h"

#include <utility>

#include "conformance/judge/clause.h"
#include "conformance/judge/lint_losses.h"

namespace p1rig {

std::string_view to_string(LintOutcome outcome) {
  switch (outcome) {
    case LintOutcome::kPass:
      return "pass";
    case LintOutcome::kFail:
      return "fail";
    case LintOutcome::kUnjudged:
      break;
  }
  return "unjudged";
}

StreamLinter::StreamLinter(StreamLintSettings settings, Sink sink)
    : settings_(std::move(settings)),
      sink_(std::move(sink)),
      stream_(decoder_,
              [this](const Stretch& stretch, const Telegram* plain) { take(stretch, plain); }),
      frames_(settings_.keys) {
  if (settings_.dialect != nullptr) choose_dialect(*settings_.dialect);
}

void StreamLinter::see_request(Time at, bool active) {
  if (settings_.timing) settings_.timing->see_request(at, active);
  if (!active && requested_ != false) losses_.see_release(bytes_);
  requested_ = active;
}

void StreamLinter::feed(std::string_view bytes, std::optional<Time> at) {
  if (settings_.timing && at) settings_.timing->see_bytes(*at, bytes.size());
  bytes_ += bytes.size();
  stream_.feed(bytes);
}

void StreamLinter::finish() {
  stream_.finish();
  if (!is_full()) report_losses(losses_.finish());
  if (settings_.timing) report_around(settings_.timing->finish(dialect_));
}

LintOutcome StreamLinter::outcome() const {
  if (errors_ > 0) return LintOutcome::kFail;
  return unjudged_ > 0 || telegrams_ == 0 ? LintOutcome::kUnjudged : LintOutcome::kPass;
}

void StreamLinter::take(Stretch stretch, const Telegram* plain) {
  if (is_full()) return;
  if (plain != nullptr && ends_amid_crc(stretch, *plain, dialect_)) {
    stretch.kind = Stretch::Kind::kFragment;
    plain = nullptr;
  }
  report_losses(losses_.take(stretch));
  if (stretch.kind == Stretch::Kind::kFrame) {
    ++telegrams_;
    const FrameLinter::Judged judged = frames_.check_frame(stretch.bytes, stretch.offset);
    report_around(judged.findings);
    if (judged.telegram) take_telegram(decoder_.decode(*judged.telegram), judged.telegram_offset);
    if (!settings_.keys) ++unjudged_;
  } else if (plain != nullptr) {
    ++telegrams_;
    report_around(frames_.check_plain(stretch.offset));
    take_telegram(*plain, stretch.offset);
  } else if (stretch.kind == Stretch::Kind::kOversize) {
    report_around({finding_of_oversize(stretch)});
  }
  if (settings_.timing) report_around(settings_.timing->check(stretch, dialect_));
}

void StreamLinter::take_telegram(const Telegram& telegram, std::uint64_t offset) {
  if (!linter_) {
    if (dialect_ == nullptr) detect(telegram);
    if (settings_.quirks_of) quirks_ = settings_.quirks_of(telegram, *dialect_);
    std::vector<const Dialect*> others;
    for (const Dialect& other : others_) others.push_back(&other);
    linter_.emplace(dialect_, quirks_, std::move(others));
  }
  report(linter_->check(telegram, offset));
  if (!settings_.check_more) return;
  std::vector<Finding> more = settings_.check_more(telegram);
  for (Finding& finding : more) finding.offset += offset;
  report(std::move(more));
}

void StreamLinter::detect(const Telegram& telegram) {
  origin_ = detect_origin(telegram);
  is_guessed_ = !origin_->knows_country && !settings_.clock;
  choose_dialect(*origin_->dialect);
  for (const Dialect* other : origin_->others) {
    others_.push_back(settings_.clock ? with_clock(*other, *settings_.clock) : *other);
  }
}

void StreamLinter::choose_dialect(const Dialect& dialect) {
  with_clock_ = settings_.clock ? with_clock(dialect, *settings_.clock) : dialect;
  dialect_ = &with_clock_;
}

std::string StreamLinter::clock_in_words() const {
  if (dialect_ == nullptr) return {};
  const std::string of_dialect = std::string(dialect_->name) + (is_guessed_ ? ", a guess" : "");
  return p1rig::clock_in_words(*dialect_, settings_.clock ? settings_.clock->said_by : of_dialect);
}

void StreamLinter::report_losses(const std::vector<Loss>& losses) {
  std::vector<Finding> findings;
  for (const Loss& loss : losses) findings.push_back(finding_of(loss));
  report_around(std::move(findings));
}

void StreamLinter::report_around(std::vector<Finding> findings) {
  for (Finding& finding : findings) {
    if (dialect_ != nullptr) finding.clause = clause_in(*dialect_, finding.rule, finding.clause);
  }
  apply_quirks(quirks_, findings);
  report(std::move(findings));
}

void StreamLinter::report(std::vector<Finding> findings) {
  for (Finding& finding : findings) {
    finding.telegram = telegrams_;
    if (finding.severity == Severity::kError) ++errors_;
    sink_(finding);
  }
}

}  // namespace p1rig
