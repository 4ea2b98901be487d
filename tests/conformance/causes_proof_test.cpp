// That causes name the defect that a reader has: readers with one, two and three known defects.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/mutants/compose.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_trial.h"
#include "conformance/run/causes.h"
#include "conformance/run/conform.h"
#include "conformance/run/known_defects.h"
#include "protocol/dialect.h"
#include "simulator/random.h"

namespace p1rig {
namespace {

const KnownDefects& shipped() {
  static const auto defects = load_known_defects();
  if (!defects) throw std::runtime_error(defects.error().message);
  return *defects;
}

const std::vector<TrialGround>& all_grounds() {
  static const auto grounds = [] {
    const auto cases = load_all_cases();
    if (!cases) throw std::runtime_error(cases.error().message);
    auto found = trial_grounds(*cases);
    if (!found) throw std::runtime_error(found.error().message);
    return std::move(*found);
  }();
  return grounds;
}

/// The cases that fail; those of ordinary telegrams with the ways in which they are wrong.
using Ids = std::map<std::string, std::set<std::string>>;

/// A meter, and a run of all that it asks, without a failure.
struct Meter {
  const TrialGround* ground;
  std::string dialect;
  std::vector<CaseResult> passed;
};

const std::vector<Meter>& meters() {
  static const std::vector<Meter> all = [] {
    std::vector<Meter> list;
    for (const TrialGround& ground : all_grounds()) {
      list.push_back(
          {&ground, std::string(ground.profile->dialect->name), try_mutant(nullptr, ground)});
      for (CaseResult& result : list.back().passed) result.wire.clear();
    }
    return list;
  }();
  return all;
}

/// What a defect fails at one meter, by the file.
Ids failed_by(const KnownDefect& defect, const Meter& meter) {
  Ids ids;
  for (const CaseResult& result : meter.passed) {
    const auto place = shipped().find_case(result.of->id);
    if (!place || !KnownDefects::fails(defect, *place, meter.dialect)) continue;
    const auto ways = KnownDefects::ways_at(defect, *place);
    ids[result.of->id].insert(ways.begin(), ways.end());
  }
  return ids;
}

/// A run at one meter in which these cases fail.
ConformReport report_of(const Meter& meter, const Ids& failed) {
  ConformReport report;
  report.results = meter.passed;
  for (CaseResult& result : report.results) {
    const auto found = failed.find(result.of->id);
    if (found == failed.end()) continue;
    result.outcome = Outcome::kFail;
    result.ways.assign(found->second.begin(), found->second.end());
  }
  return report;
}

/// How often the right defects are named. One that fails the same cases at this meter is as right.
struct Score {
  std::size_t named = 0, right = 0, meant = 0, found = 0;

  void add(const Meter& meter, const std::vector<Ids>& truth, const std::vector<Cause>& causes) {
    std::vector<Ids> said;
    for (const Cause& cause : causes) {
      const auto defect = std::ranges::find(shipped().all, cause.name, &KnownDefect::name);
      if (defect != shipped().all.end()) said.push_back(failed_by(*defect, meter));
    }
    named += said.size();
    for (const Ids& ids : said) right += std::ranges::find(truth, ids) != truth.end() ? 1U : 0U;
    meant += truth.size();
    for (const Ids& ids : truth) found += std::ranges::find(said, ids) != said.end() ? 1U : 0U;
  }

  double precision() const { return static_cast<double>(right) / static_cast<double>(named); }
  double recall() const { return static_cast<double>(found) / static_cast<double>(meant); }
  std::string text() const {
    return fmt::format("precision {:.3f} ({} of {} named), recall {:.3f} ({} of {})", precision(),
                       right, named, recall(), found, meant);
  }
};

/// What is drawn in one trial.
class Lot {
 public:
  Lot(std::uint64_t seed, std::uint64_t trial) : seed_(seed), trial_(trial) {}
  std::size_t below(std::size_t limit) {
    return static_cast<std::size_t>(
        random_below(random_at(seed_, trial_, ++drawn_), static_cast<std::int64_t>(limit)));
  }

 private:
  std::uint64_t seed_, trial_, drawn_ = 0;
};

/// Each defect at each meter where it shows.
TEST(CausesProof, OneDefectIsNamed) {
  Score score;
  for (const Meter& meter : meters()) {
    for (const KnownDefect& defect : shipped().all) {
      const Ids failed = failed_by(defect, meter);
      if (failed.empty()) continue;
      score.add(meter, {failed}, find_causes(report_of(meter, failed), shipped()));
    }
  }
  fmt::print("one defect: {}\n", score.text());
  EXPECT_GE(score.precision(), 0.95);
  EXPECT_GE(score.recall(), 0.95);
}

/// Of those with which a reader reports nothing at a meter, what it does instead leaves few.
TEST(CausesProof, ASilentReaderLooksLikeFewDefects) {
  constexpr std::size_t kFew = 40;
  std::size_t silent = 0, named = 0;
  for (const KnownDefect& defect : shipped().all) {
    for (const auto& [dialect, does] : defect.silent_at) {
      const auto names = shipped().as_silent(dialect, does);
      ++silent;
      named += names.size() == 1 ? 1U : 0U;
      EXPECT_THAT(names, testing::Contains(defect.name)) << dialect;
      EXPECT_LE(names.size(), kFew) << dialect;
    }
  }
  fmt::print("silent readers: {} of {} look like one defect\n", named, silent);
  EXPECT_GT(3 * named, silent);
}

/// Two or three at one meter, drawn by lot among those that show there.
TEST(CausesProof, TwoAndThreeDefectsAreNamed) {
  constexpr std::uint64_t kSeed = 1;
  for (const std::size_t together : {2U, 3U}) {
    Score score;
    for (std::uint64_t trial = 0; trial < 200; ++trial) {
      Lot lot(kSeed + together, trial);
      const Meter& meter = meters()[lot.below(meters().size())];
      std::vector<Ids> truth;
      Ids failed;
      while (truth.size() < together) {
        const Ids ids = failed_by(shipped().all[lot.below(shipped().all.size())], meter);
        if (ids.empty() || std::ranges::find(truth, ids) != truth.end()) continue;
        truth.push_back(ids);
        for (const auto& [id, ways] : ids) failed[id].insert(ways.begin(), ways.end());
      }
      score.add(meter, truth, find_causes(report_of(meter, failed), shipped()));
    }
    fmt::print("{} defects: {}\n", together, score.text());
    EXPECT_GE(score.precision(), 0.8);
    EXPECT_GE(score.recall(), 0.8);
  }
}

/// Readers that have several defects indeed: one may hide another, or make it worse. All of them with
/// P1RIG_LONG.
TEST(CausesProof, ComposedReadersAreSeenThrough) {
  constexpr std::uint64_t kSeed = 11;
  const bool is_long = std::getenv("P1RIG_LONG") != nullptr;
  const std::uint64_t trials = is_long ? 200 : 25;
  // Of so few readers chance alone takes some.
  const double least = is_long ? 0.8 : 0.7;
  for (const std::size_t together : {2U, 3U}) {
    Score score;
    for (std::uint64_t trial = 0; trial < trials; ++trial) {
      Lot lot(kSeed + together, trial);
      const Meter& meter = meters()[lot.below(meters().size())];
      std::vector<const Mutant*> parts;
      std::vector<Ids> truth;
      while (parts.size() < together) {
        const KnownDefect& defect = shipped().all[lot.below(shipped().all.size())];
        const Ids ids = failed_by(defect, meter);
        if (ids.empty() || std::ranges::find(truth, ids) != truth.end()) continue;
        parts.push_back(find_mutant(defect.name));
        truth.push_back(ids);
      }
      const Mutant all = compose(parts);
      ConformReport report;
      report.level = Level::kQuirk;
      report.results = try_mutant(&all, *meter.ground);
      // Together they may leave nothing to be understood: then no run has results.
      const bool was_refused = std::ranges::all_of(report.results, [](const CaseResult& result) {
        return result.outcome == Outcome::kHang && result.wire.empty();
      });
      if (!was_refused) score.add(meter, truth, find_causes(report, shipped()));
    }
    fmt::print("{} defects in one reader: {}\n", together, score.text());
    EXPECT_GE(score.precision(), least);
    EXPECT_GE(score.recall(), least);
  }
}

}  // namespace
}  // namespace p1rig
