#include "conformance/run/case_runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "protocol/wording.h"

namespace p1rig {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// What a reader may still say of what it said in time.
constexpr std::chrono::seconds kGrace{1};
constexpr int kSyncTelegrams = 10;
constexpr int kSentinels = 3;
constexpr std::size_t kMostWire = 400;
constexpr std::ptrdiff_t kFirstWire = 100;
constexpr std::size_t kMostMoment = 65536;
/// A reader that cannot be started again so often in a row is not tried any more.
constexpr int kMostFailedStarts = 3;

constexpr std::size_t kMemorySamples = 10;

std::string words_of(const ReaderExited& gone) {
  const bool killed = gone.exit.signal != 0;
  return (killed ? "the reader was ended by " : "the reader ended with ") + gone.how() +
         gone.said();
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
      judge_(settings_.traits) {}

void CaseRunner::note(WireMoment::Kind kind, std::string name, std::string bytes) {
  if (result_ == nullptr) return;
  auto& wire = result_->wire;
  // The first ones and the last ones stay: a failure is at the end.
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
  // A reader that is throttled tells at its next tick.
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

/// Listens until the telegram with that name is told; for an empty one, until time is up.
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
    // A reader that never stops talking does not stop the run.
    if (subject_.now() > deadline + kGrace) return Wait::kLate;
    if (interrupted_ && interrupted_()) return Wait::kLate;
  }
}

/// Sends, and waits for the report where there is one to wait for.
CaseRunner::Wait CaseRunner::deliver(Stimulus stimulus, milliseconds patience, bool at_line_pace) {
  at_line_pace = at_line_pace || settings_.period > milliseconds{0};
  const milliseconds gap = std::max(settings_.min_interval, settings_.period);
  if (gap > milliseconds{0} && stimulus.telegram) {
    const auto free_at = last_sent_ + gap;
    const auto left = duration_cast<milliseconds>(free_at - subject_.now());
    if (left > milliseconds{0} && await("", left) == Wait::kGone) return Wait::kGone;
  }
  std::string name;
  bool wait = stimulus.wait;
  if (stimulus.telegram) {
    name = stimulus.telegram->name;
    wait = wait && stimulus.telegram->expectation.is_owed();
    judge_.expect(std::move(*stimulus.telegram));
  }
  note(WireMoment::Kind::kSent, name, stimulus.emission.bytes);
  // A telegram that is left out takes its time all the same: in real time it has been waited for.
  const bool is_left_out = !name.empty() && stimulus.emission.bytes.empty();
  if (is_left_out && settings_.period == milliseconds{0}) {
    subject_.act(LineAction::kSilence, maker_.profile().dialect->period);
  }
  const SendResult sent = subject_.send(stimulus.emission, at_line_pace);
  sent_at_ = last_sent_ = subject_.now();
  worst_lateness_ = std::max(worst_lateness_, subject_.lateness());
  if (sent == SendResult::kNobody) note(WireMoment::Kind::kNote, name, "nobody is at the line");
  if (sent == SendResult::kNotTaken)
    note(WireMoment::Kind::kNote, name, "the reader does not fetch it");
  if (!wait) return await("", milliseconds{0});
  return await(name, patience);
}

Start CaseRunner::start() {
  ready_ = false;
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
    // What it does before it is ready is nobody's business.
    judge_.begin(settings_.traits);
    // The first ones are often lost to the reader's own flush, when it has opened the line.
    const milliseconds patience = i == kSyncTelegrams
                                      ? settings_.patience
                                      : std::min(milliseconds{25 << i}, milliseconds{2000});
    const Wait wait = deliver(std::move(clean), patience, false);
    if (wait == Wait::kGone) return ended();
    if (wait == Wait::kTold) {
      if (settings_.traits.claims.empty()) {
        for (const auto& [code, value] : last_report_->values) {
          settings_.traits.claims.push_back(to_string(code));
        }
      }
      slowest_ = std::min<std::chrono::nanoseconds>(slowest_, milliseconds{500});
      written_at_start_ = subject_.log().written;
      new_breaches_.clear();
      ready_ = true;
      return {};
    }
    if (interrupted_ && interrupted_()) break;
    if (subject_.now() > deadline && i > 3) break;
  }
  subject_.stop();
  if (!last_trouble_.empty()) {
    return {Start::Kind::kEnvironment, "the reader cannot be heard: " + last_trouble_};
  }
  std::string why = "the reader told none of the telegrams that were sent to it at the start";
  if (!new_breaches_.empty()) why += "; " + new_breaches_.front();
  constexpr std::size_t kEnough = 200;
  if (!last_log_.empty()) why += "; last heard: " + last_log_.substr(0, kEnough);
  return {Start::Kind::kBroken, why};
}

bool CaseRunner::can(std::string_view need) const {
  const auto holds = [&](const std::vector<std::string>& words) {
    return std::ranges::find(words, need) != words.end();
  };
  return holds(settings_.can) || holds(hello_.can);
}

/// Why this reader cannot be asked; nothing where it can.
std::optional<std::string> CaseRunner::lacks(const Case& one) const {
  const bool conclusions = last_report_.has_value();
  for (const std::string& need : one.needs) {
    if (need == "line" && !subject_.can_act(LineAction::kUnplug)) return "stdin is no line";
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
      return "this line does not show Data Request, or the reader file declares no wiring of it";
    }
    if (need == "mbus" && !can(need) && !(conclusions && last_report_->mbus)) {
      return "the reader does not tell what it concluded about the M-Bus";
    }
    if (need == "tariffs" && !can(need) && !(conclusions && last_report_->import.normal)) {
      return "the reader does not tell which tariff is which";
    }
    if (need == "process" && !subject_.memory() && !can(need)) {
      return "there is no process to be measured";
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
    if (deliver(std::move(*stimulus), short_patience(), one.at_line_pace) == Wait::kGone) {
      return false;
    }
    if (interrupted_ && interrupted_()) return false;
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
      continue;
    }
    const LineAction action = *step.action;
    note(WireMoment::Kind::kNote, "", describe(action, step.duration));
    subject_.act(action, step.duration);
    bool gone = await("", milliseconds{0}) == Wait::kGone;
    const bool silence = action == LineAction::kSilence;
    const auto patience = action == LineAction::kFreeze ? settings_.reconnect : settings_.startup;
    if (!silence && !gone && !subject_.wait_until_open(patience)) {
      gone = await("", milliseconds{0}) == Wait::kGone;
      if (!gone) {
        result.messages.push_back(fmt::format("the reader did not open the line again within {} s",
                                              patience.count() / 1000));
      }
    }
    if (gone && (silence || !start_again(one, result))) return false;
  }
  return true;
}

/// A reader may end with its line: whoever runs it starts it again.
bool CaseRunner::start_again(const Case& one, CaseResult& result) {
  const ReaderExited exited = *gone_;
  if (exited.exit.signal != 0) return false;
  found_before_ = judge_.findings(one.may_lose);
  lost_before_ = judge_.lost();
  const std::uint64_t written = subject_.log().written + written_at_start_;
  const Start again = last_start_ = start();
  judge_.begin(traits_of(one));
  if (again.kind == Start::Kind::kReady) {
    written_at_start_ += written;
    subject_.begin_log();
    return true;
  }
  result.messages.push_back("the reader could not be started again: " + again.message);
  gone_ = exited;
  return false;
}

/// False where none of them is told.
bool CaseRunner::run_sentinels() {
  for (int i = 1; i <= kSentinels; ++i) {
    Stimulus clean = maker_.clean(fmt::format("sentinel {}", i));
    const auto patience = i < kSentinels ? short_patience() : settings_.patience;
    const Wait wait = deliver(std::move(clean), patience, false);
    if (wait == Wait::kGone) return false;
    if (wait == Wait::kTold) return true;
    // An earlier one that comes late decides as well.
    for (int k = 1; k <= i; ++k) {
      if (judge_.was_told(fmt::format("sentinel {}", k))) return true;
    }
    if (interrupted_ && interrupted_()) return false;
  }
  return false;
}

void CaseRunner::judge(const Case& one, CaseResult& result) {
  std::vector<Mismatch> findings = std::move(found_before_);
  for (Mismatch& finding : judge_.findings(one.may_lose)) findings.push_back(std::move(finding));
  for (const Mismatch& finding : findings) {
    result.messages.push_back(finding.telegram.empty() ? finding.message
                                                       : finding.telegram + ": " + finding.message);
  }
  result.lost = lost_before_ + judge_.lost();
  for (const std::string& breach : new_breaches_) {
    result.messages.push_back("breaks the reader contract: " + breach);
  }
  Outcome failed = Outcome::kFail;
  std::vector<std::string> unseen;
  LineLog log = subject_.log();
  log.written += written_at_start_;
  log.delays = delays_;
  log.memory = memory_;
  for (const std::string& name : one.judges) {
    const LineVerdict verdict = find_line_judge(name)->judge(log);
    if (verdict.kind == LineVerdict::Kind::kFail) result.messages.push_back(verdict.message);
    if (verdict.kind == LineVerdict::Kind::kUnseen) unseen.push_back(verdict.message);
  }
  if (result.messages.empty()) {
    if (unseen.empty()) return;
    result.messages = std::move(unseen);
    failed = Outcome::kInfo;
  }
  if (failed == Outcome::kFail && one.level == Level::kShould) failed = Outcome::kNonStrict;
  if (failed == Outcome::kFail && one.level == Level::kQuirk) failed = Outcome::kInfo;
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

CaseResult CaseRunner::run(const Case& one) {
  const Profile& profile = maker_.profile();
  CaseResult result{
      .of = &one, .profile = profile.name, .dialect = std::string(profile.dialect->name)};
  if (!ready_) {
    const bool tired = failed_starts_ >= kMostFailedStarts;
    const Start again = tired ? last_start_ : start();
    if (again.kind != Start::Kind::kReady) {
      last_start_ = again;
      ++failed_starts_;
      result.outcome = Outcome::kCrash;
      result.messages.push_back("the reader could not be started again: " + again.message);
      return result;
    }
    failed_starts_ = 0;
  }
  if (const auto why = lacks(one)) {
    result.outcome = Outcome::kSkip;
    result.messages.push_back(*why);
    return result;
  }
  maker_.begin(one.id);
  judge_.begin(traits_of(one));
  found_before_.clear();
  lost_before_ = 0;
  delays_.clear();
  memory_.clear();
  worst_lateness_ = {};
  gone_.reset();
  subject_.begin_log();
  began_ = subject_.now();
  result.began = std::chrono::system_clock::now();
  result_ = &result;
  left_out_ = 0;

  const bool whole = run_steps(one, result);
  const bool recovered = whole && run_sentinels();
  if (result.outcome != Outcome::kSkip) judge(one, result);
  if (gone_) {
    result.outcome = Outcome::kCrash;
    result.messages.insert(result.messages.begin(), words_of(*gone_));
  } else if (whole && !recovered && !(interrupted_ && interrupted_())) {
    result.outcome = Outcome::kHang;
    result.messages.insert(result.messages.begin(),
                           "the reader tells nothing any more: three telegrams as they should be "
                           "went by");
    ready_ = false;
    subject_.stop();
  }
  result.duration = duration_cast<microseconds>(subject_.now() - began_);
  result_ = nullptr;
  breaches_.insert(breaches_.end(), new_breaches_.begin(), new_breaches_.end());
  new_breaches_.clear();
  return result;
}

}  // namespace p1rig
