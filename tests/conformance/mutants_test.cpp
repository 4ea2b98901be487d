#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "conformance/mutants/compose.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_trial.h"
#include "conformance/suite/coverage.h"
#include "conformance/suite/requirement.h"
#include "protocol/dialect.h"
#include "simulator/faults/fault.h"
#include "tests/conformance/one_case.h"

namespace p1rig::mutants_test {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

const std::vector<Case>& all_cases() {
  static const auto cases = load_all_cases();
  if (!cases) throw std::runtime_error(cases.error().message);
  return *cases;
}

const std::vector<TrialGround>& all_grounds() {
  static const auto grounds = trial_grounds(all_cases());
  if (!grounds) throw std::runtime_error(grounds.error().message);
  return *grounds;
}

std::vector<std::string> failures_of(const Mutant* mutant) {
  std::vector<std::string> failures;
  for (const TrialGround& ground : all_grounds()) {
    for (const CaseResult& result : try_mutant(mutant, ground)) {
      if (!is_caught(result)) continue;
      failures.push_back(result.name() + ": " +
                         (result.messages.empty() ? "" : result.messages.front()));
    }
  }
  return failures;
}

TEST(Mutants, AreAtLeastAHundredWithNamesOfTheirOwn) {
  std::set<std::string_view> names;
  for (const Mutant& mutant : mutants()) {
    EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name;
    EXPECT_FALSE(mutant.summary.empty()) << mutant.name;
  }
  EXPECT_GE(names.size(), 100U);
}

/// So that a mutant with a framing defect fails for its defect alone.
TEST(Mutants, TheNaiveFramerAloneFailsNothing) {
  const Mutant naive{.name = "naive",
                     .family = MutantFamily::kFraming,
                     .summary = "a buffer that is never full",
                     .policy = {.framing = {.buffer = 1'000'000}}};
  EXPECT_THAT(failures_of(&naive), IsEmpty());
}

/// Likewise: it opens frames in its own way, with a defect that shows nowhere.
TEST(Mutants, ADefectThatDoesNothingFailsNothing) {
  const Mutant harmless{.name = "harmless",
                        .family = MutantFamily::kValues,
                        .summary = "nothing",
                        .bytes = [](std::string&, MutantState&) {},
                        .telegram = [](Telegram&, MutantState&) { return true; },
                        .report = [](MutantReport&, MutantState&) {}};
  EXPECT_THAT(failures_of(&harmless), IsEmpty());
}

TEST(Mutants, EachIsCaughtByTheCasesThatNameItAndEachCaseFailsOne) {
  for (const std::string& wrong : check_mutants(all_cases(), all_grounds())) {
    ADD_FAILURE() << wrong;
  }
}

/// Nothing of a defect is lost where it is one of several.
TEST(Mutants, AreComposedOfAllThatTheyDo) {
  for (const Mutant& mutant : mutants()) {
    const Mutant* const part = &mutant;
    const Mutant composed = compose({&part, 1});
    EXPECT_EQ(composed.policy.framing, mutant.policy.framing) << mutant.name;
    EXPECT_EQ(composed.policy.opening, mutant.policy.opening) << mutant.name;
    EXPECT_EQ(composed.habits, mutant.habits) << mutant.name;
    EXPECT_EQ(composed.parts.front(), part);
  }
}

TEST(Mutants, WithTwoDefectsAReaderFailsForBoth) {
  const std::vector<const Mutant*> parts = {find_mutant("no-crc"), find_mutant("crashes-at-nul"),
                                            find_mutant("one-decimal")};
  const Mutant composed = compose(parts);
  const auto ground = std::ranges::find(
      all_grounds(), "dsmr-5.0", [](const TrialGround& one) { return one.profile->dialect->name; });
  const auto failed_by = [&](const Mutant* mutant) {
    std::set<std::string> ids;
    for (const CaseResult& result : try_mutant(mutant, *ground)) {
      if (is_caught(result)) ids.insert(result.of->id);
    }
    return ids;
  };
  const std::set<std::string> failed = failed_by(&composed);
  for (const Mutant* part : parts) {
    for (const std::string& id : failed_by(part)) EXPECT_TRUE(failed.contains(id)) << id;
  }
}

TEST(Mutants, ACaseThatFailsNothingIsFound) {
  const std::vector<Case> cases = {
      one_case("x/idle", "send = [{ id = \"A\" }]\nexpect = { A = \"values\" }\n")};
  const auto grounds = trial_grounds(cases, "dsmr-5.0");
  ASSERT_TRUE(grounds) << grounds.error().message;
  EXPECT_THAT(check_mutants(cases, *grounds),
              testing::Contains("x/idle does not catch the mutant no-crc"));
}

TEST(Coverage, EveryRequirementIsAskedForOrCannotBeObserved) {
  std::set<std::string> asked;
  for (const Case& one : all_cases()) {
    EXPECT_NE(find_requirement(one.requirement), nullptr) << one.id << ": " << one.requirement;
    asked.insert(one.requirement);
  }
  for (const Requirement& requirement : requirements()) {
    EXPECT_NE(asked.contains(std::string(requirement.id)), !requirement.unobservable.empty())
        << requirement.id;
  }
}

/// A fault that no case sends tells nobody that readers survive it.
TEST(Coverage, EveryFaultIsSentByACase) {
  std::set<std::string_view> missing;
  for (const FaultRow& fault : faults()) missing.insert(fault.id);
  for (const TrialGround& ground : all_grounds()) {
    for (const Case& one : ground.cases) {
      for (const CaseStep& step : one.steps) {
        for (const FaultRequest& fault : step.faults) missing.erase(faults()[fault.row].id);
      }
    }
  }
  EXPECT_THAT(missing, IsEmpty());
}

/// The longest that a meter of each dialect is silent by its document: DSMR-P1 2.2 §6.1, 3.0 §4.4,
/// 4.0 §4.5, 5.0.2 §6.1, LUX-P1 1.1.3 §3.2.1, SE-P1 2.0 §3.2; Styria is as Luxembourg. The documents of
/// Hungary, Lithuania and Switzerland name none.
TEST(Coverage, EveryDialectAsksForASilenceOfItsPeriod) {
  const std::map<std::string_view, std::chrono::seconds> periods = {
      {"dsmr-2.2", 10s}, {"dsmr-3.0", 10s}, {"dsmr-4.0", 10s}, {"dsmr-4.2", 10s},
      {"dsmr-5.0", 1s},  {"emucs-1.4", 1s}, {"emucs-1.7", 1s}, {"emucs-2.1", 1s},
      {"lux-1.1", 10s},  {"se-2.0", 10s},   {"at-t210", 10s}};
  std::size_t asked = 0;
  for (const TrialGround& ground : all_grounds()) {
    std::chrono::milliseconds longest{0};
    for (const Case& one : ground.cases) {
      const bool every_run = std::ranges::find(one.needs, "realtime") == one.needs.end();
      if (one.level != Level::kMust || !every_run) continue;
      for (const CaseStep& step : one.steps) {
        if (step.action == LineAction::kSilence) longest = std::max(longest, step.duration);
      }
    }
    const auto period = periods.find(ground.profile->dialect->name);
    if (period == periods.end()) {
      EXPECT_LT(longest, 1s) << ground.profile->dialect->name;
      continue;
    }
    ++asked;
    EXPECT_EQ(longest, period->second) << period->first;
  }
  EXPECT_EQ(asked, periods.size());
}

/// field/OWNER-REPOSITORY-…: its clause names the repository, as OWNER/REPOSITORY.
TEST(Coverage, AFieldReportIsNamedByItsRepository) {
  for (const Case& one : all_cases()) {
    if (!one.id.starts_with("field/")) continue;
    const std::string name = one.id.substr(6, one.id.find('/', 6) - 6);
    bool is_named_so = false;
    std::istringstream words(one.clause);
    for (std::string word; words >> word;) {
      word.erase(std::min(word.find_first_of("#,;"), word.size()));
      const std::size_t slash = word.find('/');
      if (slash == std::string::npos) continue;
      word[slash] = '-';
      is_named_so = is_named_so || name.starts_with(word + "-");
    }
    EXPECT_TRUE(is_named_so) << one.id << ": " << one.clause;
  }
}

/// The repositories that reports come from. A new one is looked up before it is written here.
TEST(Coverage, FieldReportsComeFromRepositoriesThatThereAre) {
  const std::vector<std::string> known = {"athombv-node-dsmr-parser",
                                          "basvdlei-gotsmart",
                                          "dsmrreader-dsmr-reader",
                                          "esphome-esphome",
                                          "esphome-feature-requests",
                                          "esphome-issues",
                                          "esphome-libs-dsmr_parser",
                                          "home-assistant-core",
                                          "jonkerj-iec62056",
                                          "letscontrolit-ESPEasy",
                                          "mhendriks-P1-Dongel-ESP32",
                                          "mrWheel-DSMRloggerAPI",
                                          "ndokter-dsmr_parser",
                                          "openhab-openhab1-addons",
                                          "ruudverheijden-node-p1-reader",
                                          "toreamun-amshan",
                                          "zuidwijk-dsmr"};
  for (const Case& one : all_cases()) {
    if (!one.id.starts_with("field/")) continue;
    EXPECT_TRUE(std::ranges::any_of(known, [&](const std::string& name) {
      return one.id.starts_with("field/" + name + "-");
    })) << one.id;
  }
}

TEST(Coverage, ThePageIsThatOfTheData) {
  std::ifstream file(std::string(P1RIG_SOURCE_DIR) + "/docs/coverage.md");
  std::istringstream page(coverage_page(all_cases()));
  for (std::string is, due;;) {
    const bool more = !std::getline(file, is).fail(), more_due = !std::getline(page, due).fail();
    if (more == more_due && (!more || is == due)) {
      if (!more) break;
      continue;
    }
    FAIL() << "renew it: build/dev/p1rig cases --coverage > docs/coverage.md\nit has: "
           << (more ? is : "nothing") << "\nit lacks: " << (more_due ? due : "nothing");
  }
}

}  // namespace
}  // namespace p1rig::mutants_test
