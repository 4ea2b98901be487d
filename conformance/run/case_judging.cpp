#include "conformance/run/case_judging.h"

#include <fmt/core.h>

#include <utility>

#include "conformance/run/reader_session.h"

namespace p1rig {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

/// Because a telegram before the subject was lost.
void block(const OrdinaryTraits& traits, CaseResult& result) {
  constexpr std::string_view kLost =
      "an ordinary telegram before the subject of this case was lost";
  result.outcome = Outcome::kInconclusive;
  const auto trait = traits.find("reported");
  if (trait != traits.end()) result.blocked_by = trait->second.shown_by;
  result.messages.push_back(result.blocked_by.empty()
                                ? std::string(kLost)
                                : fmt::format("blocked by {}: {}", result.blocked_by, kLost));
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

Mismatch breach_of_contract(const std::string& what) {
  return {.topic = Topic::kContract, .message = "breaks the reader contract: " + what};
}

void judge(const Case& one, CaseEvidence evidence, const OrdinaryTraits& traits,
           CaseResult& result) {
  const Verdict verdict = decide(one, std::move(evidence.found), traits);
  for (const Mismatch& mismatch : verdict.besides) {
    const auto trait = traits.find(trait_of(mismatch));
    result.besides.push_back(trait == traits.end() ? words_of(mismatch)
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
  if (verdict.is_blocked) return block(traits, result);
  for (const Mismatch& mismatch : verdict.against) result.messages.push_back(words_of(mismatch));
  if (!verdict.against.empty()) {
    result.first = verdict.against.front();
    result.topic = result.first->topic;
  }
  Outcome failed = failure_at(one.level);
  if (result.messages.empty()) {
    if (evidence.unseen.empty()) return;
    result.messages = std::move(evidence.unseen);
    failed = Outcome::kInfo;
  }
  const bool is_timed = one.at_line_pace && one.margin > milliseconds{0};
  if (is_timed && evidence.lateness > one.margin) {
    failed = Outcome::kInconclusive;
    result.messages.push_back(
        fmt::format("but bytes left up to {} ms late, more than the margin of {} ms",
                    duration_cast<milliseconds>(evidence.lateness).count(), one.margin.count()));
  }
  result.outcome = failed;
}

std::string object_of(const Case& ordinary) {
  return ordinary.id.substr(ordinary.id.rfind('/') + 1);
}

OrdinaryTraits judge_ordinary(const Case& one, const std::vector<Mismatch>& found,
                              CaseResult& result) {
  OrdinaryTraits shown;
  const std::string what = object_of(one);
  for (const Mismatch& mismatch : found) {
    const std::string about = trait_of(mismatch);
    const bool is_extra = mismatch.way == kExtra && mismatch.topic == Topic::kValue;
    if (about != what && (what != "extra" || !is_extra)) continue;
    OrdinaryTrait& trait = shown[about];
    trait.shown_by = one.id;
    trait.ways.insert(mismatch.way);
    if (result.messages.empty()) {
      result.first = mismatch;
      result.topic = mismatch.topic;
    }
    result.messages.push_back(words_of(mismatch));
  }
  if (result.messages.empty()) return {};
  result.outcome = Outcome::kFail;
  for (const auto& [about, trait] : shown) {
    for (const std::string& way : trait.ways) {
      result.ways.push_back(about == what ? way : way + " " + about);
    }
  }
  return shown;
}

void fail_to_live(Outcome outcome, std::string message, CaseResult& result) {
  result.outcome = outcome;
  result.topic = Topic::kSurvival;
  result.first.reset();
  result.messages.insert(result.messages.begin(), std::move(message));
}

void fail_to_live(const ReaderExited& gone, CaseResult& result) {
  fail_to_live(Outcome::kCrash, words_of(gone), result);
  result.death = gone.last_words;
}

}  // namespace p1rig
