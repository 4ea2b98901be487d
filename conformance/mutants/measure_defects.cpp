#include "conformance/mutants/measure_defects.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "protocol/dialect.h"

namespace p1rig {
namespace {

DefectTrial begun_trial(const Mutant& mutant) {
  return {.name = std::string(mutant.name),
          .does = std::string(mutant.summary),
          .code = std::string(code_of(mutant)),
          .at = {}};
}

/// Nothing was put to it: it does not understand this meter at all.
bool was_never_ready(std::span<const CaseResult> results) {
  return std::ranges::all_of(results, [](const CaseResult& result) {
    return result.outcome == Outcome::kHang && result.wire.empty();
  });
}

void add_failure(const CaseResult& result, DefectAnswers& answers) {
  if (!is_caught(result)) return;
  answers.failed.push_back(result.of->id);
  if (!result.ways.empty()) answers.ways[result.of->id] = result.ways;
}

/// What the known defects say of a mutant; nothing if it is not among them.
std::optional<DefectTrial> known_trial(const Mutant& mutant, std::span<const TrialGround> grounds,
                                       const KnownDefects& known) {
  const auto defect = std::ranges::find_if(known.all, [&](const KnownDefect& one) {
    return one.name == mutant.name || std::ranges::find(one.twins, mutant.name) != one.twins.end();
  });
  if (defect == known.all.end()) return std::nullopt;
  DefectTrial trial = begun_trial(mutant);
  trial.silent_at = defect->silent_at;
  for (const TrialGround& ground : grounds) {
    const std::string dialect(ground.profile->dialect->name);
    if (trial.silent_at.contains(dialect)) continue;
    DefectAnswers& answers = trial.at[dialect];
    for (const auto* cases : {&ground.ordinary, &ground.cases}) {
      for (const Case& one : *cases) {
        answers.asked.push_back(one.id);
        const auto place = known.find_case(one.id);
        if (!place || !KnownDefects::fails(*defect, *place, dialect)) continue;
        answers.failed.push_back(one.id);
        const auto ways = KnownDefects::ways_at(*defect, *place);
        if (!ways.empty()) answers.ways[one.id] = ways;
      }
    }
  }
  return trial;
}

/// The cases of a ground that are measured again, each behind the one that comes before it: a mutant
/// may remember that. The ordinary ones are run in any case.
struct AskedAgain {
  std::set<std::string> judged;
  std::vector<std::string> run;
};

AskedAgain asked_again(const TrialGround& ground, const Remeasuring& again) {
  AskedAgain asked;
  const auto is_asked = [&](const Case& one) {
    return !again.known.find_case(one.id) || is_named(one, again.cases);
  };
  for (const Case& one : ground.ordinary) {
    if (is_asked(one)) asked.judged.insert(one.id);
  }
  const std::string* before = nullptr;
  for (const Case& one : ground.cases) {
    if (is_asked(one)) {
      asked.judged.insert(one.id);
      if (before != nullptr) asked.run.push_back(*before);
      asked.run.push_back(one.id);
    }
    before = &one.id;
  }
  return asked;
}

}  // namespace

DefectTrial trial_of(const Mutant& mutant, std::span<const TrialGround> grounds) {
  DefectTrial trial = begun_trial(mutant);
  for (const TrialGround& ground : grounds) {
    const std::vector<CaseResult> results = try_mutant(&mutant, ground);
    const std::string dialect(ground.profile->dialect->name);
    if (was_never_ready(results)) {
      trial.silent_at[dialect] = probe_mutant(mutant, ground);
      continue;
    }
    DefectAnswers& answers = trial.at[dialect];
    for (const CaseResult& result : results) {
      answers.asked.push_back(result.of->id);
      add_failure(result, answers);
    }
  }
  return trial;
}

DefectTrial trial_again(const Mutant& mutant, std::span<const TrialGround> grounds,
                        const Remeasuring& again) {
  auto known = known_trial(mutant, grounds, again.known);
  if (!known || matches_glob(again.mutants, mutant.name)) return trial_of(mutant, grounds);
  for (const TrialGround& ground : grounds) {
    const auto at = known->at.find(std::string(ground.profile->dialect->name));
    const AskedAgain asked = asked_again(ground, again);
    if (at == known->at.end() || asked.judged.empty()) continue;
    DefectAnswers& answers = at->second;
    const auto is_judged = [&](const std::string& id) { return asked.judged.contains(id); };
    std::erase_if(answers.failed, is_judged);
    std::erase_if(answers.ways, [&](const auto& way) { return is_judged(way.first); });
    for (const CaseResult& result : try_mutant(&mutant, ground, asked.run)) {
      if (is_judged(result.of->id)) add_failure(result, answers);
    }
  }
  return std::move(*known);
}

Result<KnownDefects> measure_defects(std::span<const Case> cases, const Remeasuring* again) {
  std::vector<DefectTrial> trials(mutants().size());
  std::atomic<std::size_t> next = 0;
  // Profiles remember the last day that they were asked for: each thread has its own.
  const auto measure = [&](std::span<const TrialGround> grounds) {
    for (std::size_t i = next++; i < trials.size(); i = next++) {
      const Mutant& mutant = mutants()[i];
      trials[i] =
          again == nullptr ? trial_of(mutant, grounds) : trial_again(mutant, grounds, *again);
    }
  };
  std::vector<std::vector<TrialGround>> grounds(std::max(1U, std::thread::hardware_concurrency()));
  for (auto& its_own : grounds) {
    auto made = trial_grounds(cases);
    if (!made) return tl::make_unexpected(made.error());
    its_own = std::move(*made);
  }
  std::vector<std::jthread> threads;
  for (const auto& its_own : grounds) {
    threads.emplace_back([&measure, &its_own] { measure(its_own); });
  }
  threads.clear();  // once they have ended
  return gather_defects(trials);
}

}  // namespace p1rig
