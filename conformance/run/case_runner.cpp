#include "conformance/run/case_runner.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "conformance/judge/line_judge.h"
#include "conformance/run/case_budget.h"
#include "conformance/run/case_judging.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::milliseconds;

/// A reader that cannot be restarted this many times in a row is not tried again.
constexpr int kMostFailedStarts = 3;
constexpr std::size_t kMemorySamples = 10;
/// Expected reports in a row that do not come: after these, more of the same shows nothing new.
constexpr int kMostUnanswered = 3;

}  // namespace

CaseRunner::CaseRunner(Subject& subject, StimulusMaker maker, RunnerSettings settings)
    : session_(subject, std::move(maker), std::move(settings)) {}

bool CaseRunner::can(std::string_view need) const {
  const auto holds = [&](const std::vector<std::string>& words) {
    return std::ranges::find(words, need) != words.end();
  };
  return holds(session_.settings().can) || holds(session_.hello().can);
}

/// Why this case cannot be run with this reader; nothing if it can.
std::optional<std::string> CaseRunner::lacks(const Case& one) const {
  for (const std::string& need : one.needs) {
    if (need == "line" && !session_.subject().can_act(LineAction::kUnplug))
      return "stdin is not a line";
    if (need == "network" && !session_.subject().can_act(LineAction::kFreeze)) {
      return "needs a network connection: use --line tcp or rfc2217";
    }
    if (need == "realtime" && session_.settings().period == milliseconds{0} && !can(need)) {
      return "takes as long as on a real meter: run with --realtime";
    }
    if (need == "settings" && !session_.line_log().opened) {
      return "this line does not show the reader's settings";
    }
    if (need == "request" && !session_.line_log().request_seen) {
      return "this line does not show Data Request, or the reader file does not declare its wiring";
    }
    if (need == "process" && !session_.subject().memory() && !can(need)) {
      return "there is no process to measure";
    }
  }
  return std::nullopt;
}

/// Why this reader cannot be judged by what it reports; nothing if it can. The case is sent anyway:
/// the reader has to survive it.
std::optional<std::string> CaseRunner::lacks_values(const Case& one) const {
  const auto& report = session_.last_report();
  const bool reports = report.has_value();
  for (const std::string& need : one.needs) {
    if (need == "mbus" && !can(need) && !(reports && report->mbus)) {
      return "the reader does not report what it concluded about the M-Bus";
    }
    if (need == "tariffs" && !can(need) && !(reports && report->import.normal)) {
      return "the reader does not report which tariff is which";
    }
  }
  return std::nullopt;
}

ReaderTraits CaseRunner::traits_of(const Case& one) const {
  ReaderTraits traits = session_.settings().traits;
  traits.needs_mbus = std::ranges::find(one.needs, "mbus") != one.needs.end();
  traits.needs_tariffs = std::ranges::find(one.needs, "tariffs") != one.needs.end();
  return traits;
}

bool CaseRunner::run_telegrams(const Case& one, const CaseStep& step, CaseResult& result) {
  const int sample = std::max(1, step.count / static_cast<int>(kMemorySamples));
  for (int number = 1; number <= step.count; ++number) {
    auto stimulus = session_.maker().make(one, step, number);
    if (!stimulus) {
      result.outcome = Outcome::kSkip;
      result.messages.push_back(stimulus.error().message);
      return false;
    }
    if (stimulus->telegram) stimulus->telegram->standing = standing_of(one, step);
    stimulus->rest = !step.bytes || number == step.count;
    // The last one gets all the time that a reader may take.
    const auto patience = session_.unanswered() + 1 < kMostUnanswered
                              ? session_.short_patience()
                              : session_.settings().patience;
    if (session_.deliver(std::move(*stimulus), patience, one.at_line_pace) == Wait::kGone) {
      return false;
    }
    if (session_.is_interrupted()) return false;
    if (session_.unanswered() >= kMostUnanswered) return true;
    if (session_.is_due() && number < step.count && session_.unanswered() == 0) {
      // A slow reader that reports each is judged by those that there was time for.
      session_.note(fmt::format("{} of {} sent within the time limit of a case", number,
                                counted(step.count, "telegram")));
      session_.extend_by(kSentinels * session_.settings().patience);
      return true;
    }
    if (session_.is_due()) return false;
    if (step.count >= 100 && number % sample == 0) {
      if (const auto memory = session_.subject().memory()) memory_.push_back(*memory);
    }
  }
  return true;
}

bool CaseRunner::run_steps(const Case& one, CaseResult& result) {
  for (const CaseStep& step : one.steps) {
    if (!step.action) {
      if (!run_telegrams(one, step, result)) return false;
      if (session_.unanswered() >= kMostUnanswered) break;
      continue;
    }
    const LineAction action = *step.action;
    session_.act(action, step.duration, one.at_line_pace);
    bool gone = is_gone();
    const bool silence = action == LineAction::kSilence;
    const auto patience =
        action == LineAction::kFreeze ? session_.settings().reconnect : session_.settings().startup;
    if (!silence && !gone && !session_.wait_until_open(patience)) {
      gone = is_gone();
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

/// Whether it has ended by now.
bool CaseRunner::is_gone() { return session_.await("", milliseconds{0}) == Wait::kGone; }

/// A reader may end with its line: p1rig starts it again, as a service manager would.
bool CaseRunner::start_again(const Case& one) {
  if (session_.gone()->exit.signal != 0) return false;
  std::ranges::move(session_.judge().findings(one.may_lose), std::back_inserter(found_));
  lost_before_ = session_.judge().lost();
  last_start_ = session_.restart(traits_of(one));
  if (last_start_.kind == Start::Kind::kReady) return true;
  found_.push_back({.topic = Topic::kSurvival,
                    .message = "the reader could not be started again: " + last_start_.message});
  return false;
}

/// False if none of them is reported.
bool CaseRunner::run_sentinels() {
  for (int i = 1; i <= kSentinels; ++i) {
    Stimulus clean = session_.maker().clean(fmt::format("sentinel {}", i));
    const auto patience = i < kSentinels ? session_.short_patience() : session_.settings().patience;
    const Wait wait = session_.deliver(std::move(clean), patience, false);
    if (wait == Wait::kGone) return false;
    if (wait == Wait::kTold) return true;
    // A late report of an earlier one counts as well.
    for (int k = 1; k <= i; ++k) {
      if (session_.judge().was_told(fmt::format("sentinel {}", k))) return true;
    }
    if (session_.is_due() || session_.is_interrupted()) return false;
  }
  return false;
}

/// What was found, by the judge of the telegrams and those of the line.
CaseEvidence CaseRunner::evidence_of(const Case& one) {
  CaseEvidence evidence{.found = std::exchange(found_, {}), .lateness = session_.worst_lateness()};
  std::ranges::move(session_.judge().findings(one.may_lose), std::back_inserter(evidence.found));
  for (const std::string& breach : session_.new_breaches()) {
    evidence.found.push_back(breach_of_contract(breach));
  }
  LineLog log = session_.line_log();
  log.memory = memory_;
  for (const std::string& name : one.judges) {
    LineVerdict verdict = find_line_judge(name)->judge(log);
    if (verdict.kind == LineVerdict::Kind::kFail) {
      evidence.found.push_back({.topic = Topic::kLine, .message = std::move(verdict.message)});
    } else if (verdict.kind == LineVerdict::Kind::kUnseen) {
      evidence.unseen.push_back(std::move(verdict.message));
    }
  }
  return evidence;
}

/// Of the case at this meter, before it is run.
CaseResult CaseRunner::result_of(const Case& one) const {
  const Profile& profile = session_.maker().profile();
  return {.of = &one, .profile = profile.name, .dialect = std::string(profile.dialect->name)};
}

/// A new result for the case; forgets everything about the one before.
CaseResult CaseRunner::begin(const Case& one) {
  const RunnerSettings& settings = session_.settings();
  const Dialect& dialect = *session_.maker().profile().dialect;
  session_.begin(one.id, traits_of(one), settings.case_limit + own_time_of(one, settings, dialect));
  found_.clear();
  lost_before_ = 0;
  memory_.clear();
  CaseResult result = result_of(one);
  result.began = std::chrono::system_clock::now();
  return result;
}

void CaseRunner::end(CaseResult& result) {
  result.duration = duration_cast<microseconds>(session_.elapsed());
  result.wire = session_.end();
}

/// True if there is a reader to run the case on, started again if it has to be; else the result says
/// why not.
bool CaseRunner::is_up(CaseResult& result) {
  if (session_.is_ready()) return true;
  const bool tired = failed_starts_ >= kMostFailedStarts;
  const Start again = tired ? last_start_ : session_.start();
  if (again.kind == Start::Kind::kReady) {
    failed_starts_ = 0;
    return true;
  }
  last_start_ = again;
  ++failed_starts_;
  fail_to_live(Outcome::kCrash, "the reader could not be started again: " + again.message, result);
  return false;
}

CaseResult CaseRunner::run(const Case& one) {
  if (CaseResult down = result_of(one); !is_up(down)) return down;
  if (const auto why = lacks(one)) {
    CaseResult result = result_of(one);
    result.outcome = Outcome::kSkip;
    result.messages = {*why};
    return result;
  }
  CaseResult result = begin(one);
  const bool whole = run_steps(one, result);
  const bool recovered = whole && run_sentinels();
  const bool is_asked_to_end = session_.is_interrupted();
  if (const auto why = lacks_values(one)) {
    result.outcome = Outcome::kSkip;
    result.messages.push_back(*why);
  } else if (result.outcome != Outcome::kSkip) {
    result.lost = lost_before_ + session_.judge().lost();
    judge(one, evidence_of(one), traits_, result);
  }
  if (session_.gone()) {
    fail_to_live(*session_.gone(), result);
  } else if (session_.is_due()) {
    result.is_given_up = true;
    fail_to_live(
        failure_at(one.level),
        fmt::format("not finished within {}: given up (--case-limit)", readable(session_.budget())),
        result);
    session_.stop();
  } else if (whole && !recovered && !is_asked_to_end) {
    fail_to_live(Outcome::kHang,
                 "the reader stopped reporting: it reported none of the last three "
                 "ordinary telegrams",
                 result);
    session_.stop();
  }
  end(result);
  return result;
}

/// False for an object that the reader neither reported at the start nor claims to.
bool CaseRunner::is_reported(const std::string& object) const {
  return !parse_obis(object) || matches_any_glob(session_.settings().traits.claims, object);
}

std::vector<CaseResult> CaseRunner::run_ordinary(std::span<const Case* const> cases) {
  std::vector<CaseResult> results;
  traits_.clear();
  if (cases.empty()) return results;
  CaseResult all = begin(*cases.front());
  ReaderTraits traits = session_.settings().traits;
  traits.needs_mbus = can("mbus");
  traits.needs_tariffs = can("tariffs");
  session_.judge_anew(traits);
  bool alive = true;
  for (int number = 1; number <= kOrdinaryTelegrams && alive; ++number) {
    Stimulus clean = session_.maker().clean(fmt::format("ordinary {}", number));
    alive = session_.deliver(std::move(clean), session_.short_patience(), false) != Wait::kGone;
    if (session_.unanswered() >= kMostUnanswered || session_.is_due() ||
        session_.is_interrupted()) {
      break;
    }
  }
  const bool recovered = alive && run_sentinels();
  const std::vector<Mismatch> found = session_.judge().findings(0);
  for (const Case* one : cases) {
    CaseResult result = all;
    result.of = one;
    OrdinaryTraits shown = judge_ordinary(*one, found, result);
    if (const auto why = lacks_values(*one)) {
      result.outcome = Outcome::kSkip;
      result.messages = {*why};
      result.ways.clear();
    } else if (result.messages.empty() && !is_reported(object_of(*one))) {
      result.outcome = Outcome::kSkip;
      result.messages = {"the reader does not report this object"};
    } else {
      traits_.merge(shown);
    }
    results.push_back(std::move(result));
  }
  for (const std::string& breach : session_.new_breaches()) {
    const Mismatch broken = breach_of_contract(breach);
    results.front().outcome = Outcome::kFail;
    results.front().topic = broken.topic;
    results.front().messages.push_back(broken.message);
  }
  if (session_.gone()) {
    fail_to_live(*session_.gone(), results.front());
  } else if (alive && !recovered && !session_.is_interrupted()) {
    fail_to_live(Outcome::kHang, "the reader stopped reporting", results.front());
    session_.stop();
  }
  end(results.front());
  for (CaseResult& result : results) {
    result.duration = results.front().duration;
    result.wire = results.front().wire;
  }
  return results;
}

}  // namespace p1rig
