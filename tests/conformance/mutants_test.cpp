#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "conformance/coverage.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_trial.h"
#include "conformance/requirement.h"
#include "tests/conformance/one_case.h"

namespace p1rig {
namespace {

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

TEST(Mutants, TheReferencePassesWhatTheyFail) { EXPECT_THAT(failures_of(nullptr), IsEmpty()); }

/// So that a mutant with a framing defect fails for its defect alone.
TEST(Mutants, TheNaiveFramerAloneFailsNothing) {
  const Mutant naive{.name = "naive",
                     .family = MutantFamily::kFraming,
                     .summary = "a buffer that is never full",
                     .laxity = {.framing = {.buffer = 1'000'000}}};
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
  EXPECT_THAT(check_mutants(all_cases(), all_grounds()), IsEmpty());
}

TEST(Mutants, ACaseThatFailsNothingIsFound) {
  const std::vector<Case> cases = {
      one_case("x/idle", "send = [{ id = \"A\" }]\nexpect = { A = \"values\" }\n")};
  const auto grounds = trial_grounds(cases, "dsmr-5.0");
  ASSERT_TRUE(grounds) << grounds.error().message;
  EXPECT_THAT(check_mutants(cases, *grounds),
              testing::Contains("x/idle does not fail the mutant no-crc"));
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

TEST(Coverage, ThePageIsThatOfTheData) {
  std::ifstream file(std::string(P1RIG_SOURCE_DIR) + "/docs/coverage.md");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), coverage_page(all_cases())) << "p1rig cases --coverage > docs/coverage.md";
}

}  // namespace
}  // namespace p1rig
