#include "conformance/run/shrink_failure.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "conformance/run/last_words.h"
#include "conformance/run/ordinary.h"
#include "conformance/run/shrink.h"
#include "conformance/run/telegram_edit.h"

namespace p1rig {
namespace {

using std::chrono::steady_clock;

constexpr int kOrdinary = 12;

bool is_sentinel(const CaseResult& result) {
  return result.first && result.first->telegram.starts_with("sentinel ");
}

/// The case as steps of its own, where what it shows is not in one of them.
Case in_steps(const CaseResult& failed) {
  Case one = *failed.of;
  if (is_ordinary(one)) {
    one.steps = {{.id = "A", .count = kOrdinary}};
  } else if (is_sentinel(failed)) {
    std::string id = "A";
    const auto is_taken = [&](const CaseStep& step) { return step.id == id; };
    while (std::ranges::any_of(one.steps, is_taken)) ++id.front();
    one.steps.push_back({.id = id});
  }
  return one;
}

/// Its own trait counts, whatever it is called in ordinary telegrams.
OrdinaryTraits traits_for(const Case& one, OrdinaryTraits traits) {
  std::erase_if(traits, [&](const auto& trait) { return trait.second.shown_by == one.id; });
  return traits;
}

bool is_passed(const CaseResult& result) { return result.outcome == Outcome::kPass; }

/// Telegrams have other names where they are steps now.
bool is_as_before(const CaseResult& now, const CaseResult& before) {
  if (!is_ordinary(*before.of) && !is_sentinel(before)) {
    return kind_of_failure(now) == kind_of_failure(before);
  }
  const bool is_same = now.outcome == before.outcome && now.topic == before.topic &&
                       now.first.has_value() == before.first.has_value();
  return is_same && (!now.first || now.first->code == before.first->code);
}

class FailureShrinker {
 public:
  FailureShrinker(const ShrinkBench& bench, const CaseResult& failed)
      : bench_(bench), failed_(failed), whole_(in_steps(failed)) {}

  Result<SmallFailure> run() {
    if (failed_.is_given_up) return fail("it took too long to be sent again");
    const OrdinaryTraits traits = bench_.reader.traits();
    bench_.reader.take_traits(traits_for(whole_, traits));
    auto small = make_smaller();
    bench_.reader.take_traits(traits);
    return small;
  }

 private:
  Result<SmallFailure> make_smaller() {
    const bool is_sound = is_passed(bench_.reference.run(whole_));
    if (is_over()) return fail("there was no time to send it again");
    if (!is_sound) return fail("the reference reader does not pass the case either");
    const CaseResult again = replay(whole_);
    if (is_over()) return fail("there was no time to send it again");
    if (!is_as_before(again, failed_))
      return fail("it does not fail in the same way when it is sent again alone");
    kind_ = kind_of_failure(again);
    // What a reader remembers of one attempt may be seen in the next: then each has a reader of its own.
    for (const bool fresh : {false, true}) {
      is_fresh_ = fresh;
      until_ = steady_clock::now() + bench_.limit;
      auto small = std::make_shared<Case>(shrink(whole_, how(again)));
      SmallFailure result{.one = small, .result = replay(*small)};
      if (is_over()) break;
      if (kind_of_failure(result.result) == kind_) return result;
    }
    return fail("what is left of it does not always fail");
  }

  /// With a reader that has seen nothing else.
  CaseResult replay(const Case& one) {
    CaseResult down{.of = &one};
    if (bench_.reader.start().kind != Start::Kind::kReady) return down;
    return bench_.reader.run(one);
  }

  bool is_over() const { return bench_.is_over(); }

  Shrinking how(const CaseResult& again) {
    Shrinking how{
        .fails = [this](const Case& smaller, const Case& plain) { return fails(smaller, plain); }};
    // Nothing would say whether an ordinary telegram is lost because of what is missing in it.
    const bool is_lost = again.topic == Topic::kLost || again.topic == Topic::kSurvival;
    if (!is_ordinary(whole_) || !is_lost) {
      how.lines = [this](const Case& one, const CaseStep& step) { return lines_of(one, step); };
    }
    return how;
  }

  bool fails(const Case& smaller, const Case& plain) {
    if (steady_clock::now() >= until_ || is_over()) return false;
    if (!is_passed(bench_.reference.run(smaller))) return false;
    const CaseResult result = is_fresh_ ? replay(smaller) : bench_.reader.run(smaller);
    if (kind_of_failure(result) != kind_ || is_over()) return false;
    if (plain.steps.empty() || is_ordinary(whole_)) return true;
    return is_passed(bench_.reader.run(plain)) && !is_over();
  }

  /// Of the telegram without its faults. What the case itself has changed, or expects otherwise than
  /// it was sent, is not known by its meaning, or is asked.
  std::vector<TelegramLine> lines_of(const Case& one, const CaseStep& step) {
    CaseStep plain = step;
    plain.faults.clear();
    plain.crc.clear();
    bench_.plain.begin(one.id);
    const auto made = bench_.plain.make(one, plain, 1);
    std::vector<TelegramLine> lines;
    if (!made) return lines;
    ContractTelegram meant = made->telegram->meant;
    const TelegramEditor editor(made->emission.bytes, meant);
    for (const auto& [code, value] : made->telegram->meant.values) {
      const std::string name = to_string(code);
      if (auto brackets = editor.brackets(name)) lines.emplace_back(name, std::move(*brackets));
    }
    return lines;
  }

  const ShrinkBench& bench_;
  const CaseResult& failed_;
  const Case whole_;
  std::string kind_;
  bool is_fresh_ = false;
  steady_clock::time_point until_;
};

}  // namespace

std::string kind_of_failure(const CaseResult& result) {
  std::string kind(to_string(result.outcome));
  if (!result.death.empty()) return kind + ": " + folded(first_exception(result.death));
  if (result.messages.empty()) return kind;
  if (!result.first) return kind + ": " + result.messages.front();
  const Mismatch& first = *result.first;
  // "A 7" is another one of A.
  kind += fmt::format(", {}: {}", to_string(first.topic),
                      first.telegram.substr(0, first.telegram.find(' ')));
  if (first.code) kind += " " + to_string(*first.code);
  // What was said, and what was expected, is in quotes or brackets.
  return kind + ": " + folded(first.message.substr(0, first.message.find_first_of("\"{[")));
}

Result<SmallFailure> shrink_failure(const ShrinkBench& bench, const CaseResult& failed) {
  return FailureShrinker(bench, failed).run();
}

}  // namespace p1rig
