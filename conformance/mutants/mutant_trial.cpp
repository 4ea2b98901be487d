#include "conformance/mutants/mutant_trial.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "conformance/mutants/mutant_subject.h"
#include "conformance/run/case_runner.h"
#include "conformance/run/conform.h"
#include "conformance/run/ordinary.h"
#include "conformance/run/silence.h"
#include "protocol/dialect.h"

namespace p1rig {
namespace {

/// Enough for what needs many, and for memory to be sampled.
constexpr int kMostTelegrams = 120;
/// Of one step. Garbage without end is as endless to a reader of this kind.
constexpr std::size_t kMostBytes = std::size_t{1} << 20U;

constexpr std::uint64_t kSeed = 1;

/// For this purpose only.
FrameKeys trial_keys() { return *parse_frame_keys("000102030405060708090A0B0C0D0E0F"); }

TrialGround ground_of(std::shared_ptr<const Profile> profile) {
  TrialGround ground{.profile = std::move(profile)};
  if (is_sealed(*ground.profile)) ground.keys = trial_keys();
  StimulusMaker maker(ground.profile, kSeed, ground.keys);
  ground.ordinary = ordinary_cases(maker);
  return ground;
}

void add_cases(std::span<const Case> cases, TrialGround& ground) {
  StimulusMaker maker(ground.profile, kSeed, ground.keys);
  for (const Case& one : cases) {
    if (does_not_apply(one, maker)) continue;
    ground.cases.push_back(one);
    for (CaseStep& step : ground.cases.back().steps) {
      step.count = std::min(step.count, kMostTelegrams);
      if (!step.bytes) continue;
      const std::size_t most = kMostBytes / static_cast<std::size_t>(std::max(step.count, 1));
      step.bytes->resize(std::min(step.bytes->size(), most));
    }
  }
}

RunnerSettings settings_of_reference() {
  constexpr int kAllDecimals = 9;
  RunnerSettings settings{.seed = kSeed};
  settings.traits.precision.decimals = kAllDecimals;
  settings.traits.claims = {"*"};
  for (const CaseNeed& need : case_needs()) settings.can.emplace_back(need.name);
  return settings;
}

}  // namespace

std::vector<std::string> cases_naming(std::span<const Case> cases, std::string_view mutant) {
  std::vector<std::string> ids;
  for (const Case& one : cases) {
    if (std::ranges::find(one.mutants, mutant) != one.mutants.end()) ids.push_back(one.id);
  }
  return ids;
}

Result<std::vector<TrialGround>> trial_grounds(std::span<const Case> cases,
                                               std::string_view dialect_glob) {
  std::vector<std::string> names;
  for (const Dialect& dialect : dialects()) {
    const std::string_view name = profile_of_dialect(dialect.name);
    if (!name.empty() && matches_glob(dialect_glob, dialect.name)) names.emplace_back(name);
  }
  const auto profiles = find_profiles(names);
  if (!profiles) return tl::make_unexpected(profiles.error());
  std::vector<TrialGround> grounds;
  for (const auto& profile : *profiles) {
    grounds.push_back(ground_of(profile));
    add_cases(cases, grounds.back());
  }
  return grounds;
}

std::vector<CaseResult> try_mutant(const Mutant* mutant, const TrialGround& ground,
                                   std::span<const std::string> ids) {
  const Profile& profile = *ground.profile;
  MutantSubject subject(mutant, *profile.dialect, profile.line, ground.keys);
  CaseRunner runner(subject, StimulusMaker(ground.profile, kSeed, ground.keys),
                    settings_of_reference());
  std::vector<CaseResult> results;
  const Start start = runner.start();
  if (start.kind == Start::Kind::kReady) {
    std::vector<const Case*> ordinary;
    for (const Case& one : ground.ordinary) ordinary.push_back(&one);
    results = runner.run_ordinary(ordinary);
  }
  for (const Case& one : ground.cases) {
    if (!ids.empty() && std::ranges::find(ids, one.id) == ids.end()) continue;
    if (start.kind == Start::Kind::kReady) {
      results.push_back(runner.run(one));
      continue;
    }
    // It reports nothing at all from this meter.
    results.push_back({.of = &one,
                       .profile = profile.name,
                       .dialect = std::string(profile.dialect->name),
                       .outcome = Outcome::kHang,
                       .messages = {start.message}});
  }
  return results;
}

std::vector<std::string> probe_mutant(const Mutant& mutant, const TrialGround& ground) {
  const Profile& profile = *ground.profile;
  MutantSubject subject(&mutant, *profile.dialect, profile.line, ground.keys);
  return probe_silence(subject, StimulusMaker(ground.profile, kSeed, ground.keys),
                       settings_of_reference().traits);
}

bool is_caught(const CaseResult& result) {
  switch (result.outcome) {
    case Outcome::kFail:
    case Outcome::kNonStrict:
    case Outcome::kInfo:
    case Outcome::kCrash:
    case Outcome::kHang:
      return true;
    default:
      return false;
  }
}

MutantMatrix run_matrix(std::span<const Mutant* const> mutants,
                        std::span<const TrialGround> grounds, Asks asks) {
  MutantMatrix matrix;
  const auto add = [](std::vector<std::string>& list, std::string_view name) {
    if (std::ranges::find(list, name) == list.end()) list.emplace_back(name);
  };
  for (const Mutant* mutant : mutants) {
    auto& caught_by = matrix.caught_by[std::string(mutant->name)];
    for (const TrialGround& ground : grounds) {
      for (const CaseResult& result : try_mutant(mutant, ground)) {
        const bool shows_always = is_ordinary(*result.of);
        if (shows_always && asks != Asks::kAll) continue;
        if (is_caught(result)) add(caught_by, result.of->id);
        if (shows_always) continue;
        auto& failed_for = matrix.failed_for[result.of->id];
        if (is_caught(result)) add(failed_for, mutant->name);
      }
    }
  }
  return matrix;
}

std::vector<std::string> check_mutants(std::span<const Case> cases,
                                       std::span<const TrialGround> grounds) {
  std::vector<std::string> wrong;
  for (const TrialGround& ground : grounds) {
    for (const CaseResult& result : try_mutant(nullptr, ground)) {
      if (!is_caught(result)) continue;
      wrong.push_back(fmt::format("the reference reader fails {}: {}", result.name(),
                                  result.messages.empty() ? "" : result.messages.front()));
    }
  }
  for (const Case& one : cases) {
    if (one.mutants.empty()) wrong.push_back(one.id + " names no mutant that fails it");
    for (const std::string& name : one.mutants) {
      if (find_mutant(name) == nullptr) wrong.push_back(one.id + ": unknown mutant " + name);
    }
  }
  // The instances of one table share its list: each fails one of it, and each of it fails one.
  std::set<std::string> failed_cases;
  const auto table_of = [&](const std::string& id) {
    const auto one = std::ranges::find(cases, id, &Case::id);
    return one->file + ":" + std::to_string(one->place.line);
  };
  for (const Mutant& mutant : mutants()) {
    std::set<std::string> failed_tables;
    std::vector<std::string> ids = cases_naming(cases, mutant.name);
    const bool is_named = !ids.empty();
    bool shows_always = false;  // in every ordinary telegram
    for (const TrialGround& ground : grounds) {
      if (ids.empty() && (is_named || shows_always)) break;
      const bool any = std::ranges::any_of(ground.cases, [&](const Case& one) {
        return std::ranges::find(ids, one.id) != ids.end();
      });
      if (is_named && !any) continue;
      const std::vector<std::string> none = {"none"};
      for (const CaseResult& result : try_mutant(&mutant, ground, is_named ? ids : none)) {
        if (!is_caught(result)) continue;
        if (is_ordinary(*result.of)) {
          shows_always = true;
          continue;
        }
        failed_cases.insert(result.of->id);
        failed_tables.insert(table_of(result.of->id));
        std::erase(ids, result.of->id);
      }
    }
    if (!is_named && !shows_always) {
      wrong.push_back(fmt::format("no case catches the mutant {}", mutant.name));
    }
    for (const std::string& id : ids) {
      if (failed_tables.contains(table_of(id))) continue;
      wrong.push_back(fmt::format("{} does not catch the mutant {}", id, mutant.name));
    }
  }
  for (const Case& one : cases) {
    if (one.mutants.empty() || failed_cases.contains(one.id)) continue;
    wrong.push_back(one.id + " is failed by none of the mutants that it names");
  }
  return wrong;
}

}  // namespace p1rig
