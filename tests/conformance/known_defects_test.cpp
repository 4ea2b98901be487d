#include "conformance/run/known_defects.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "conformance/mutants/measure_defects.h"
#include "conformance/mutants/mutant.h"
#include "conformance/mutants/mutant_trial.h"
#include "conformance/run/ordinary.h"
#include "protocol/dialect.h"
#include "tests/conformance/one_case.h"

namespace p1rig {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Key;

constexpr const char* kRenew =
    "p1rig mutants --write-defects conformance/known-defects.json renews the file: ";

const KnownDefects& shipped() {
  static const auto defects = load_known_defects();
  if (!defects) throw std::runtime_error(defects.error().message);
  return *defects;
}

const std::vector<Case>& all_cases() {
  static const auto cases = load_all_cases();
  if (!cases) throw std::runtime_error(cases.error().message);
  return *cases;
}

const KnownDefect* find_defect(std::string_view mutant) {
  for (const KnownDefect& defect : shipped().all) {
    const bool is_twin = std::ranges::find(defect.twins, mutant) != defect.twins.end();
    if (defect.name == mutant || is_twin) return &defect;
  }
  return nullptr;
}

/// What a mutant fails at one meter that the file does not say, and the other way round.
std::vector<std::string> differences(const Mutant& mutant, const TrialGround& ground) {
  const KnownDefect* const defect = find_defect(mutant.name);
  if (defect == nullptr) return {std::string(mutant.name)};
  std::vector<std::string> found;
  for (const auto& [dialect, answers] : trial_of(mutant, {&ground, 1}).at) {
    for (const std::string& id : answers.asked) {
      const auto place = shipped().find_case(id);
      const bool expected = place && KnownDefects::fails(*defect, *place, dialect);
      const bool fails = std::ranges::find(answers.failed, id) != answers.failed.end();
      if (fails != expected) found.push_back(id + " at " + dialect);
    }
  }
  return found;
}

TEST(KnownDefects, AreThoseOfTheMutantsAndCases) {
  for (const Mutant& mutant : mutants()) {
    const KnownDefect* const defect = find_defect(mutant.name);
    ASSERT_NE(defect, nullptr) << kRenew << mutant.name;
    if (defect->name != mutant.name) continue;
    EXPECT_EQ(defect->does, mutant.summary) << kRenew << mutant.name;
    EXPECT_EQ(defect->code, code_of(mutant)) << kRenew << mutant.name;
  }
  for (const KnownDefect& defect : shipped().all) {
    EXPECT_NE(find_mutant(defect.name), nullptr) << kRenew << defect.name;
  }
  std::set<std::string> ids;
  for (const Case& one : all_cases()) ids.insert(one.id);
  // Each case fails a mutant, so that each is in the file.
  for (const std::string& id : ids) EXPECT_TRUE(shipped().find_case(id)) << kRenew << id;
  for (const std::string& id : shipped().cases) {
    const bool is_of_a_meter = is_ordinary_id(id);
    EXPECT_TRUE(is_of_a_meter || ids.contains(id)) << kRenew << id;
  }
}

/// All of them with P1RIG_LONG; else each fortieth, at another dialect each.
TEST(KnownDefects, AreMeasured) {
  const bool is_whole = std::getenv("P1RIG_LONG") != nullptr;
  const auto grounds = trial_grounds(all_cases());
  ASSERT_TRUE(grounds) << grounds.error().message;
  constexpr std::size_t kEach = 40;
  for (std::size_t i = 0; i < mutants().size(); ++i) {
    const Mutant& mutant = mutants()[i];
    for (std::size_t k = 0; k < grounds->size(); ++k) {
      const bool is_sample = i % kEach == 0 && k == i / kEach % grounds->size();
      if (!is_whole && !is_sample) continue;
      EXPECT_THAT(differences(mutant, (*grounds)[k]), IsEmpty()) << kRenew << mutant.name;
    }
  }
}

/// What is neither new nor named stays as it was: here as it never is, so that it shows.
TEST(KnownDefects, OnlyWhatIsNewOrNamedIsMeasuredAgain) {
  const std::string wrong =
      "send = [{ id = \"A\", fault = \"crc-wrong\" }, { id = \"B\" }]\n"
      "expect = { A = \"nothing\", B = \"values\" }\n";
  const std::vector<Case> cases = {one_case("x/kept", "send = [{ id = \"A\" }]\n"),
                                   one_case("x/named", wrong), one_case("x/new", wrong)};
  const auto grounds = trial_grounds(cases, "dsmr-5.0");
  ASSERT_TRUE(grounds) << grounds.error().message;
  Remeasuring again{.known = {.cases = {"x/kept", "x/named"}, .all = {}}, .cases = "x/named"};
  again.known.all.push_back(
      {.name = "no-crc", .twins = {}, .does = "", .code = "", .fails = {0}, .fails_at = {}});
  const auto failed_by = [&](const char* mutant) {
    return trial_again(*find_mutant(mutant), *grounds, again).at.at("dsmr-5.0").failed;
  };
  EXPECT_THAT(failed_by("no-crc"), ElementsAre("x/kept", "x/named", "x/new"));
  again.cases.clear();
  EXPECT_THAT(failed_by("no-crc"), ElementsAre("x/kept", "x/new"));
  again.mutants = "no-*";
  EXPECT_THAT(failed_by("no-crc"), ElementsAre("x/named", "x/new"));
  EXPECT_THAT(failed_by("crc-low-byte"), IsEmpty());
}

TEST(KnownDefects, OrdinaryCasesThatAreNotKnownAreMeasured) {
  const auto grounds = trial_grounds({}, "dsmr-5.0");
  ASSERT_TRUE(grounds) << grounds.error().message;
  Remeasuring again;
  again.known.all.push_back(
      {.name = "cuts-decimals", .twins = {}, .does = "", .code = "", .fails = {}, .fails_at = {}});
  const auto trial = trial_again(*find_mutant("cuts-decimals"), *grounds, again);
  const std::string power = "dsmr-5.0/ordinary/1-0:1.7.0";
  EXPECT_THAT(trial.at.at("dsmr-5.0").failed, Contains(power));
  EXPECT_THAT(trial.at.at("dsmr-5.0").ways, Contains(Key(power)));
}

TEST(KnownDefects, MutantsThatFailTheSameAreOne) {
  const std::vector<std::string> d1 = {"a", "b", "c"}, d2 = {"a", "b"};
  const std::vector<DefectTrial> trials = {
      {"one", "does one", "code", {{"d1", {d1, {"a", "c"}}}, {"d2", {d2, {"a"}}}}},
      {"two", "does two", "code", {{"d1", {d1, {"a", "c"}}}, {"d2", {d2, {"a"}}}}},
      {"three", "does three", "code", {{"d1", {d1, {"b"}}}, {"d2", {d2, {}}}}},
      {"deaf", "tells nothing at d2", "code", {{"d1", {d1, {"b"}}}}},
      {"mute", "tells nothing at all", "code", {}},
      {"dumb", "tells nothing at all", "code", {}}};
  const KnownDefects defects = gather_defects(trials);
  EXPECT_THAT(defects.cases, ElementsAre("a", "b", "c"));
  ASSERT_EQ(defects.all.size(), 5U);
  EXPECT_EQ(defects.all[0].name, "one");
  EXPECT_THAT(defects.all[0].twins, ElementsAre("two"));
  EXPECT_THAT(defects.all[0].fails, ElementsAre(0, 2));
  EXPECT_THAT(defects.all[0].fails_at, IsEmpty());
  EXPECT_THAT(defects.all[1].fails, IsEmpty());
  EXPECT_THAT(defects.all[1].fails_at.at("d1"), ElementsAre(1));
  EXPECT_TRUE(KnownDefects::fails(defects.all[1], 1, "d1"));
  EXPECT_FALSE(KnownDefects::fails(defects.all[1], 1, "d2"));
  EXPECT_THAT(defects.all[3].twins, IsEmpty());
  // Where it was not heard nobody knows.
  EXPECT_THAT(defects.all[2].fails, ElementsAre(1));
}

TEST(KnownDefects, MutantsThatAreWrongInDifferentWaysAreTwo) {
  const std::vector<std::string> ids = {"D/ordinary/1", "a"};
  const auto wrong = [&](const char* name, const char* way) {
    return DefectTrial{
        name, "does", "code", {{"d1", {ids, {"D/ordinary/1"}, {{"D/ordinary/1", {way}}}}}}};
  };
  const std::vector<DefectTrial> trials = {wrong("one", "0"), wrong("two", "null"),
                                           wrong("three", "0")};
  const KnownDefects defects = gather_defects(trials);
  ASSERT_EQ(defects.all.size(), 2U);
  EXPECT_THAT(defects.all[0].twins, ElementsAre("three"));
  EXPECT_THAT(KnownDefects::ways_at(defects.all[1], 0), ElementsAre("null"));
}

TEST(KnownDefects, ASilentOneIsKnownByWhatItDoesInstead) {
  const std::vector<DefectTrial> trials = {
      {"modbus", "", "", {}, {{"d1", {"reports x"}}, {"d2", {}}}},
      {"swapped", "", "", {}, {{"d1", {"reports y"}}, {"d2", {}}}}};
  const KnownDefects defects = gather_defects(trials);
  EXPECT_THAT(defects.as_silent("d1", {"reports y"}), ElementsAre("swapped"));
  EXPECT_THAT(defects.as_silent("d2", {}), ElementsAre("modbus", "swapped"));
  EXPECT_THAT(defects.as_silent("d3", {}), IsEmpty());
}

TEST(KnownDefects, AreReadAsTheyWereWritten) {
  KnownDefects defects{.cases = {"a", "b", "c", "d"}, .all = {}};
  defects.all.push_back({.name = "x",
                         .twins = {"y"},
                         .does = "does \"x\"",
                         .code = "c",
                         .fails = {0, 1, 3},
                         .fails_at = {{"dsmr-5.0", {2}}},
                         .ways = {{"×1000", {0, 1}}},
                         .silent_at = {{"dsmr-4.2", {"ends"}}}});
  const std::string text = to_json(defects);
  EXPECT_THAT(text, HasSubstr(R"("fails":{"*":"0-1 3","dsmr-5.0":"2"})"));
  EXPECT_THAT(text, HasSubstr(R"("ways":{"×1000":"0-1"},"silent":{"dsmr-4.2":["ends"]})"));
  const auto again = parse_known_defects("f", text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(to_json(*again), text);
}

TEST(KnownDefects, WhatIsBrokenIsSaid) {
  const std::string text = to_json({.cases = {"a", "b"}, .all = {}});
  const auto with = [&](const std::string& before, const std::string& after) {
    std::string changed = text;
    changed.replace(changed.find(before), before.size(), after);
    return changed;
  };
  const std::string row = R"("defects": [{"name":"x","twins":[],"does":"","code":"","fails":)";
  for (const std::string& broken :
       {std::string("{"), std::string("[]"), with("2", "1"), with("\"a\"", "\"z\""),
        with("\"a\"", "7"), with("defects", "defect"),
        with("\"defects\": [", row + R"({"*":"0-2"}})"),
        with("\"defects\": [", row + R"({"*":"x"}})"),
        with("\"defects\": [", row + R"({"*":"1 0"}})"),
        with("\"defects\": [", row + R"({"*":7}})"),
        with("\"defects\": [", row + R"({},"ways":{"0":"2"},"silent":{}})"),
        with("\"defects\": [", row + R"({},"ways":{},"silent":{"d":7}})"),
        std::string(100'000, '[')}) {
    const auto parsed = parse_known_defects("defects.json", broken);
    ASSERT_FALSE(parsed) << broken;
    EXPECT_THAT(parsed.error().message, HasSubstr("defects.json: ")) << broken;
  }
}

}  // namespace
}  // namespace p1rig
