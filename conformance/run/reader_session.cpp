#include "conformance/run/reader_session.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "protocol/dialect.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

/// Time for the rest of what a reader began to write in time.
constexpr std::chrono::seconds kGrace{1};
constexpr int kSyncTelegrams = 10;
constexpr std::size_t kMostWire = 400;
constexpr std::ptrdiff_t kFirstWire = 100;
constexpr std::size_t kMostMoment = 65536;
/// After it has taken everything: no longer for a reader that never rests.
constexpr milliseconds kMostUnrest{250};

}  // namespace

std::string words_of(const ReaderExited& gone) {
  const bool killed = gone.exit.signal != 0;
  return (killed ? "the reader was ended by " : "the reader ended with ") + gone.how() +
         gone.said();
}

ReaderSession::ReaderSession(Subject& subject, StimulusMaker maker, RunnerSettings settings)
    : subject_(subject),
      maker_(std::move(maker)),
      settings_(std::move(settings)),
      judge_(settings_.traits) {
  settings_.traits.precision.no_season = !maker_.profile().dialect->has_crc;
}

void ReaderSession::begin(std::string_view case_id, const ReaderTraits& traits,
                          milliseconds budget) {
  maker_.begin(case_id);
  judge_.begin(traits);
  unanswered_ = 0;
  held_back_ = {};
  delays_.clear();
  worst_lateness_ = {};
  gone_.reset();
  subject_.begin_log();
  began_ = subject_.now();
  subject_.give_up_at(began_ + budget);
  keeps_wire_ = true;
  wire_.clear();
  left_out_ = 0;
}

void ReaderSession::extend_by(milliseconds time) { subject_.give_up_at(subject_.now() + time); }

std::vector<WireMoment> ReaderSession::end() {
  subject_.give_up_at(steady_clock::time_point::max());
  breaches_.insert(breaches_.end(), new_breaches_.begin(), new_breaches_.end());
  new_breaches_.clear();
  keeps_wire_ = false;
  return std::exchange(wire_, {});
}

void ReaderSession::note(WireMoment::Kind kind, std::string name, std::string bytes,
                         std::size_t special) {
  if (!keeps_wire_) return;
  // The first and the last are kept: a failure is at the end.
  if (wire_.size() == kMostWire) {
    if (left_out_ == 0)
      wire_[kFirstWire] = {wire_[kFirstWire].at, WireMoment::Kind::kNote, "", "", 0};
    wire_.erase(wire_.begin() + kFirstWire + 1);
    wire_[kFirstWire].bytes = counted(++left_out_ + 1, "moment") + " left out";
  }
  if (bytes.size() > kMostMoment) bytes.resize(kMostMoment);
  wire_.push_back({duration_cast<microseconds>(subject_.now() - began_), kind, std::move(name),
                   std::move(bytes), special});
}

milliseconds ReaderSession::short_patience() const {
  // A throttled reader reports at its next tick.
  const milliseconds least = milliseconds{500} + settings_.min_interval;
  return std::clamp(duration_cast<milliseconds>(20 * slowest_), least,
                    std::max(least, settings_.patience));
}

void ReaderSession::take(const ReaderSaid& said) {
  note(WireMoment::Kind::kSaid, "", said.line);
  if (const auto* hello = std::get_if<ContractHello>(&said.what)) {
    hello_ = *hello;
    if (hello->decimals) settings_.traits.precision.decimals = *hello->decimals;
    if (!hello->claims.empty()) settings_.traits.claims = hello->claims;
  } else if (const auto* telegram = std::get_if<ContractTelegram>(&said.what)) {
    last_told_ = judge_.take(*telegram).value_or("");
    if (last_told_.empty()) {
      last_log_ = said.line;
      return;
    }
    last_report_ = *telegram;
    const auto delay = subject_.now() - sent_at_;
    delays_.push_back(delay);
    slowest_ = std::max<std::chrono::nanoseconds>(slowest_, delay);
  } else if (const auto* breach = std::get_if<ContractBreach>(&said.what)) {
    constexpr std::size_t kMostBreaches = 20;
    if (new_breaches_.size() < kMostBreaches) new_breaches_.push_back(breach->message);
  } else if (const auto* log = std::get_if<ContractLog>(&said.what); log && !said.line.empty()) {
    (log->is_trouble ? last_trouble_ : last_log_) = said.line;
  }
}

void ReaderSession::take(const ReaderExited& gone) {
  gone_ = gone;
  ready_ = false;
  note(WireMoment::Kind::kNote, "", words_of(gone));
}

/// Waits until it has taken all that was sent and rests. One that rejects it has done so.
ReaderSession::Wait ReaderSession::settle() {
  const auto until = [&](steady_clock::time_point deadline) { return deadline - subject_.now(); };
  auto deadline = subject_.now() + settings_.patience;
  while (until(deadline) > nanoseconds{0}) {
    const auto event = subject_.settle(until(deadline));
    if (!event) break;
    if (const auto* gone = std::get_if<ReaderExited>(&*event)) {
      take(*gone);
      return Wait::kGone;
    }
    take(std::get<ReaderSaid>(*event));
    deadline = std::min(deadline, subject_.now() + kMostUnrest);
    if (is_due() || is_interrupted()) break;
  }
  return Wait::kLate;
}

ReaderSession::Wait ReaderSession::await(std::string_view name, milliseconds patience) {
  const auto deadline = subject_.now() + patience;
  while (true) {
    const auto left = duration_cast<milliseconds>(deadline - subject_.now());
    const auto event = subject_.next(std::max(left, milliseconds{0}));
    if (!event) return Wait::kLate;
    if (const auto* said = std::get_if<ReaderSaid>(&*event)) {
      last_told_.clear();
      take(*said);
      if (!name.empty() && last_told_ == name) return Wait::kTold;
    } else {
      take(std::get<ReaderExited>(*event));
      return Wait::kGone;
    }
    // A reader that never stops writing does not stop the run.
    if (subject_.now() > deadline + kGrace) return Wait::kLate;
    if (is_due() || is_interrupted()) return Wait::kLate;
  }
}

ReaderSession::Wait ReaderSession::deliver(Stimulus stimulus, milliseconds patience,
                                           bool at_line_pace) {
  at_line_pace = at_line_pace || settings_.period > milliseconds{0};
  const milliseconds gap = std::max(settings_.min_interval, settings_.period);
  if (gap > milliseconds{0} && stimulus.telegram) {
    const auto free_at = last_sent_ + gap;
    const auto left = duration_cast<milliseconds>(free_at - subject_.now());
    if (left > milliseconds{0} && await("", left) == Wait::kGone) return Wait::kGone;
  }
  std::string name;
  bool is_owed = false;
  if (stimulus.telegram) {
    name = stimulus.telegram->name;
    is_owed = stimulus.telegram->expectation.is_owed();
    judge_.expect(std::move(*stimulus.telegram));
  }
  note(WireMoment::Kind::kSent, name, stimulus.emission.bytes, stimulus.special);
  if (!stimulus.wait) {
    hold_back(std::move(stimulus.emission));
    return Wait::kLate;
  }
  // A telegram that is left out still takes its time: in real time the wait is over by now.
  const bool is_left_out = !name.empty() && stimulus.emission.bytes.empty();
  if (is_left_out && settings_.period == milliseconds{0}) {
    subject_.act(LineAction::kSilence, maker_.profile().dialect->period);
  }
  if (!held_back_.bytes.empty()) {
    hold_back(std::move(stimulus.emission));
    stimulus.emission = std::exchange(held_back_, {});
  }
  const SendResult sent = subject_.send(stimulus.emission, at_line_pace);
  sent_at_ = last_sent_ = subject_.now();
  worst_lateness_ = std::max(worst_lateness_, subject_.lateness());
  if (sent == SendResult::kNobody) note(WireMoment::Kind::kNote, name, "the line is not open");
  if (sent == SendResult::kNotTaken)
    note(WireMoment::Kind::kNote, name, "the reader does not read it");
  if (!is_owed) return stimulus.rest ? settle() : await("", milliseconds{0});
  const Wait wait = await(name, patience);
  unanswered_ = wait == Wait::kTold ? 0 : unanswered_ + 1;
  return wait;
}

/// Keeps bytes that are to be sent in one piece with the next ones.
void ReaderSession::hold_back(Emission emission) {
  for (Pause& pause : emission.pauses) {
    held_back_.pauses.push_back({pause.offset + held_back_.bytes.size(), pause.duration});
  }
  held_back_.bytes += emission.bytes;
}

Start ReaderSession::start() {
  ready_ = false;
  held_back_ = {};
  gone_.reset();
  last_trouble_.clear();
  if (auto started = subject_.start(); !started) {
    return {Start::Kind::kEnvironment, started.error().message};
  }
  const auto ended = [this]() -> Start {
    if (gone_->unsupported()) {
      return {Start::Kind::kUnsupported, "the reader does not support this: it ended with 89"};
    }
    return {Start::Kind::kBroken, words_of(*gone_)};
  };
  if (!subject_.wait_until_open(settings_.startup)) {
    if (await("", milliseconds{0}) == Wait::kGone) return ended();
    subject_.stop();
    return {Start::Kind::kBroken,
            fmt::format("the reader did not open its end of the line within {} ms",
                        settings_.startup.count())};
  }
  const auto deadline = subject_.now() + settings_.startup;
  for (int i = 1; i <= kSyncTelegrams; ++i) {
    Stimulus clean = maker_.clean(fmt::format("sync {}", i));
    const std::string name = clean.telegram->name;
    // What it does before it is ready does not matter.
    judge_.begin(settings_.traits);
    // The first ones are often lost when the reader flushes the line after opening it.
    const milliseconds patience = i == kSyncTelegrams
                                      ? settings_.patience
                                      : std::min(milliseconds{25 << i}, milliseconds{2000});
    const Wait wait = deliver(std::move(clean), patience, false);
    if (wait == Wait::kGone) {
      Start end = ended();
      end.is_silent = end.kind == Start::Kind::kBroken;
      return end;
    }
    if (wait == Wait::kTold) {
      if (settings_.traits.claims.empty()) {
        for (const auto& [code, value] : last_report_->values) {
          settings_.traits.claims.push_back(to_string(code));
        }
      }
      slowest_ = std::min<std::chrono::nanoseconds>(slowest_, milliseconds{500});
      written_at_start_ = subject_.log().written;
      ready_ = true;
      return {};
    }
    if (is_interrupted()) break;
    if (subject_.now() > deadline && i > 3) break;
  }
  subject_.stop();
  if (!last_trouble_.empty()) {
    return {Start::Kind::kEnvironment, "the reader cannot be observed: " + last_trouble_};
  }
  std::string why = "the reader reported none of the telegrams sent at the start";
  if (!new_breaches_.empty()) why += "; " + new_breaches_.front();
  constexpr std::size_t kEnough = 200;
  if (!last_log_.empty()) why += "; its last output: " + last_log_.substr(0, kEnough);
  return {Start::Kind::kBroken, why, true};
}

Start ReaderSession::restart(const ReaderTraits& traits) {
  const std::optional<ReaderExited> exited = gone_;
  const std::uint64_t written = subject_.log().written + written_at_start_;
  Start again = start();
  judge_.begin(traits);
  if (again.kind == Start::Kind::kReady) {
    written_at_start_ += written;
    subject_.begin_log();
  } else {
    gone_ = exited;
  }
  return again;
}

void ReaderSession::stop() {
  ready_ = false;
  subject_.stop();
}

void ReaderSession::act(LineAction action, milliseconds duration, bool at_line_pace) {
  if (!held_back_.bytes.empty()) {
    static_cast<void>(subject_.send(std::exchange(held_back_, {}), at_line_pace));
  }
  note(describe(action, duration));
  subject_.act(action, duration);
}

LineLog ReaderSession::line_log() const {
  LineLog log = subject_.log();
  log.written += written_at_start_;
  log.delays = delays_;
  return log;
}

}  // namespace p1rig
