#include "conformance/run/case_runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "conformance/run/ordinary.h"
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
constexpr int kSentinels = 3;
constexpr std::size_t kMostWire = 400;
constexpr std::ptrdiff_t kFirstWire = 100;
constexpr std::size_t kMostMoment = 65536;
/// A reader that cannot be restarted this many times in a row is not tried again.
constexpr int kMostFailedStarts = 3;

constexpr std::size_t kMemorySamples = 10;
/// Enough to see a value that is wrong now and then, and done in a moment.
constexpr int kOrdinaryTelegrams = 12;
/// Expected reports in a row that do not come: after these, more of the same shows nothing new.
constexpr int kMostUnanswered = 3;
/// After it has taken everything: no longer for a reader that never rests.
constexpr milliseconds kMostUnrest{250};
/// The time of a telegram at the slowest line, 9600 baud.
constexpr milliseconds kSlowestTelegram{4000};

std::string words_of(const ReaderExited& gone) {
  const bool killed = gone.exit.signal != 0;
  return (killed ? "the reader was ended by " : "the reader ended with ") + gone.how() +
         gone.said();
}

/// The outcome of a failed case of that level.
Outcome failure_at(Level level) {
  switch (level) {
    case Level::kMust:
      return Outcome::kFail;
    case Level::kShould:
      return Outcome::kNonStrict;
    case Level::kQuirk:
      break;
  }
  return Outcome::kInfo;
}

std::string words_of(const Mismatch& mismatch) {
  return mismatch.telegram.empty() ? mismatch.message : mismatch.telegram + ": " + mismatch.message;
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPass:
      return "pass";
    case Outcome::kFail:
      return "fail";
    case Outcome::kNonStrict:
      return "non-strict";
    case Outcome::kInfo:
      return "info";
    case Outcome::kSkip:
      return "skip";
    case Outcome::kXfail:
      return "xfail";
    case Outcome::kXpass:
      return "xpass";
    case Outcome::kInconclusive:
      return "inconclusive";
    case Outcome::kCrash:
      return "crash";
    case Outcome::kHang:
      break;
  }
  return "hang";
}

CaseRunner::CaseRunner(Subject& subject, StimulusMaker maker, RunnerSettings settings)
    : subject_(subject),
      maker_(std::move(maker)),
      settings_(std::move(settings)),
      judge_(settings_.traits) {
  settings_.traits.precision.no_season = !maker_.profile().dialect->has_crc;
}

void CaseRunner::note(WireMoment::Kind kind, std::string name, std::string bytes) {
  if (result_ == nullptr) return;
  auto& wire = result_->wire;
  // The first and the last are kept: a failure is at the end.
  if (wire.size() == kMostWire) {
    if (left_out_ == 0) wire[kFirstWire] = {wire[kFirstWire].at, WireMoment::Kind::kNote, "", ""};
    wire.erase(wire.begin() + kFirstWire + 1);
    wire[kFirstWire].bytes = counted(++left_out_ + 1, "moment") + " left out";
  }
  if (bytes.size() > kMostMoment) bytes.resize(kMostMoment);
  wire.push_back({duration_cast<microseconds>(subject_.now() - began_), kind, std::move(name),
                  std::move(bytes)});
}

milliseconds CaseRunner::short_patience() const {
  // A throttled reader reports at its next tick.
  const milliseconds least = milliseconds{500} + settings_.min_interval;
  return std::clamp(duration_cast<milliseconds>(20 * slowest_), least,
                    std::max(least, settings_.patience));
}

void CaseRunner::take(const ReaderSaid& said) {
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

void CaseRunner::take(const ReaderExited& gone) {
  gone_ = gone;
  ready_ = false;
  note(WireMoment::Kind::kNote, "", words_of(gone));
}

bool CaseRunner::is_due() const { return subject_.now() >= due_; }

bool CaseRunner::is_interrupted() const { return interrupted_ && interrupted_(); }

/// Waits until it has taken all that was sent and rests. One that rejects it has done so.
CaseRunner::Wait CaseRunner::settle() {
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

/// Listens until the telegram with that name is reported; for an empty name, until time is up.
CaseRunner::Wait CaseRunner::await(std::string_view name, milliseconds patience) {
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

/// Sends, and waits for the report if one is expected.
CaseRunner::Wait CaseRunner::deliver(Stimulus stimulus, milliseconds patience, bool at_line_pace) {
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
  note(WireMoment::Kind::kSent, name, stimulus.emission.bytes);
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
void CaseRunner::hold_back(Emission emission) {
  for (Pause& pause : emission.pauses) {
    held_back_.pauses.push_back({pause.offset + held_back_.bytes.size(), pause.duration});
  }
  held_back_.bytes += emission.bytes;
}

Start CaseRunner::start() {
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

bool CaseRunner::can(std::string_view need) const {
  const auto holds = [&](const std::vector<std::string>& words) {
    return std::ranges::find(words, need) != words.end();
  };
  return holds(settings_.can) || holds(hello_.can);
}

/// Why this case cannot be run with this reader; nothing if it can.
std::optional<std::string> CaseRunner::lacks(const Case& one) const {
  for (const std::string& need : one.needs) {
    if (need == "line" && !subject_.can_act(LineAction::kUnplug)) return "stdin is not a line";
    if (need == "network" && !subject_.can_act(LineAction::kFreeze)) {
      return "needs a network connection: use --line tcp or rfc2217";
    }
    if (need == "realtime" && settings_.period == milliseconds{0} && !can(need)) {
      return "takes as long as on a real meter: run with --realtime";
    }
    if (need == "settings" && !subject_.log().opened) {
      return "this line does not show the reader's settings";
    }
    if (need == "request" && !subject_.log().request_seen) {
      return "this line does not show Data Request, or the reader file does not declare its wiring";
    }
    if (need == "process" && !subject_.memory() && !can(need)) {
      return "there is no process to measure";
    }
  }
  return std::nullopt;
}

/// Why this reader cannot be judged by what it reports; nothing if it can. The case is sent anyway:
/// the reader has to survive it.
std::optional<std::string> CaseRunner::lacks_values(const Case& one) const {
  const bool reports = last_report_.has_value();
  for (const std::string& need : one.needs) {
    if (need == "mbus" && !can(need) && !(reports && last_report_->mbus)) {
      return "the reader does not report what it concluded about the M-Bus";
    }
    if (need == "tariffs" && !can(need) && !(reports && last_report_->import.normal)) {
      return "the reader does not report which tariff is which";
    }
  }
  return std::nullopt;
}

ReaderTraits CaseRunner::traits_of(const Case& one) const {
  ReaderTraits traits = settings_.traits;
  traits.needs_mbus = std::ranges::find(one.needs, "mbus") != one.needs.end();
  traits.needs_tariffs = std::ranges::find(one.needs, "tariffs") != one.needs.end();
  return traits;
}

bool CaseRunner::run_telegrams(const Case& one, const CaseStep& step, CaseResult& result) {
  const int sample = std::max(1, step.count / static_cast<int>(kMemorySamples));
  for (int number = 1; number <= step.count; ++number) {
    auto stimulus = maker_.make(one, step, number);
    if (!stimulus) {
      result.outcome = Outcome::kSkip;
      result.messages.push_back(stimulus.error().message);
      return false;
    }
    if (stimulus->telegram) stimulus->telegram->standing = standing_of(one, step);
    stimulus->rest = !step.bytes || number == step.count;
    // The last one gets all the time that a reader may take.
    const auto patience = unanswered_ + 1 < kMostUnanswered ? short_patience() : settings_.patience;
    if (deliver(std::move(*stimulus), patience, one.at_line_pace) == Wait::kGone) return false;
    if (is_interrupted()) return false;
    if (unanswered_ >= kMostUnanswered) return true;
    if (is_due() && number < step.count && unanswered_ == 0) {
      // A slow reader that reports each is judged by those that there was time for.
      note(WireMoment::Kind::kNote, "",
           fmt::format("{} of {} sent within the time limit of a case", number,
                       counted(step.count, "telegram")));
      extend_by(kSentinels * settings_.patience);
      return true;
    }
    if (is_due()) return false;
    if (step.count >= 100 && number % sample == 0) {
      if (const auto memory = subject_.memory()) memory_.push_back(*memory);
    }
  }
  return true;
}

bool CaseRunner::run_steps(const Case& one, CaseResult& result) {
  for (const CaseStep& step : one.steps) {
    if (!step.action) {
      if (!run_telegrams(one, step, result)) return false;
      if (unanswered_ >= kMostUnanswered) break;
      continue;
    }
    const LineAction action = *step.action;
    if (!held_back_.bytes.empty()) {
      static_cast<void>(subject_.send(std::exchange(held_back_, {}), one.at_line_pace));
    }
    note(WireMoment::Kind::kNote, "", describe(action, step.duration));
    subject_.act(action, step.duration);
    bool gone = await("", milliseconds{0}) == Wait::kGone;
    const bool silence = action == LineAction::kSilence;
    const auto patience = action == LineAction::kFreeze ? settings_.reconnect : settings_.startup;
    if (!silence && !gone && !subject_.wait_until_open(patience)) {
      gone = await("", milliseconds{0}) == Wait::kGone;
      if (!gone) {
        found_.push_back(
            {.topic = Topic::kSurvival,
             .message = fmt::format("the reader did not open the line again within {} s",
                                    patience.count() / 1000)});
      }
    }
    if (gone && (silence || !start_again(one))) return false;
  }
  return true;
}

/// A reader may end with its line: p1rig starts it again, as a service manager would.
bool CaseRunner::start_again(const Case& one) {
  const ReaderExited exited = *gone_;
  if (exited.exit.signal != 0) return false;
  std::ranges::move(judge_.findings(one.may_lose), std::back_inserter(found_));
  lost_before_ = judge_.lost();
  const std::uint64_t written = subject_.log().written + written_at_start_;
  const Start again = last_start_ = start();
  judge_.begin(traits_of(one));
  if (again.kind == Start::Kind::kReady) {
    written_at_start_ += written;
    subject_.begin_log();
    return true;
  }
  found_.push_back({.topic = Topic::kSurvival,
                    .message = "the reader could not be started again: " + again.message});
  gone_ = exited;
  return false;
}

/// False if none of them is reported.
bool CaseRunner::run_sentinels() {
  for (int i = 1; i <= kSentinels; ++i) {
    Stimulus clean = maker_.clean(fmt::format("sentinel {}", i));
    const auto patience = i < kSentinels ? short_patience() : settings_.patience;
    const Wait wait = deliver(std::move(clean), patience, false);
    if (wait == Wait::kGone) return false;
    if (wait == Wait::kTold) return true;
    // A late report of an earlier one counts as well.
    for (int k = 1; k <= i; ++k) {
      if (judge_.was_told(fmt::format("sentinel {}", k))) return true;
    }
    if (is_due() || is_interrupted()) return false;
  }
  return false;
}

std::vector<std::string> CaseRunner::find_at_line(const Case& one) {
  std::vector<std::string> unseen;
  LineLog log = subject_.log();
  log.written += written_at_start_;
  log.delays = delays_;
  log.memory = memory_;
  for (const std::string& name : one.judges) {
    LineVerdict verdict = find_line_judge(name)->judge(log);
    if (verdict.kind == LineVerdict::Kind::kFail) {
      found_.push_back({.topic = Topic::kLine, .message = std::move(verdict.message)});
    } else if (verdict.kind == LineVerdict::Kind::kUnseen) {
      unseen.push_back(std::move(verdict.message));
    }
  }
  return unseen;
}

void CaseRunner::judge(const Case& one, CaseResult& result) {
  std::ranges::move(judge_.findings(one.may_lose), std::back_inserter(found_));
  for (const std::string& breach : new_breaches_) {
    found_.push_back(
        {.topic = Topic::kContract, .message = "breaks the reader contract: " + breach});
  }
  std::vector<std::string> unseen = find_at_line(one);
  result.lost = lost_before_ + judge_.lost();
  const Verdict verdict = decide(one, std::move(found_), traits_);
  for (const Mismatch& mismatch : verdict.besides) {
    const auto trait = traits_.find(trait_of(mismatch));
    result.besides.push_back(trait == traits_.end() ? words_of(mismatch)
                                                    : fmt::format("{} (see {})", words_of(mismatch),
                                                                  trait->second.shown_by));
  }
  if (!verdict.blocked_by.empty()) {
    result.outcome = Outcome::kInconclusive;
    result.blocked_by = verdict.blocked_by;
    result.messages.push_back(fmt::format(
        "blocked by {}: what this case asks for is wrong in the same way in ordinary telegrams",
        result.blocked_by));
    return;
  }
  if (verdict.is_blocked) {
    result.outcome = Outcome::kInconclusive;
    const auto trait = traits_.find("reported");
    if (trait != traits_.end()) result.blocked_by = trait->second.shown_by;
    result.messages.push_back(
        result.blocked_by.empty()
            ? "an ordinary telegram before the subject of this case was lost"
            : fmt::format("blocked by {}: an ordinary telegram before the subject of this case was "
                          "lost",
                          result.blocked_by));
    return;
  }
  for (const Mismatch& mismatch : verdict.against) result.messages.push_back(words_of(mismatch));
  if (!verdict.against.empty()) result.topic = verdict.against.front().topic;
  Outcome failed = Outcome::kFail;
  if (result.messages.empty()) {
    if (unseen.empty()) return;
    result.messages = std::move(unseen);
    failed = Outcome::kInfo;
  }
  if (failed == Outcome::kFail) failed = failure_at(one.level);
  const bool jitter =
      one.at_line_pace && one.margin > milliseconds{0} && worst_lateness_ > one.margin;
  if (jitter) {
    failed = Outcome::kInconclusive;
    result.messages.push_back(
        fmt::format("but bytes left up to {} ms late, more than the margin of {} ms",
                    duration_cast<milliseconds>(worst_lateness_).count(), one.margin.count()));
  }
  result.outcome = failed;
}

/// The time that a case may take: its own silences, the reader's minimum intervals, and the limit.
milliseconds CaseRunner::budget_of(const Case& one) const {
  milliseconds a_telegram = settings_.min_interval;
  if (settings_.period > milliseconds{0} || one.at_line_pace) {
    a_telegram = std::max(a_telegram + kSlowestTelegram, settings_.period);
  }
  const int more = kSentinels + (is_ordinary(one) ? kOrdinaryTelegrams : 0);
  milliseconds budget = settings_.case_limit + more * a_telegram;
  for (const CaseStep& step : one.steps) {
    budget += step.duration + step.count * a_telegram;
    if (step.action == LineAction::kFreeze) budget += settings_.reconnect;
    if (step.action == LineAction::kUnplug) budget += settings_.startup;
    for (const FaultRequest& fault : step.faults) {
      if (faults()[fault.row].id == "silence")
        budget += step.count * maker_.profile().dialect->period;
    }
  }
  return budget;
}

/// Of the case at this meter, before it is run.
CaseResult CaseRunner::result_of(const Case& one) const {
  const Profile& profile = maker_.profile();
  return {.of = &one, .profile = profile.name, .dialect = std::string(profile.dialect->name)};
}

/// A new result for the case; forgets everything about the one before.
CaseResult CaseRunner::begin(const Case& one) {
  maker_.begin(one.id);
  judge_.begin(traits_of(one));
  found_.clear();
  lost_before_ = 0;
  unanswered_ = 0;
  held_back_ = {};
  delays_.clear();
  memory_.clear();
  worst_lateness_ = {};
  gone_.reset();
  subject_.begin_log();
  began_ = subject_.now();
  due_ = began_ + budget_of(one);
  subject_.give_up_at(due_);
  left_out_ = 0;
  CaseResult result = result_of(one);
  result.began = std::chrono::system_clock::now();
  return result;
}

void CaseRunner::extend_by(milliseconds time) {
  due_ = subject_.now() + time;
  subject_.give_up_at(due_);
}

void CaseRunner::end(CaseResult& result) {
  result.duration = duration_cast<microseconds>(subject_.now() - began_);
  result_ = nullptr;
  due_ = steady_clock::time_point::max();
  subject_.give_up_at(due_);
  breaches_.insert(breaches_.end(), new_breaches_.begin(), new_breaches_.end());
  new_breaches_.clear();
}

/// Records a crash or a hang, ahead of everything else that was found.
void CaseRunner::fail_to_live(Outcome outcome, std::string message, CaseResult& result) {
  result.outcome = outcome;
  result.topic = Topic::kSurvival;
  result.messages.insert(result.messages.begin(), std::move(message));
  if (gone_) {
    result.death = gone_->last_words;
    return;
  }
  ready_ = false;
  subject_.stop();
}

CaseResult CaseRunner::run(const Case& one) {
  if (!ready_) {
    const bool tired = failed_starts_ >= kMostFailedStarts;
    const Start again = tired ? last_start_ : start();
    if (again.kind != Start::Kind::kReady) {
      last_start_ = again;
      ++failed_starts_;
      CaseResult result = result_of(one);
      result.outcome = Outcome::kCrash;
      result.topic = Topic::kSurvival;
      result.messages = {"the reader could not be started again: " + again.message};
      return result;
    }
    failed_starts_ = 0;
  }
  if (const auto why = lacks(one)) {
    CaseResult result = result_of(one);
    result.outcome = Outcome::kSkip;
    result.messages = {*why};
    return result;
  }
  CaseResult result = begin(one);
  result_ = &result;
  const bool whole = run_steps(one, result);
  const bool recovered = whole && run_sentinels();
  const bool is_asked_to_end = is_interrupted();
  if (const auto why = lacks_values(one)) {
    result.outcome = Outcome::kSkip;
    result.messages.push_back(*why);
  } else if (result.outcome != Outcome::kSkip) {
    judge(one, result);
  }
  if (gone_) {
    fail_to_live(Outcome::kCrash, words_of(*gone_), result);
  } else if (is_due()) {
    result.is_given_up = true;
    fail_to_live(failure_at(one.level),
                 fmt::format("not finished within {} s: given up (--case-limit)",
                             duration_cast<std::chrono::seconds>(due_ - began_).count()),
                 result);
  } else if (whole && !recovered && !is_asked_to_end) {
    fail_to_live(Outcome::kHang,
                 "the reader stopped reporting: it reported none of the last three "
                 "ordinary telegrams",
                 result);
  }
  end(result);
  return result;
}

std::vector<CaseResult> CaseRunner::run_ordinary(std::span<const Case* const> cases) {
  std::vector<CaseResult> results;
  traits_.clear();
  if (cases.empty()) return results;
  const Case& whole = *cases.front();
  CaseResult all = begin(whole);
  result_ = &all;
  ReaderTraits traits = settings_.traits;
  traits.needs_mbus = can("mbus");
  traits.needs_tariffs = can("tariffs");
  judge_.begin(traits);
  bool alive = true;
  for (int number = 1; number <= kOrdinaryTelegrams && alive; ++number) {
    Stimulus clean = maker_.clean(fmt::format("ordinary {}", number));
    alive = deliver(std::move(clean), short_patience(), false) != Wait::kGone;
    if (unanswered_ >= kMostUnanswered || is_due() || is_interrupted()) break;
  }
  const bool recovered = alive && run_sentinels();
  const std::vector<Mismatch> found = judge_.findings(0);
  for (const Case* one : cases) {
    CaseResult result = all;
    result.of = one;
    const std::string what = one->id.substr(one->id.rfind('/') + 1);
    const auto is_claimed = [&](const std::string& code) {
      return matches_any_glob(settings_.traits.claims, code);
    };
    OrdinaryTraits traits_shown;
    for (const Mismatch& mismatch : found) {
      const std::string about = trait_of(mismatch);
      const bool is_extra = mismatch.way == kExtra && mismatch.topic == Topic::kValue;
      if (about != what && (what != "extra" || !is_extra)) continue;
      if (result.messages.empty()) result.topic = mismatch.topic;
      result.messages.push_back(words_of(mismatch));
      OrdinaryTrait& trait = traits_shown[about];
      trait.shown_by = one->id;
      trait.ways.insert(mismatch.way);
    }
    if (const auto why = lacks_values(*one)) {
      result.outcome = Outcome::kSkip;
      result.messages = {*why};
    } else if (result.messages.empty() && parse_obis(what) && !is_claimed(what)) {
      result.outcome = Outcome::kSkip;
      result.messages = {"the reader does not report this object"};
    } else if (!result.messages.empty()) {
      result.outcome = Outcome::kFail;
      for (const auto& [about, trait] : traits_shown) {
        for (const std::string& way : trait.ways) {
          result.ways.push_back(about == what ? way : way + " " + about);
        }
      }
      traits_.merge(traits_shown);
    }
    results.push_back(std::move(result));
  }
  for (const std::string& breach : new_breaches_) {
    results.front().outcome = Outcome::kFail;
    results.front().topic = Topic::kContract;
    results.front().messages.push_back("breaks the reader contract: " + breach);
  }
  if (gone_) {
    fail_to_live(Outcome::kCrash, words_of(*gone_), results.front());
  } else if (alive && !recovered && !is_interrupted()) {
    fail_to_live(Outcome::kHang, "the reader stopped reporting", results.front());
  }
  end(results.front());
  return results;
}

}  // namespace p1rig
