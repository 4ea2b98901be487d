#include "conformance/run/causes.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "conformance/run/conform_report.h"
#include "conformance/run/known_defects.h"

namespace p1rig {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kTraceback =
    "Traceback (most recent call last):\n  File \"r.py\", line {}, in read\n"
    "ValueError: could not convert string to float: '{}.x'\n";

/// A run of cases "a" to "z" at one meter.
class SomeRun {
 public:
  explicit SomeRun(const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
      report_.cases.push_back({.id = id});
      report_.results.push_back({.of = &report_.cases.back(),
                                 .profile = "iskra-am550",
                                 .dialect = "dsmr-5.0",
                                 .endpoint = "pty"});
    }
  }

  CaseResult& operator[](const std::string& id) {
    for (CaseResult& result : report_.results) {
      if (result.of->id == id) return result;
    }
    throw std::runtime_error(id);
  }

  void fail(const std::string& ids) {
    for (const char c : ids) (*this)[std::string(1, c)].outcome = Outcome::kFail;
  }

  std::vector<Cause> causes(const KnownDefects& defects = {}) {
    report_.causes.all = find_causes(report_, defects);
    return report_.causes.all;
  }

  int code() const { return exit_code(report_); }

  std::vector<std::size_t> rest() const { return unexplained(report_); }

 private:
  ConformReport report_;
};

/// Each fails the cases with these letters.
KnownDefects defects_of(const std::vector<std::pair<std::string, std::string>>& rows) {
  std::vector<DefectTrial> trials;
  std::vector<std::string> all;
  for (char c = 'a'; c <= 'z'; ++c) all.emplace_back(1, c);
  for (const auto& [name, letters] : rows) {
    std::vector<std::string> ids;
    for (const char c : letters) ids.emplace_back(1, c);
    trials.push_back({name, "does " + name, "code of " + name, {{"dsmr-5.0", {all, ids}}}});
  }
  return gather_defects(trials);
}

std::vector<std::string> names_of(const std::vector<Cause>& causes) {
  std::vector<std::string> names;
  for (const Cause& cause : causes) names.push_back(cause.name);
  return names;
}

TEST(Causes, OneDeathIsOneCauseWhateverItsNumbers) {
  SomeRun run({"a", "b", "c", "d"});
  for (const char* id : {"a", "b"}) {
    run[id].outcome = Outcome::kCrash;
    run[id].death = fmt::format(fmt::runtime(kTraceback), id[0], static_cast<int>(id[0]));
  }
  run["c"].outcome = Outcome::kCrash;
  run["c"].death = "KeyError: 'gas'\n";
  const auto causes = run.causes();
  ASSERT_THAT(names_of(causes),
              ElementsAre("valueerror-could-not-convert-string-to-f", "keyerror-gas"));
  EXPECT_EQ(causes[0].kind, Cause::Kind::kDeath);
  EXPECT_THAT(causes[0].results, ElementsAre(0, 1));
  EXPECT_EQ(causes[0].summary, "ends with: ValueError: could not convert string to float: '97.x'");
  EXPECT_THAT(causes[0].words, HasSubstr("line a, in read"));
}

TEST(Causes, ADeathBySignalIsOneToo) {
  SomeRun run({"a", "b", "c"});
  for (const char* id : {"a", "b", "c"}) {
    run[id].outcome = Outcome::kCrash;
    run[id].messages = {"the reader was ended by signal 11"};
  }
  run["c"].messages = {"the reader was ended by signal 6"};
  EXPECT_THAT(names_of(run.causes()), ElementsAre("signal-11", "signal-6"));
}

TEST(Causes, WhatOrdinaryTelegramsShowExplainsWhatItBlocks) {
  SomeRun run({"D/ordinary/1-0:1.7.0", "D/ordinary/1-0:2.7.0", "a", "b", "c"});
  for (const char* id : {"D/ordinary/1-0:1.7.0", "D/ordinary/1-0:2.7.0"}) {
    run[id].outcome = Outcome::kFail;
    run[id].messages = {std::string("A: ") + (id + 11) + " is 1.1 kW, not 1.193 kW"};
    run[id].ways = {"rounded"};
  }
  run["a"].outcome = Outcome::kInconclusive;
  run["a"].blocked_by = "D/ordinary/1-0:1.7.0";
  run["b"].besides = {"A: 1-0:2.7.0 is 2.1 kW, not 2.111 kW (see D/ordinary/1-0:2.7.0)"};
  const auto causes = run.causes();
  ASSERT_EQ(causes.size(), 1U);
  EXPECT_EQ(causes[0].kind, Cause::Kind::kTrait);
  EXPECT_THAT(causes[0].results, ElementsAre(0, 1));
  EXPECT_THAT(causes[0].also, ElementsAre(2, 3));
  EXPECT_THAT(causes[0].summary, HasSubstr("1-0:1.7.0 is 1.1 kW"));
  EXPECT_THAT(causes[0].summary, HasSubstr("likewise 1 more"));
}

TEST(Causes, WhatOrdinaryTelegramsShowIsOneCauseForEachWay) {
  SomeRun run({"D/ordinary/1", "D/ordinary/2", "D/ordinary/3", "D/ordinary/4"});
  for (const char* id : {"D/ordinary/1", "D/ordinary/2", "D/ordinary/3", "D/ordinary/4"}) {
    run[id].outcome = Outcome::kFail;
    run[id].messages = {std::string("ordinary 1: ") + id + " is wrong"};
    run[id].ways = {"×1000"};
  }
  run["D/ordinary/4"].ways = {"null"};
  const auto causes = run.causes();
  ASSERT_EQ(causes.size(), 2U);
  EXPECT_EQ(causes[0].summary,
            "in ordinary telegrams, D/ordinary/1 is wrong (×1000); likewise 2 more");
  EXPECT_EQ(causes[1].summary, "in ordinary telegrams, D/ordinary/4 is wrong (null)");
}

/// Without the units, `net-power` and one that reads W as kW fail the same cases.
TEST(Causes, ADefectIsNamedOnlyIfItIsWrongInTheSameWay) {
  const std::vector<std::string> ids = {"D/ordinary/1", "D/ordinary/2"};
  const auto trial = [&](const char* name, const char* way) {
    return DefectTrial{
        name, "", "", {{"dsmr-5.0", {ids, ids, {{ids[0], {way}}, {ids[1], {way}}}}}}};
  };
  const std::vector<DefectTrial> trials = {trial("net-power", "value"), trial("watts", "×1000")};
  const auto run_with = [&](const std::vector<std::string>& ways) {
    SomeRun run(ids);
    for (const std::string& id : ids) {
      run[id].outcome = Outcome::kFail;
      run[id].messages = {"ordinary 1: " + id + " is wrong"};
      run[id].ways = ways;
    }
    return names_of(run.causes(gather_defects(trials)));
  };
  EXPECT_THAT(run_with({"×1000"}), ElementsAre("watts"));
  EXPECT_THAT(run_with({"value"}), ElementsAre("net-power"));
  EXPECT_THAT(run_with({"null"}), ElementsAre("ordinary-1")) << "none of them";
}

TEST(Causes, OneMissDoesNotNameARarerDefect) {
  SomeRun run({"a", "b", "c", "d", "e"});
  run.fail("abcd");
  // As `no-crc` and `crc-if-unsure`: the reader passes e, and fails d.
  EXPECT_THAT(names_of(run.causes(defects_of({{"rare", "abc"}, {"common", "abcde"}}))),
              ElementsAre("common"));
}

/// Otherwise a waived trait would keep the build from being green.
TEST(Causes, WhatAWaivedTraitBlocksIsDecided) {
  SomeRun run({"D/ordinary/1-0:1.7.0", "a"});
  run["a"].outcome = Outcome::kInconclusive;
  EXPECT_EQ(run.code(), 75);
  run["a"].blocked_by = "D/ordinary/1-0:1.7.0";
  run["D/ordinary/1-0:1.7.0"].outcome = Outcome::kXfail;
  EXPECT_EQ(run.code(), 0);
  run["a"].blocked_by = "D/ordinary/reported";
  EXPECT_EQ(run.code(), 75) << "that was not run";
}

TEST(Causes, ADefectThatOrdinaryTelegramsShowIsNamedOnce) {
  const std::vector<std::string> ids = {"D/ordinary/1", "D/ordinary/2", "D/ordinary/3", "a"};
  SomeRun run(ids);
  for (const char* id : {"D/ordinary/1", "D/ordinary/2", "a"}) run[id].outcome = Outcome::kFail;
  run["D/ordinary/1"].messages = {"says x"};
  run["D/ordinary/2"].messages = {"says y"};
  const DefectTrial trial{
      "rounds", "rounds", "code", {{"dsmr-5.0", {ids, {"D/ordinary/1", "D/ordinary/2", "a"}}}}};
  const auto causes = run.causes(gather_defects({&trial, 1}));
  ASSERT_THAT(names_of(causes), ElementsAre("rounds"));
  EXPECT_THAT(causes[0].results, ElementsAre(0, 1, 3));
}

TEST(Causes, TheDefectThatFitsIsNamed) {
  SomeRun run({"a", "b", "c", "d", "e"});
  run.fail("abc");
  const auto causes =
      run.causes(defects_of({{"too-much", "abcde"}, {"right", "abc"}, {"part", "ab"}}));
  ASSERT_THAT(names_of(causes), ElementsAre("right"));
  EXPECT_EQ(causes[0].summary, "fails the same cases as `right`: does right")
      << "no case was written for it";
  EXPECT_EQ(causes[0].code, "code of right");
  EXPECT_EQ(std::pair(causes[0].fitting, causes[0].expected),
            (std::pair<std::size_t, std::size_t>(3, 3)));
}

/// Where a run cannot tell two defects apart, the one that would show in fewer other cases is named.
TEST(Causes, OfTwoThatDoTheSameTheSmallerIsNamed) {
  SomeRun run({"a", "b", "c"});
  run.fail("ab");
  const auto causes =
      run.causes(defects_of({{"large", "abxyz"}, {"small", "abx"}, {"other", "c"}}));
  ASSERT_THAT(names_of(causes), ElementsAre("small"));
  EXPECT_THAT(causes[0].alike, ElementsAre("large"));
}

TEST(Causes, TwoDefectsAreTwoCauses) {
  SomeRun run({"a", "b", "c", "d", "e", "f"});
  run.fail("abcde");
  EXPECT_THAT(names_of(run.causes(defects_of({{"one", "abc"}, {"two", "cde"}, {"three", "b"}}))),
              ElementsAre("one", "two"));
}

TEST(Causes, WhatNoDefectFailsIsLeft) {
  SomeRun run({"a", "b", "c", "d"});
  run.fail("abd");
  run.causes(defects_of({{"one", "ab"}, {"other", "cd"}}));
  EXPECT_THAT(run.rest(), ElementsAre(3));
}

TEST(Causes, NothingIsSaidOfADefectThatMostlyDoesNotShow) {
  SomeRun run({"a", "b", "c", "d", "e"});
  run.fail("ab");
  EXPECT_THAT(run.causes(defects_of({{"other", "abcde"}})), IsEmpty());
}

/// A reader that was not asked does not speak against a defect, and a waived failure speaks for it.
TEST(Causes, WhatWasNotJudgedSaysNothing) {
  SomeRun run({"a", "b", "c", "d"});
  run.fail("a");
  run["b"].outcome = Outcome::kXfail;
  run["c"].outcome = Outcome::kSkip;
  run["d"].outcome = Outcome::kInconclusive;
  const auto causes = run.causes(defects_of({{"one", "abcd"}}));
  ASSERT_THAT(names_of(causes), ElementsAre("one"));
  EXPECT_EQ(std::pair(causes[0].fitting, causes[0].expected),
            (std::pair<std::size_t, std::size_t>(2, 2)));
  EXPECT_THAT(causes[0].results, ElementsAre(0));
}

TEST(Causes, TheShortestStimulusIsShownWithoutTheSentinels) {
  SomeRun run({"a", "b", "c"});
  run.fail("abc");
  const auto sent = [](std::string name, std::string bytes) {
    return WireMoment{
        .kind = WireMoment::Kind::kSent, .name = std::move(name), .bytes = std::move(bytes)};
  };
  run["a"].wire = {sent("A", "/long long"), sent("sentinel 1", "/s")};
  run["b"].wire = {sent("", "x"), sent("A", "/short"), sent("sentinel 1", "/sentinel")};
  // Not all of it was kept.
  run["c"].wire = {sent("A", "/"), {.name = "", .bytes = "7 moments left out"}};
  const auto causes = run.causes(defects_of({{"one", "abc"}}));
  ASSERT_EQ(causes.size(), 1U);
  EXPECT_EQ(causes[0].shown, 1U);
  EXPECT_EQ(causes[0].stimulus, "x/short");
}

}  // namespace
}  // namespace p1rig
