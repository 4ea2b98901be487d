#include "conformance/mutants/measure_defects.h"

#include <algorithm>
#include <string>
#include <vector>

#include "protocol/dialect.h"

namespace p1rig {
namespace {

/// Nothing was put to it: it does not understand this meter at all.
bool was_never_ready(std::span<const CaseResult> results) {
  return std::ranges::all_of(results, [](const CaseResult& result) {
    return result.outcome == Outcome::kHang && result.wire.empty();
  });
}

}  // namespace

DefectTrial trial_of(const Mutant& mutant, std::span<const TrialGround> grounds) {
  DefectTrial trial{.name = std::string(mutant.name),
                    .does = std::string(mutant.summary),
                    .code = std::string(code_of(mutant)),
                    .at = {}};
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
      if (!is_caught(result)) continue;
      answers.failed.push_back(result.of->id);
      if (!result.ways.empty()) answers.ways[result.of->id] = result.ways;
    }
  }
  return trial;
}

KnownDefects measure_defects(std::span<const TrialGround> grounds) {
  std::vector<DefectTrial> trials;
  for (const Mutant& mutant : mutants()) trials.push_back(trial_of(mutant, grounds));
  return gather_defects(trials);
}

}  // namespace p1rig
