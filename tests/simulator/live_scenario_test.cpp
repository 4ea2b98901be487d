// A scenario that is written while a meter lives through it.

#include "simulator/scenario/live_scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "simulator/meter/meter.h"

namespace p1rig::live_scenario_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;
using ::testing::HasSubstr;
using Outcome = LiveScenario::Outcome;

const sys_seconds kNoon = std::chrono::sys_days{std::chrono::year{2026} / 7 / 15} + 12h;

std::shared_ptr<const Profile> profile() {
  static const auto kProfile = std::make_shared<const Profile>(*find_profile("iskra-am550"));
  return kProfile;
}

std::shared_ptr<const Scenario> household() {
  return std::make_shared<const Scenario>(*find_scenario("household", *profile()));
}

/// The tables of a text of TOML: t = [ {…}, {…} ].
std::vector<Node> tables(const std::string& list) {
  const auto document = parse_document("added", "t = [" + list + "]");
  EXPECT_TRUE(document) << document.error().message;
  return *document->root.table()->front().node.array();
}

struct Added {
  Outcome outcome;
  std::string complaint;
};

Added add(LiveScenario& live, const std::string& list, sys_seconds settled = kNoon) {
  Complaints complaints("added");
  const auto outcome = live.add(tables(list), settled, complaints);
  return {outcome, complaints.none() ? "" : complaints.error().message};
}

std::string telegram(Meter& meter, sys_seconds t) {
  std::string text;
  if (meter.sends_at(t)) meter.print(t, text);
  return text;
}

TEST(LiveScenario, WhatHasNoTimeHappensAtTheNextSecond) {
  LiveScenario live(household(), profile());
  EXPECT_EQ(add(live, R"({kind = "message", text = "x"}, {kind = "fixed", l1 = "1 kW"})").outcome,
            Outcome::kDone);
  EXPECT_EQ(live.items().back().at, kNoon + 1s);
  EXPECT_EQ(live.scenario()->events.back().at, kNoon + 1s);
  EXPECT_EQ(live.scenario()->loads.back().from, kNoon + 1s);
}

TEST(LiveScenario, WhatHasPassedIsAConflict) {
  LiveScenario live(household(), profile());
  const auto past = add(live, R"({kind = "message", text = "x", at = "2026-07-15T12:00:00Z"})");
  EXPECT_EQ(past.outcome, Outcome::kConflict);
  EXPECT_THAT(past.complaint, HasSubstr("at: 2026-07-15T12:00:00Z has passed"));
  EXPECT_EQ(add(live, R"({kind = "message", text = "x", at = "2026-07-15T12:00:01Z"})").outcome,
            Outcome::kDone);
}

TEST(LiveScenario, OneOfSeveralThatIsWrongLeavesNone) {
  LiveScenario live(household(), profile());
  const auto before = live.scenario();
  EXPECT_EQ(add(live, R"({kind = "fixed", l1 = "1 kW"}, {kind = "fixd", l1 = "1 kW"})").outcome,
            Outcome::kInvalid);
  EXPECT_EQ(add(live, R"({kind = "fixed", l1 = "1 kW"}, {kind = "valve", channel = 4, state = 0})")
                .outcome,
            Outcome::kConflict);
  EXPECT_EQ(live.scenario(), before);
  EXPECT_EQ(live.items().size(), 1U);
}

TEST(LiveScenario, ALoadTakesThePlaceOfTheOneOfItsName) {
  LiveScenario live(household(), profile());
  add(live, R"({kind = "fixed", name = "a", l1 = "1 kW"})");
  add(live, R"({kind = "fixed", name = "a", l1 = "2 kW"})", kNoon + 5s);
  add(live, R"({kind = "fixed", name = "b", l1 = "3 kW"})", kNoon + 5s);
  const auto& loads = live.scenario()->loads;
  ASSERT_EQ(loads.size(), 4U);
  EXPECT_EQ(loads[1].until, kNoon + 6s);
  EXPECT_EQ(loads[2].until, sys_seconds::max());
  EXPECT_EQ(loads[3].until, sys_seconds::max());
}

TEST(LiveScenario, WhatIsTakenBackDoesNotHappen) {
  LiveScenario live(household(), profile());
  add(live, R"({kind = "message", text = "x", at = "2026-07-15T13:00:00Z"})");
  const std::uint64_t id = live.items().back().id;
  Complaints complaints("run");
  EXPECT_EQ(live.remove(id, kNoon, complaints), Outcome::kDone);
  EXPECT_TRUE(live.scenario()->events.empty());
  EXPECT_EQ(live.remove(id, kNoon, complaints), Outcome::kUnknown);
  add(live, R"({kind = "message", text = "x"})");
  EXPECT_EQ(live.remove(id + 1, kNoon + 1s, complaints), Outcome::kConflict);
}

// A number once given to a load stays, whatever is taken back before it: else its chance would be another.
TEST(LiveScenario, ALoadKeepsItsRandomNumbers) {
  LiveScenario live(household(), profile());
  add(live, R"({kind = "fixed", l1 = "1 kW", from = "2026-07-15T13:00:00Z"})");
  const std::uint64_t id = live.items().back().id;
  add(live, R"({kind = "sun"})");
  Complaints complaints("run");
  ASSERT_EQ(live.remove(id, kNoon, complaints), Outcome::kDone);
  EXPECT_EQ(live.scenario()->loads.back().stream, 3U);
  EXPECT_THAT(live.text("", kNoon, kNoon + 1h), HasSubstr("stream = 3"));
}

/// Changes of all kinds, some of which are refused.
std::string random_change(std::minstd_rand& random) {
  const auto below = [&](unsigned n) { return std::to_string(random() % n); };
  const std::string channel = "channel = " + std::to_string(1 + random() % 4);
  const std::vector<std::string> changes = {
      R"({kind = "fixed", name = "a", l1 = ")" + below(9000) + R"( W", l2 = "-)" + below(900) +
          R"( W"})",
      R"({kind = "household", percent = )" + below(200) + "}",
      R"({kind = "sun", name = "sun", peak = ")" + below(5000) + R"( W"})",
      R"({kind = "car", name = "car", current = ")" + below(32) + R"( A"})",
      R"({kind = "table", csv = "time,l1\n0,)" + below(900) + R"(\n9,5\n30,0\n"})",
      R"({kind = "power-failure", duration = ")" + below(40) + R"(s", boot = "2s"})",
      R"({kind = "sag", phase = "l1", duration = "35s"})",
      R"({kind = "set", values = { "limit.power" = ")" + below(20) + R"( kW" }})",
      R"({kind = "breaker", state = )" + below(3) + "}",
      R"({kind = "message", text = "a \"b\" \\ c"})",
      R"({kind = "connect", medium = "water", id = "W", reading = "1.5 m3"})",
      R"({kind = "disconnect", )" + channel + "}",
      R"({kind = "exchange", medium = "gas", id = "G", )" + channel + "}",
      R"({kind = "radio-lost", )" + channel + "}",
      R"({kind = "reading", medium = "gas", reading = "7 m3", )" + channel + "}",
      R"({kind = "port-off"}, {kind = "port-on"})",
      R"({kind = "clock", deviation_s = )" + below(100) + "}",
      R"({kind = "meter-exchange", duration = "5s"})",
  };
  return changes[random() % changes.size()];
}

TEST(LiveScenario, AMeterThatFollowsIsTheMeterOfTheFile) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::minstd_rand random(seed);
    LiveScenario live(household(), profile());
    Meter meter(profile(), live.scenario(), seed);
    std::string sent;
    sys_seconds t = kNoon;
    int done = 0;
    for (int changes = 0; changes < 200; ++changes) {
      for (auto i = random() % 40; i > 0; --i) sent += telegram(meter, t += 1s);
      if (random() % 4 == 0) meter.at(t);
      std::string change = random_change(random);
      if (random() % 3 == 0) {
        const auto at = "at = \"" +
                        to_string(profile()->zone.local(t + 1s * static_cast<int>(random() % 90))) +
                        "\", ";
        change.insert(1, at);
      }
      Complaints complaints("run");
      const bool takes_back = random() % 8 == 0;
      const auto outcome =
          takes_back ? live.remove(random() % 90, t, complaints) : add(live, change, t).outcome;
      if (outcome == Outcome::kDone) meter.follow(live.scenario());
      done += outcome == Outcome::kDone;
    }
    EXPECT_GT(done, 60);
    const auto file = std::filesystem::path(::testing::TempDir()) /
                      ("p1rig-live-" + std::to_string(seed) + ".toml");
    std::ofstream(file, std::ios::binary) << live.text("A comment\nof two lines", kNoon, t + 1s);
    const auto scenario = load_scenario(file, *profile());
    std::filesystem::remove(file);
    ASSERT_TRUE(scenario) << scenario.error().message;
    EXPECT_EQ(scenario->window_from(sys_seconds{}), kNoon);
    Meter again(profile(), std::make_shared<const Scenario>(*scenario), seed);
    std::string resent;
    for (sys_seconds at = kNoon + 1s; at <= t; at += 1s) resent += telegram(again, at);
    EXPECT_EQ(sent, resent) << "seed " << seed;
  }
}

TEST(LiveScenario, ARunHasAnEnd) {
  LiveScenario live(household(), profile());
  const std::string many = [] {
    std::string list = R"({kind = "port-on"})";
    for (int i = 1; i < 1000; ++i) list += R"(, {kind = "port-on"})";
    return list;
  }();
  for (int i = 0; i < 9; ++i) ASSERT_EQ(add(live, many).outcome, Outcome::kDone);
  const auto last = add(live, many);  // there is a load, too
  EXPECT_EQ(last.outcome, Outcome::kConflict);
  EXPECT_THAT(last.complaint, HasSubstr("at most 10000"));
}

}  // namespace
}  // namespace p1rig::live_scenario_test
