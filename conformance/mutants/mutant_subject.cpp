#include "conformance/mutants/mutant_subject.h"

#include <algorithm>

namespace p1rig {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

MutantSubject::MutantSubject(const Mutant* mutant, const Dialect& dialect, const LineSettings& line,
                             const std::optional<FrameKeys>& keys)
    : mutant_(mutant),
      habits_(mutant == nullptr ? LineHabits{} : mutant->habits),
      dialect_(dialect),
      line_(line),
      keys_(keys) {}

Result<void> MutantSubject::start() {
  coming_.clear();
  alive_ = open_ = true;
  deaf_ = false;
  told_ = 0;
  silent_for_ = {};
  reference_.reset();
  reader_.reset();
  if (mutant_ == nullptr) {
    reference_ = std::make_unique<ReferenceReader>(
        &dialect_,
        [this](std::string_view line) { say(std::string(line), parse_contract_line(line)); },
        keys_);
  } else {
    reader_ = std::make_unique<MutantReader>(
        *mutant_, dialect_,
        [this](std::string line, ContractLine what) { say(std::move(line), std::move(what)); },
        keys_);
  }
  begin_log();
  log_.written = habits_.writes_at_open;
  return {};
}

void MutantSubject::begin_log() {
  since_log_ = 0;
  log_ = LineLog{.meter = line_, .opened = line_, .framing_seen = true, .request_seen = true};
  if (!habits_.framing.empty()) log_.opened = parse_framing(habits_.framing, line_.baud);
  if (habits_.baud != 0) log_.opened->baud = habits_.baud;
  log_.requested_at_data = !habits_.never_requests && !habits_.requests_late;
}

bool MutantSubject::wait_until_open(milliseconds patience) {
  if (!open_) now_ += patience;
  return open_ && alive_;
}

/// What the line shows of a telegram that went by.
void MutantSubject::show_line() {
  log_.written += habits_.writes_a_telegram;
  log_.flow_control += habits_.flow_control_a_telegram;
  log_.edges += habits_.edges_a_telegram;
  if (!habits_.releases_in_telegram) return;
  log_.edges += 2;
  ++log_.falls_in_telegram;
}

SendResult MutantSubject::send(const Emission& emission, bool) {
  constexpr milliseconds kSending{1};
  if (!alive_ || !open_) return SendResult::kNobody;
  ++since_log_;
  show_line();
  const bool is_busy = habits_.deaf_while_busy && !coming_.empty();
  std::size_t sent = 0;
  const auto feed_to = [&](std::size_t end) {
    const bool is_heard = open_ && !deaf_ && !is_busy;
    if (is_heard) feed(std::string_view(emission.bytes).substr(sent, end - sent));
    sent = end;
  };
  for (const Pause& pause : emission.pauses) {
    feed_to(std::min(pause.offset, emission.bytes.size()));
    fall_silent(pause.duration);
  }
  feed_to(emission.bytes.size());
  now_ += kSending;
  return SendResult::kSent;
}

/// On the line, within a telegram or between two.
void MutantSubject::fall_silent(nanoseconds duration) {
  now_ += duration;
  if (!alive_) return;
  if (reader_) reader_->pause(duration);
  silent_for_ += duration;
  const auto is_too_long = [&](milliseconds limit) {
    return limit > milliseconds{0} && silent_for_ >= limit;
  };
  if (is_too_long(habits_.gives_up)) end();
  if (is_too_long(habits_.closes_after)) open_ = false;
  if (is_too_long(habits_.deaf_after)) deaf_ = true;
  if (is_too_long(habits_.repeats_after) && told_ > 0) {
    say(std::string(last_told_.line), ContractLine(last_told_.what));
  }
}

void MutantSubject::feed(std::string_view bytes) {
  if (!alive_ || bytes.empty()) return;
  silent_for_ = {};
  if (reference_) return reference_->feed(bytes);
  reader_->feed(bytes);
  if (reader_->crashed()) end();
}

nanoseconds MutantSubject::report_delay() const {
  constexpr milliseconds kBusy{50};
  constexpr std::uint64_t kWellFor = 50;
  nanoseconds delay = habits_.deaf_while_busy ? kBusy : milliseconds{0};
  if (since_log_ > kWellFor) delay += habits_.later_each * (since_log_ - kWellFor);
  return delay;
}

void MutantSubject::say(std::string line, ContractLine what) {
  if (std::holds_alternative<ContractTelegram>(what)) {
    ++told_;
    last_told_ = {.line = line, .what = what};
  }
  coming_.push_back({now_ + report_delay(), ReaderSaid{std::move(line), std::move(what)}});
}

void MutantSubject::end() {
  if (!alive_) return;
  alive_ = false;
  coming_.push_back({now_, ReaderExited{.exit = {.code = 1}}});
}

void MutantSubject::act(LineAction action, milliseconds duration) {
  if (action == LineAction::kSilence) return fall_silent(duration);
  now_ += duration;
  if (!alive_) return;
  const bool unnoticed = action == LineAction::kFreeze && habits_.trusts_silence;
  if (habits_.opens_once || unnoticed) open_ = false;
  if (reference_) reference_->finish();
  if (reader_) reader_->reconnect();
}

std::optional<SubjectEvent> MutantSubject::next(std::chrono::nanoseconds patience) {
  if (coming_.empty() || coming_.front().at > now_ + patience) {
    now_ += patience;
    return std::nullopt;
  }
  now_ = std::max(now_, coming_.front().at);
  SubjectEvent event = std::move(coming_.front().event);
  coming_.pop_front();
  return event;
}

std::optional<std::uint64_t> MutantSubject::memory() const {
  constexpr std::uint64_t kAtStart = 10U << 20U;
  return kAtStart + habits_.leak * told_;
}

}  // namespace p1rig
