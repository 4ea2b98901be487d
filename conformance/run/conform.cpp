#include "conformance/run/conform.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <utility>

#include "conformance/reader/observer.h"
#include "conformance/run/case_budget.h"
#include "conformance/run/case_runner.h"
#include "conformance/run/fuzz.h"
#include "conformance/run/known_defects.h"
#include "conformance/run/ordinary.h"
#include "conformance/run/rig.h"
#include "conformance/run/shell_word.h"
#include "conformance/run/shrink_causes.h"
#include "conformance/run/silence.h"
#include "conformance/run/waivers.h"
#include "conformance/suite/known_words.h"
#include "protocol/dialect.h"
#include "protocol/wording.h"
#include "simulator/line/event_loop.h"
#include "simulator/random.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Conformance {
 public:
  Conformance(ConformPlan plan, EventLoop& loop, const std::function<void(const CaseResult&)>& told)
      : plan_(std::move(plan)),
        loop_(loop),
        told_(told),
        rig_({.reader = plan_.reader,
              .seed = plan_.seed,
              .id_seed = plan_.id_seed,
              .case_limit = plan_.case_limit,
              .realtime = plan_.realtime},
             loop) {
    loop_.on_signal([this](int) {
      report_.interrupted = true;
      loop_.stop();
    });
  }
  ~Conformance() { loop_.on_signal({}); }
  Conformance(const Conformance&) = delete;
  Conformance& operator=(const Conformance&) = delete;

  Result<ConformReport> run() {
    const auto began = steady_clock::now();
    report_.reader = plan_.reader.name;
    report_.command = plan_.reader.command;
    report_.seed = plan_.seed;
    report_.level = plan_.level;
    report_.began = std::chrono::system_clock::now();
    report_.whole_suite = plan_.cases.empty() && !plan_.own_cases;
    report_.suite_version =
        plan_.suite_version.empty() ? suite_versions().back() : plan_.suite_version;
    for (Case& one : plan_.all_cases) {
      if (is_newer(one, report_.suite_version)) {
        report_.newer_cases.push_back(one.id);
        continue;
      }
      if (plan_.cases.empty() || names_case(one)) report_.cases.push_back(std::move(one));
    }
    if (plan_.fuzz > 0) report_.cases.clear();
    for (const Case& one : report_.cases) suite_.push_back(&one);
    if (plan_.endpoints.empty()) plan_.endpoints = {plan_.reader.endpoints.front()};
    for (const std::string& endpoint : plan_.endpoints) {
      if (auto known = check_endpoint(endpoint, plan_.reader.attached); !known) {
        return fail("--line: " + known.error().message);
      }
    }
    if (auto written = rig_.write_key(); !written) {
      report_.environment = written.error().message;
      return std::move(report_);
    }
    auto profiles = choose_profiles();
    if (!profiles) return tl::make_unexpected(profiles.error());
    if (auto known = check_globs(*profiles); !known) return tl::make_unexpected(known.error());
    for (const auto& profile : *profiles) meters_[profile->name] = profile;
    if (plan_.planned) {
      const Planned planned = planned_results(*profiles);
      plan_.planned(planned.results, planned.likely);
    }
    for (const std::string& endpoint : plan_.endpoints) {
      fuzz_step_ = profiles->size();
      fuzz_place_ = 0;
      for (const auto& profile : *profiles) {
        run_at(profile, endpoint);
        ++fuzz_place_;
        if (report_.interrupted || !report_.environment.empty()) break;
      }
      if (report_.interrupted || !report_.environment.empty()) break;
    }
    const bool ran = !report_.results.empty() || report_.fuzzed > 0 || !report_.refused.empty() ||
                     report_.interrupted || !report_.environment.empty();
    if (!ran) return fail("none of these cases applies to these meters: nothing was run");
    if (plan_.waivers) report_.unused_waivers = unused_waivers(*plan_.waivers, report_);
    explain_failures();
    make_smaller();
    report_.duration =
        std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - began);
    return std::move(report_);
  }

 private:
  /// "id", a glob, or "id@profile" as in results.
  bool names_case(const Case& one) const {
    return std::ranges::any_of(plan_.cases, [&](const std::string& glob) {
      return is_named(one, glob.substr(0, glob.find('@')));
    });
  }

  /// An error about the first glob of --case that names nothing.
  Result<void> check_globs(const std::vector<std::shared_ptr<const Profile>>& profiles) {
    if (plan_.fuzz > 0) return {};
    for (const std::string& glob : plan_.cases) {
      const auto id = glob.substr(0, glob.find('@'));
      const auto is_meant = [&](const Case& one) { return is_named(one, id); };
      if (std::ranges::any_of(report_.cases, is_meant)) continue;
      // What is asked of ordinary telegrams depends on the meter.
      const bool is_ordinary = std::ranges::any_of(profiles, [&](const auto& profile) {
        return std::ranges::any_of(ordinary_cases_of(profile),
                                   [&](const Case* one) { return is_meant(*one); });
      });
      if (is_ordinary) continue;
      return fail(fmt::format("no case matches \"{}\" (`p1rig cases` lists them)", glob));
    }
    return {};
  }

  Result<std::vector<std::shared_ptr<const Profile>>> choose_profiles() {
    std::vector<std::string> names = plan_.profiles;
    std::vector<std::string> globs =
        plan_.dialects.empty() ? plan_.reader.dialects : plan_.dialects;
    for (const std::string& glob : globs) {
      if (!names_a_dialect(glob)) {
        return fail("--dialect: " + unknown_dialect(glob));
      }
    }
    if (names.empty()) {
      if (globs.empty()) globs = dialects_of_hello();
      if (std::ranges::none_of(globs, names_a_dialect)) {
        report_.refused.push_back(
            fmt::format("its hello names no known dialect, but {} (`p1rig dialects` lists them)",
                        fmt::join(globs, ", ")));
      }
      for (const Dialect& dialect : dialects()) {
        if (matches_any_glob(globs, dialect.name)) names.emplace_back(dialect.representative);
      }
    }
    // A meter that is named twice is one meter.
    std::vector<std::string> once;
    for (std::string& name : names) {
      if (std::ranges::find(once, name) == once.end()) once.push_back(std::move(name));
    }
    names = std::move(once);
    auto profiles = find_profiles(names);
    for (std::size_t i = 0; profiles && i < names.size(); ++i) {
      profile_words_[(*profiles)[i].get()] = shell_word(names[i]);
    }
    if (!profiles || plan_.dialects.empty()) return profiles;
    for (const auto& profile : *profiles) {
      if (matches_any_glob(plan_.dialects, profile->dialect->name)) continue;
      return fail(fmt::format("--profile {} is {}, which --dialect {} leaves out", profile->name,
                              profile->dialect->name, fmt::join(plan_.dialects, ", ")));
    }
    return profiles;
  }

  /// Those that the reader names in its hello; else the one that most readers know.
  std::vector<std::string> dialects_of_hello() {
    const std::vector<std::string> usual = {"dsmr-5.0"};
    const ReaderFile& reader = plan_.reader;
    const bool says_hello =
        !reader.attached && reader.map.empty() && reader.observe.kind == "stdout";
    if (!says_hello) return usual;
    auto found = find_profile(profile_of_dialect(usual.front()));
    if (!found) return usual;
    const auto profile = std::make_shared<const Profile>(std::move(*found));
    auto subject = make_reader(profile, plan_.endpoints.front());
    if (!subject) return usual;
    CaseRunner runner(**subject, rig_.make_stimuli(profile), rig_.runner_settings(*profile));
    runner.on_interrupt([this] { return report_.interrupted; });
    static_cast<void>(runner.start());
    return runner.hello().dialects.empty() ? usual : runner.hello().dialects;
  }

  Result<std::unique_ptr<Subject>> make_reader(const Rig::Meter& meter,
                                               const std::string& endpoint) {
    return rig_.make_reader(meter, endpoint, [this] { return report_.interrupted; });
  }

  /// Read once, and only where something failed.
  const Result<KnownDefects>& defects() {
    if (!defects_) defects_ = load_known_defects();
    return *defects_;
  }

  /// The cases, in the order of this round.
  std::vector<const Case*> order(int round) const {
    std::vector<const Case*> all = suite_;
    if (!plan_.shuffle) return all;
    for (std::size_t i = all.size(); i > 1; --i) {
      const auto k = random_below(random_at(plan_.seed, static_cast<std::uint64_t>(round), i),
                                  static_cast<std::int64_t>(i));
      std::swap(all[i - 1], all[static_cast<std::size_t>(k)]);
    }
    return all;
  }

  /// Those that apply to this meter: determined once for all rounds and endpoints.
  const std::set<const Case*>& cases_about(const std::shared_ptr<const Profile>& profile) {
    const auto [found, is_new] = cases_about_.try_emplace(profile.get());
    if (!is_new) return found->second;
    StimulusMaker maker = rig_.make_stimuli(profile);
    for (const Case* one : suite_) {
      if (!does_not_apply(*one, maker)) found->second.insert(one);
    }
    return found->second;
  }

  const std::vector<const Case*>& ordinary_cases_of(const std::shared_ptr<const Profile>& profile) {
    const auto [found, is_new] = ordinary_.try_emplace(profile.get());
    if (!is_new) return found->second;
    StimulusMaker maker = rig_.make_stimuli(profile);
    for (Case& one : ordinary_cases(maker)) {
      report_.cases.push_back(std::move(one));
      found->second.push_back(&report_.cases.back());
    }
    return found->second;
  }

  /// What every ordinary telegram shows comes first, and once.
  void run_ordinary(CaseRunner& runner, const std::shared_ptr<const Profile>& profile,
                    const std::string& endpoint) {
    const bool is_asked = plan_.fuzz == 0 && !plan_.own_cases;
    const std::size_t before = runner.breaches().size();
    std::vector<CaseResult> results = runner.run_ordinary(ordinary_cases_of(profile));
    traits_[{profile->name, endpoint}] = runner.traits();
    keep_breaches(runner, before);
    for (CaseResult& result : results) {
      const bool is_named = plan_.cases.empty() || names_case(*result.of);
      const bool is_newer = p1rig::is_newer(*result.of, report_.suite_version);
      if (is_asked && is_named && !is_newer) add(std::move(result), endpoint);
    }
  }

  struct Planned {
    std::size_t results = 0;
    milliseconds likely{};
  };

  /// The results to come, or a few more: a `once` case that one meter cannot run goes to the next.
  Planned planned_results(const std::vector<std::shared_ptr<const Profile>>& profiles) {
    if (plan_.fuzz > 0) return {plan_.fuzz * plan_.endpoints.size(), milliseconds{plan_.fuzz}};
    Planned planned;
    std::set<const Case*> once;
    const auto add = [&](const Case& one, const Profile& profile, int times) {
      const auto count = plan_.endpoints.size() * static_cast<std::size_t>(times);
      planned.results += count;
      planned.likely +=
          count * likely_time_of(one, rig_.runner_settings(profile), *profile.dialect);
    };
    for (const auto& profile : profiles) {
      for (const Case* one : cases_about(profile)) {
        if (!one->once || once.insert(one).second) add(*one, *profile, plan_.repeat);
      }
      if (plan_.own_cases) continue;
      for (const Case* one : ordinary_cases_of(profile)) {
        if (plan_.cases.empty() || names_case(*one)) add(*one, *profile, 1);
      }
    }
    return planned;
  }

  void run_at(const std::shared_ptr<const Profile>& profile, const std::string& endpoint) {
    profile_word_ = profile_words_[profile.get()];
    if (plan_.fuzz > 0) return fuzz_at(profile, endpoint);
    const std::set<const Case*>& about_it = cases_about(profile);
    std::vector<const Case*> fitting;
    for (int round = 0; round < plan_.repeat; ++round) {
      std::ranges::copy_if(order(round), std::back_inserter(fitting),
                           [&](const Case* one) { return about_it.contains(one); });
    }
    const bool asks_ordinary =
        !plan_.own_cases && std::ranges::any_of(ordinary_cases_of(profile), [&](const Case* one) {
          return plan_.cases.empty() || names_case(*one);
        });
    if (fitting.empty() && !asks_ordinary) return;
    auto subject = make_reader(profile, endpoint);
    if (!subject) {
      report_.environment = subject.error().message;
      return;
    }
    CaseRunner runner(**subject, rig_.make_stimuli(profile), rig_.runner_settings(*profile));
    if (!start(runner, profile, endpoint, fitting)) return;
    run_ordinary(runner, profile, endpoint);
    for (const Case* one : fitting) {
      if (report_.interrupted) break;
      if (is_answered_elsewhere(*one, *profile, endpoint)) continue;
      const std::size_t before = runner.breaches().size();
      if (plan_.begins) plan_.begins(*one, *profile);
      CaseResult result = runner.run(*one);
      if (report_.interrupted) break;
      if (!runner.trouble().empty()) {
        report_.environment = runner.trouble();
        break;
      }
      if (one->once && result.outcome != Outcome::kSkip) {
        answered_by_.try_emplace({one, endpoint}, profile.get());
      }
      add(std::move(result), endpoint);
      // Of a case that was judged, its own outcome says that the contract was broken.
      if (report_.results.back().outcome == Outcome::kSkip) keep_breaches(runner, before);
    }
  }

  /// The breaches since there were this many.
  void keep_breaches(const CaseRunner& runner, std::size_t before) {
    for (std::size_t i = before; i < runner.breaches().size(); ++i) {
      report_.breaches.push_back(runner.breaches()[i]);
    }
  }

  bool is_answered_elsewhere(const Case& one, const Profile& profile,
                             const std::string& endpoint) const {
    const auto found = answered_by_.find({&one, endpoint});
    return found != answered_by_.end() && found->second != &profile;
  }

  /// True if the runner is ready; otherwise the report says why not.
  bool start(CaseRunner& runner, const std::shared_ptr<const Profile>& profile,
             const std::string& endpoint, const std::vector<const Case*>& cases) {
    runner.on_interrupt([this] { return report_.interrupted; });
    Start start = silent_meters_ < kMostSilentMeters
                      ? runner.start()
                      : Start{Start::Kind::kBroken,
                              fmt::format("not tried: the reader reported nothing at the {} before",
                                          counted(kMostSilentMeters, "meter"))};
    if (report_.interrupted) return false;
    if (start.kind == Start::Kind::kEnvironment) {
      report_.environment = start.message;
      return false;
    }
    silent_meters_ = start.kind == Start::Kind::kBroken ? silent_meters_ + 1 : 0;
    if (start.kind != Start::Kind::kReady) {
      if (start.is_silent && silent_meters_ == 1) start.message += why_silent(profile, endpoint);
      refuse(cases, *profile, endpoint, start);
      return false;
    }
    if (!runner.hello().name.empty()) report_.reader = runner.hello().name;
    if (!runner.hello().version.empty()) report_.version = runner.hello().version;
    return true;
  }

  /// What is found out about a reader that reports nothing: once, because it takes some seconds.
  std::string why_silent(const std::shared_ptr<const Profile>& profile,
                         const std::string& endpoint) {
    auto subject = make_reader(profile, endpoint);
    if (!subject) return {};
    const auto does =
        probe_silence(**subject, rig_.make_stimuli(profile), rig_.runner_settings(*profile).traits);
    return explain_silence(std::string(profile->dialect->name), does,
                           defects() ? *defects() : KnownDefects{});
  }

  /// The meters take turns; a failure is minimised and becomes a result.
  void fuzz_at(const std::shared_ptr<const Profile>& profile, const std::string& endpoint) {
    auto subject = make_reader(profile, endpoint);
    if (!subject) {
      report_.environment = subject.error().message;
      return;
    }
    CaseRunner runner(**subject, rig_.make_stimuli(profile), rig_.runner_settings(*profile));
    if (!start(runner, profile, endpoint, {})) return;
    run_ordinary(runner, profile, endpoint);
    const std::size_t before = runner.breaches().size();
    std::optional<CaseResult> failed;  // the last failure
    const auto fails = [&](const Case& one) {
      CaseResult result = runner.run(one);
      const Outcome outcome = result.outcome;
      const bool bad =
          outcome == Outcome::kFail || outcome == Outcome::kCrash || outcome == Outcome::kHang;
      if (bad) failed = std::move(result);
      return bad;
    };
    for (std::uint64_t index = fuzz_place_; index < plan_.fuzz; index += fuzz_step_) {
      Case one = fuzz_case(plan_.seed, index, profile);
      ++report_.fuzzed;
      const bool failing = fails(one);
      report_.environment = runner.trouble();
      if (report_.interrupted || !report_.environment.empty()) return;
      if (!failing) continue;
      report_.cases.push_back(shrink_fuzz(std::move(one), fails));
      const Case& small = report_.cases.back();
      failed->of = &small;
      failed->smallest = to_toml(small);
      add(std::move(*failed), endpoint);
    }
    keep_breaches(runner, before);
  }

  /// No case can run there: each is skipped, with the reason.
  void refuse(const std::vector<const Case*>& cases, const Profile& profile,
              const std::string& endpoint, const Start& start) {
    const std::string where = fmt::format("{} on {}: {}", profile.name, endpoint, start.message);
    if (start.kind == Start::Kind::kBroken) report_.refused.push_back(where);
    for (const Case* one : cases) {
      add({.of = one,
           .profile = profile.name,
           .dialect = std::string(profile.dialect->name),
           .outcome = Outcome::kSkip,
           .messages = {start.message}},
          endpoint);
    }
  }

  void explain_failures() {
    if (!has_failures(report_)) return;
    if (!defects()) report_.causes.trouble = defects().error().message;
    report_.causes.all = find_causes(report_, defects() ? *defects() : KnownDefects{});
  }

  /// What the causes show.
  void make_smaller() {
    if (report_.causes.all.empty() || plan_.shrink_limit <= milliseconds{0} || !plan_.reference ||
        report_.interrupted || !report_.environment.empty()) {
      return;
    }
    const ShrinkTools tools{
        .rig = rig_,
        .meter = [this](const std::string& name) { return meters_.at(name); },
        .reference =
            [this](const Profile& meter) { return plan_.reference(meter, rig_.keys_of(meter)); },
        .traits =
            [this](const std::string& meter, const std::string& endpoint) {
              return traits_[{meter, endpoint}];
            },
        .interrupted = [this] { return report_.interrupted; },
        .begins = plan_.shrinks};
    shrink_causes(report_, tools, plan_.shrink_limit);
  }

  void add(CaseResult result, const std::string& endpoint) {
    result.endpoint = endpoint;
    if (plan_.fuzz > 0) {
      result.likely = milliseconds{1};
    } else {
      const Profile& profile = *meters_.at(result.profile);
      result.likely = likely_time_of(*result.of, rig_.runner_settings(profile), *profile.dialect);
    }
    const std::string what = plan_.fuzz > 0 ? fmt::format("--fuzz {}", plan_.fuzz)
                                            : "--case " + shell_word(result.of->id);
    const std::uint64_t ids = plan_.id_seed.value_or(plan_.seed);
    const std::string pinned = ids == plan_.seed ? "" : fmt::format(" --id-seed {}", ids);
    result.reproduction =
        fmt::format("{} --profile {} --line {} {} --seed {}{}{}", plan_.command_line, profile_word_,
                    shell_word(endpoint), what, plan_.seed, pinned, plan_.command_tail);
    if (plan_.waivers) apply_waivers(*plan_.waivers, result);
    report_.results.push_back(std::move(result));
    if (told_) told_(report_.results.back());
  }

  ConformPlan plan_;
  EventLoop& loop_;
  const std::function<void(const CaseResult&)>& told_;
  Rig rig_;
  std::optional<Result<KnownDefects>> defects_;
  std::map<const Profile*, std::string> profile_words_;  ///< as they were given
  std::string profile_word_;                             ///< of the current meter
  std::uint64_t fuzz_place_ = 0, fuzz_step_ = 1;         ///< the stimuli of this meter
  std::map<const Profile*, std::set<const Case*>> cases_about_;
  /// The meter that a `once` case ran at, on each endpoint.
  std::map<std::pair<const Case*, std::string>, const Profile*> answered_by_;
  std::map<std::string, std::shared_ptr<const Profile>> meters_;          ///< of this run
  std::map<std::pair<std::string, std::string>, OrdinaryTraits> traits_;  ///< by meter and endpoint
  int silent_meters_ = 0;           ///< in a row, at which the reader could not run
  std::vector<const Case*> suite_;  ///< the selected cases
  std::map<const Profile*, std::vector<const Case*>> ordinary_;
  ConformReport report_;
};

}  // namespace

Result<std::vector<std::shared_ptr<const Profile>>> find_profiles(
    std::span<const std::string> names) {
  std::vector<std::shared_ptr<const Profile>> profiles;
  for (const std::string& name : names) {
    auto profile = find_profile(name);
    if (!profile) return tl::make_unexpected(profile.error());
    profiles.push_back(std::make_shared<const Profile>(std::move(*profile)));
  }
  return profiles;
}

std::string_view profile_of_dialect(std::string_view dialect) {
  const Dialect* const found = find_dialect(dialect);
  return found == nullptr ? std::string_view{} : found->representative;
}

Result<ConformReport> run_conformance(ConformPlan plan, EventLoop& loop,
                                      const std::function<void(const CaseResult&)>& told) {
  return Conformance(std::move(plan), loop, told).run();
}

}  // namespace p1rig
