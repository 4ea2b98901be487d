// What a scenario's file says, and what of it is refused: with the file, the line and the reason.

#include "simulator/scenario/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "simulator/meter/meter.h"
#include "simulator/scenario/scenario_notes.h"
#include "tests/simulator/small_profile.h"

namespace p1rig::scenario_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const sys_seconds kMoment = std::chrono::sys_days{std::chrono::year{2026} / 7 / 15} + 10h;

const Profile& profile_named(const std::string& name) {
  static std::map<std::string, Profile> profiles;
  const auto known = profiles.find(name);
  if (known != profiles.end()) return known->second;
  auto found =
      name == "small" ? parse_profile("small.toml", test::small_profile()) : find_profile(name);
  EXPECT_TRUE(found) << name;
  return profiles.emplace(name, std::move(*found)).first->second;
}

/// A folder of the test's own for scenarios and their CSV files.
class ScenarioFile : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) / ("p1rig-" + std::string(test->name()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }

  Result<Scenario> load(const std::string& text, const std::string& profile = "iskra-am550") const {
    write("s.toml", text);
    return load_scenario(folder_ / "s.toml", profile_named(profile));
  }

  Scenario loaded(const std::string& text, const std::string& profile = "iskra-am550") const {
    auto scenario = load(text, profile);
    EXPECT_TRUE(scenario) << scenario.error().message;
    return scenario ? std::move(*scenario) : Scenario{};
  }

  /// The complaints without the folder's name; "" where there is none.
  std::string complaint(const std::string& text, const std::string& profile = "iskra-am550") const {
    const auto scenario = load(text, profile);
    if (scenario) return "";
    std::string message = scenario.error().message;
    const std::string prefix = folder_.string() + "/";
    for (std::size_t at; (at = message.find(prefix)) != std::string::npos;) {
      message.erase(at, prefix.size());
    }
    return message;
  }

  /// One complaint, of that line, that has these words.
  void expect_refused(const std::string& text, int line, const std::vector<std::string>& words,
                      const std::string& profile = "iskra-am550") const {
    const std::string said = complaint(text, profile);
    SCOPED_TRACE(text);
    EXPECT_THAT(said, StartsWith("s.toml:" + std::to_string(line) + ":"));
    EXPECT_EQ(said.find("\ns.toml"), std::string::npos) << "more than one complaint: " << said;
    for (const std::string& word : words) EXPECT_THAT(said, HasSubstr(word));
  }

  std::filesystem::path folder_;
};

/// Lines 1 to 4; what is tested begins on line 5.
const std::string kHead =
    "[scenario]\n"
    "title = \"T\"\n"
    "start = \"2026-07-15T08:00:00Z\"\n"
    "until = \"2026-07-15T12:00:00Z\"\n";

std::string event(const std::string& rest, const std::string& at = "2026-07-15T09:00:00Z") {
  return "[[event]]\nat = \"" + at + "\"\n" + rest + "\n";
}

std::string devices(int count) {
  std::string text;
  for (int i = 1; i <= count; ++i) {
    text += "[[device]]\nmedium = \"gas\"\nid = \"G" + std::to_string(i) + "\"\n";
  }
  return text;
}

TEST_F(ScenarioFile, SaysWhatHappensInTheOrderOfTime) {
  write("curve.csv", "time,l1\n0,100\n60,0\n");
  const Scenario scenario =
      loaded(kHead +
             "made_for = \"iskra-am550\"\n"
             "tariff = \"be-wallonia\"\n"
             "voltage = \"231.5 V\"\n"
             "readout = [\"1-3:0.2.8\", \"1-0:1.8.1\", \"0-1:24.2.1\"]\n"
             "[values]\n\"energy.import.t1\" = \"1000 kWh\"\n"
             "[[device]]\nmedium = \"gas\"\nid = \"G1\"\nreading = \"2 m3\"\nuse = \"0.05 m3\"\n"
             "[[load]]\nkind = \"fixed\"\nl1 = \"-1.5 kW\"\nq1 = \"40 var\"\n"
             "until = \"2026-07-15T09:00:00Z\"\n"
             "[[load]]\nkind = \"table\"\nfile = \"curve.csv\"\n" +
             event("kind = \"port-on\"", "2026-07-15T11:00:00Z") +
             event("kind = \"power-failure\"\nduration = \"4min\"") +
             event("kind = \"message\"\ntext = \"hello\"\ncode = \"1\"", "260715103000S"));
  EXPECT_EQ(scenario.name, "s");
  EXPECT_EQ(scenario.title, "T");
  EXPECT_EQ(scenario.made_for, "iskra-am550");
  EXPECT_EQ(scenario.start, kMoment - 2h);
  EXPECT_EQ(scenario.until, kMoment + 2h);
  EXPECT_EQ(scenario.calendar.name, "be-wallonia");
  EXPECT_EQ(scenario.voltage, 231'500);
  EXPECT_EQ(scenario.readout.only.size(), 3U);
  ASSERT_EQ(scenario.values.size(), 1U);
  EXPECT_EQ(scenario.values[0], (std::pair{Quantity::kEnergyImportT1, std::string("1000 kWh")}));
  ASSERT_TRUE(scenario.devices && scenario.devices->size() == 1);
  EXPECT_EQ(scenario.devices->at(0).device.reading, 2'000'000);
  EXPECT_EQ(scenario.devices->at(0).use, 50'000);
  ASSERT_EQ(scenario.loads.size(), 2U);
  const auto& fixed = std::get<FixedLoad>(scenario.loads[0].kind);
  EXPECT_EQ(fixed.power[0], (Power{-1'500'000, 40'000}));
  EXPECT_EQ(scenario.loads[0].from, scenario.start);
  EXPECT_EQ(scenario.loads[0].until, kMoment - 1h);
  EXPECT_EQ(std::get<TableLoad>(scenario.loads[1].kind).rows.size(), 2U);
  EXPECT_NE(scenario.loads[0].stream, scenario.loads[1].stream);
  ASSERT_EQ(scenario.events.size(), 3U);
  EXPECT_EQ(std::get<MessageEvent>(scenario.events[0].what).text, "hello");
  EXPECT_EQ(scenario.events[0].at, kMoment - 90min) << "10:30 summer time";
  EXPECT_EQ(std::get<PowerFailureEvent>(scenario.events[1].what).duration, 4min);
  EXPECT_TRUE(std::get<PortEvent>(scenario.events[2].what).on);
}

TEST_F(ScenarioFile, BeginsWithTheYear2000WhereItGivesNoStart) {
  const std::string text = "[scenario]\ntitle = \"T\"\n";
  const sys_seconds year_2000 = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};
  EXPECT_EQ(loaded(text).start, year_2000 - 1h) << "Amsterdam is an hour ahead";
  EXPECT_EQ(loaded(text, "eso-maximum").start, year_2000 - 2h) << "Vilnius two";
  EXPECT_FALSE(loaded(text).own_start);
  EXPECT_TRUE(loaded(kHead).own_start);
  EXPECT_EQ(loaded(text).window_from(kMoment), kMoment);
  EXPECT_EQ(loaded(kHead).window_from(kMoment), kMoment - 2h);
  EXPECT_EQ(loaded(text).calendar.name, "nl");
  EXPECT_EQ(loaded(text).voltage, 230'000);
  EXPECT_EQ(loaded(text).devices, std::nullopt) << "the profile's own";
}

TEST_F(ScenarioFile, RefusesWhatTheSecondsDoNotAllow) {
  expect_refused(kHead + event("kind = \"port-off\"", "2026-07-15T07:59:59Z"), 6,
                 {"at", "before the scenario's start"});
  expect_refused(kHead + event("kind = \"port-off\"", "2026-07-15T09:00:00"), 6, {});
  expect_refused(kHead + event("kind = \"port-off\"", "soon"), 6, {"soon"});
  expect_refused(kHead + "[[event]]\nkind = \"port-off\"\n", 5, {"at", "missing"});
  expect_refused(
      "[scenario]\ntitle = \"T\"\nstart = \"2026-07-15T08:00:00Z\"\n"
      "until = \"2026-07-15T10:00:00+02:00\"\n",
      4, {"until", "not after the start"});
  expect_refused("[scenario]\ntitle = \"T\"\nstart = \"260329023000S\"\n", 3, {"start"});
  expect_refused(kHead +
                     "[[load]]\nkind = \"household\"\nfrom = \"2026-07-15T09:00:00Z\"\n"
                     "until = \"2026-07-15T09:00:00Z\"\n",
                 8, {"until", "not after"});
}

TEST_F(ScenarioFile, RefusesDurationsThatAreNone) {
  expect_refused(kHead + event("kind = \"power-failure\"\nduration = \"4 minutes\""), 8,
                 {"duration", "4 minutes"});
  expect_refused(kHead + event("kind = \"power-failure\"\nduration = \"500ms\""), 8,
                 {"whole seconds"});
  expect_refused(kHead + event("kind = \"power-failure\"\nduration = \"0s\""), 8, {"1s to 366d"});
  expect_refused(kHead + event("kind = \"power-failure\""), 5, {"duration", "missing"});
  expect_refused(kHead + event("kind = \"power-failure\"\nduration = 60"), 8, {"string"});
  expect_refused(kHead + event("kind = \"sag\"\nduration = \"1.5s\""), 8, {"1.5s"});
  expect_refused(kHead + event("kind = \"sag\"\nduration = \"0s\""), 8, {"1s to 366d"});
  expect_refused(kHead + event("kind = \"power-failure\"\nduration = \"400d\""), 8, {"1s to 366d"});
  expect_refused(kHead + event("kind = \"power-failure\"\nduration = \"1s\"\nboot = \"2h\""), 9,
                 {"0s to 1h"});
  expect_refused(kHead + event("kind = \"meter-exchange\"\nduration = \"400d\""), 8,
                 {"0s to 366d"});
}

TEST_F(ScenarioFile, RefusesWhatIsThereAndEmpty) {
  expect_refused("[scenario]\ntitle = \"T\"\nreadout = []\n", 3, {"readout", "empty"});
  expect_refused(kHead + "[[load]]\nkind = \"sun\"\nphases = []\n", 7, {"phases", "empty"});
  expect_refused(kHead + "[[load]]\nkind = \"car\"\nphases = []\n", 7, {"phases", "empty"});
  expect_refused(kHead + "[[load]]\nkind = \"fixed\"\n", 6, {"no power", "l1"});
  expect_refused(kHead + event("kind = \"set\"\nvalues = {}"), 8, {"values", "empty"});
  const auto none = loaded("device = []\n" + kHead).devices;
  EXPECT_TRUE(none && none->empty()) << "none, and not those of the profile";
}

TEST_F(ScenarioFile, RefusesWhatIsOverBeforeItBegins) {
  expect_refused(kHead +
                     "[[load]]\nkind = \"household\"\nfrom = \"2026-07-15T07:00:00Z\"\n"
                     "until = \"2026-07-15T08:00:00Z\"\n",
                 5, {"until", "before the scenario's start"});
  const std::string table = "[[load]]\nkind = \"table\"\nfile = \"old.csv\"\n";
  write("old.csv", "time,l1\n2026-07-14T08:00:00Z,1\n2026-07-15T08:00:00Z,0\n");
  expect_refused(kHead + table, 5, {"old.csv", "ends before the scenario's start"});
  EXPECT_EQ(complaint("[scenario]\ntitle = \"T\"\n" + table), "")
      << "without a start of its own, it begins with 2000";
  write("relative.csv", "time,l1\n0,1\n60,0\n");
  expect_refused("[scenario]\ntitle = \"T\"\n[[load]]\nkind = \"table\"\nfile = \"relative.csv\"\n",
                 5, {"relative.csv:2:1", "0 s after the start", "[scenario] start"});
  write("old.csv", "time,l1\n2026-07-14T08:00:00Z,1\n");
  EXPECT_EQ(complaint(kHead + table), "") << "one row is for ever";
}

TEST_F(ScenarioFile, RefusesMoreThanAPhaseCarries) {
  const auto load = [](const std::string& rest) { return "[[load]]\n" + rest + "\n"; };
  std::string eight;
  for (int i = 0; i < 8; ++i) eight += load("kind = \"fixed\"\nl1 = \"450 kW\"");
  expect_refused(kHead + eight, 26, {"3600 kW", "on L1 from 260715100000S", "500 kW"});
  const std::string reactive = load("kind = \"fixed\"\nq3 = \"-300 kvar\"");
  expect_refused(kHead + reactive + reactive, 8, {"600 kvar", "L3", "500 kvar"});
  const std::string later = load("kind = \"fixed\"\nl2 = \"300 kW\"\nfrom = \"260715110000S\"");
  const std::string car = load("kind = \"car\"\ncurrent = \"1000 A\"");
  expect_refused(kHead + later + car, 5, {"530 kW", "L2", "260715110000S"});
  EXPECT_EQ(complaint(kHead + load("kind = \"fixed\"\nl2 = \"200 kW\"") + car), "");
  write("curve.csv", "time,l1\n0,100\n3600,400000\n7200,0\n");
  expect_refused(kHead + load("kind = \"fixed\"\nl1 = \"200 kW\"") +
                     load("kind = \"table\"\nfile = \"curve.csv\""),
                 8, {"600 kW", "L1", "260715110000S"});
}

TEST_F(ScenarioFile, RefusesDevicesThatCountDownOrBeyondAllNumbers) {
  expect_refused(kHead + devices(1) + "reading = \"-1 m3\"\n", 8, {"reading", "only counts up"});
  expect_refused(kHead + devices(1) + "reading = \"9000000000000 m3\"\n", 8, {"too large"});
  expect_refused(kHead + devices(1) + "use = \"-1 m3\"\n", 8, {"use", "only counts up"});
  expect_refused(kHead + devices(1) + "use = \"100000000 m3\"\n", 8, {"use", "too large"});
  EXPECT_EQ(complaint(kHead + devices(1) + "use = \"1000 m3\"\n"), "");
}

TEST_F(ScenarioFile, RefusesWhatHappensToADeviceThatWasExchanged) {
  const std::string exchange = event(
      "kind = \"exchange\"\nchannel = 1\nmedium = \"gas\"\nid = \"N\"", "2026-07-15T08:30:00Z");
  for (const char* kind : {"radio-lost", "radio-back", "valve"}) {
    const std::string rest = std::string(kind) == "valve" ? "\nstate = 0" : "";
    const std::string of = "kind = \"" + std::string(kind) + "\"\nchannel = ";
    expect_refused(kHead + exchange + event(of + "1" + rest), 11, {"was exchanged"});
    EXPECT_EQ(complaint(kHead + exchange + event(of + "2" + rest)), "");
  }
  const std::string again = "kind = \"exchange\"\nmedium = \"gas\"\nid = \"M\"\nchannel = ";
  expect_refused(kHead + exchange + event(again + "1"), 11, {"was exchanged"});
  EXPECT_EQ(complaint(kHead + exchange + event(again + "2")), "");
  EXPECT_EQ(complaint(kHead + exchange + event("kind = \"disconnect\"\nchannel = 1")), "")
      << "its last value goes, too";
  // Another meter knows nothing of it, and has its channel free.
  const std::string meter = event("kind = \"meter-exchange\"");
  const std::string four = "kind = \"connect\"\nmedium = \"gas\"\nid = \"O\"\nchannel = 1";
  EXPECT_EQ(complaint(kHead + exchange + meter + event(four, "2026-07-15T10:00:00Z")), "");
  expect_refused(kHead + exchange + event(four, "2026-07-15T10:00:00Z"), 11, {"is taken"});
}

TEST_F(ScenarioFile, RefusesListsOfObjectsThatNoOperatorSets) {
  const std::string lux = "sagemcom-smarty-lux";
  const auto readout = [](const std::string& rest, const std::string& at = "2026-07-15T09:00:00Z") {
    return event("kind = \"readout\"\n" + rest, at);
  };
  EXPECT_EQ(complaint(kHead + readout(""), lux), "") << "all of them";
  expect_refused(kHead + readout("objects = []"), 8, {"objects", "empty"}, lux);
  expect_refused(kHead + readout("objects = [\"1-3:0.2.8\", \"1-0:99.7.0\"]"), 8,
                 {"sagemcom-smarty-lux has no object 1-0:99.7.0"}, lux);
  expect_refused(kHead + readout("objects = [\"1-0:1.8.0\"]"), 8, {"1-3:0.2.8", "table 3.1"}, lux);
  expect_refused(kHead + readout("remove = [\"1-3:0.2.8\"]"), 8, {"remove", "1-3:0.2.8"}, lux);
  expect_refused(kHead + readout("remove = [\"1.8.x\"]"), 8, {"1.8.x", "OBIS code"}, lux);
  expect_refused(kHead + readout("add = [\"1-0:1.8.0\"]"), 8, {"1-0:1.8.0 is shown already"}, lux);
  const std::string gone = readout("remove = [\"1-0:1.8.0\"]", "2026-07-15T08:30:00Z");
  EXPECT_EQ(complaint(kHead + gone + readout("add = [\"1-0:1.8.0\"]"), lux), "");
  EXPECT_EQ(complaint(kHead + readout("add = [\"1-0:1.8.0\"]") + gone, lux), "")
      << "in the order of time, not of the file";
  expect_refused(kHead + gone + readout("remove = [\"1-0:1.8.0\"]"), 12, {"not shown before"}, lux);
  expect_refused(kHead + readout("objects = [\"1-3:0.2.8\"]\nadd = [\"1-0:1.8.0\"]"), 8,
                 {"objects", "event of their own"}, lux);
  expect_refused(kHead + readout("object = [\"1-3:0.2.8\"]"), 8, {"\"objects\""}, lux);
}

TEST_F(ScenarioFile, RefusesFirmwareThatAMeterCannotHave) {
  const auto firmware = [](const std::string& rest) {
    return kHead + event("kind = \"firmware\"\n" + rest);
  };
  const std::string belgian = "sagemcom-t211-d-emucs16";
  EXPECT_EQ(complaint(firmware("profile = \"sagemcom-t211-d-emucs17\""), belgian), "");
  EXPECT_EQ(complaint(firmware("identification = \"FLU5X\"\nduration = \"50s\""), belgian), "");
  expect_refused(firmware("duration = \"50s\""), 7, {"needs profile, identification"}, belgian);
  expect_refused(firmware("profile = \"sagemcom-t211-d-emucs71\""), 8,
                 {"unknown profile", "did you mean \"sagemcom-t211-d-emucs1"}, belgian);
  expect_refused(firmware("profile = \"./none.toml\""), 8, {"none.toml"}, belgian);
  expect_refused(firmware("profile = \"sagemcom-s211-emucs17\""), 8,
                 {"1 phase", "has 3 phases", "firmware does not change that"}, belgian);
  expect_refused(firmware("profile = \"iskra-am550\""), 8, {"Europe/Amsterdam", "Europe/Brussels"},
                 belgian);
  expect_refused(firmware("profile = \"kaifa-ma304c\""), 8, {"every 10 s", "every 1 s"});
  expect_refused(firmware("profile = \"sagemcom-smarty-lux-encrypted\""), 8,
                 {"encryption with suite", "no encryption"}, "sagemcom-smarty-lux");
  expect_refused(firmware("identification = \"/FLU5X\""), 8, {"without the '/'"}, belgian);
  expect_refused(firmware("identification = \"\""), 8, {"identification"}, belgian);
  expect_refused(firmware("profile = \"sagemcom-t211-d-emucs17\"\nduration = \"367d\""), 9,
                 {"duration"}, belgian);
  // An old meter's line is another one.
  const std::string line = complaint(firmware("profile = \"iskra-mt382\""), "iskra-mt382-dsmr42");
  EXPECT_THAT(line, HasSubstr("9600 7E1, where iskra-mt382-dsmr42 has 115200 8N1"));
}

TEST_F(ScenarioFile, RefusesFirmwareThatDoesNotKnowWhatThereIs) {
  // A device whose medium it does not print.
  std::string without = test::small_profile();
  without.erase(without.find("{mbus}\n"), 7);
  without.erase(without.find("[mbus.gas]"), without.find("[values]") - without.find("[mbus.gas]"));
  without.erase(without.find("[[device]]"));
  write("bare.toml", without);
  const std::string bare = event("kind = \"firmware\"\nprofile = \"./bare.toml\"");
  expect_refused(kHead + bare, 5, {"bare has no [mbus.gas]", "channel 1", "disconnect it before"},
                 "small");
  EXPECT_EQ(
      complaint(kHead + event("kind = \"disconnect\"\nchannel = 1", "2026-07-15T08:30:00Z") + bare,
                "small"),
      "");
  // And no list may leave out all that it has.
  const std::string none =
      event("kind = \"readout\"\nremove = [\"0-0:1.0.0\", \"1-0:1.8.1\", \"1-0:1.8.2\"]",
            "2026-07-15T09:30:00Z");
  expect_refused("device = []\n" + kHead + bare + none, 13, {"leaves no object", "port-off"},
                 "small");
  // A time that was unset, which it has no form for.
  const std::string unset = event("kind = \"clock\"\nunset = true", "2026-07-15T08:30:00Z");
  write("set.toml", test::small_profile());
  expect_refused(kHead + unset + event("kind = \"firmware\"\nprofile = \"./set.toml\""), 12,
                 {"[unset] time"}, "iskra-am550");
  // What it brings may be told of from then on only.
  const std::string peak = event("kind = \"readout\"\nremove = [\"1-0:1.4.0\"]");
  const auto update = [](const char* at) {
    return event("kind = \"firmware\"\nprofile = \"sagemcom-t211-d-emucs17\"", at);
  };
  EXPECT_EQ(complaint(kHead + update("2026-07-15T08:30:00Z") + peak, "sagemcom-t211-d-emucs16"),
            "");
  expect_refused(kHead + peak + update("2026-07-15T09:30:00Z"), 8, {"has no object 1-0:1.4.0"},
                 "sagemcom-t211-d-emucs16");
}

TEST_F(ScenarioFile, RefusesMoreTelegramsThanMemoryHolds) {
  const auto renamed = [](int count) {
    std::string events;
    for (int i = 0; i < count; ++i) {
      events +=
          event("kind = \"firmware\"\nidentification = \"ISK5-" + std::to_string(i % 300) + "\"");
    }
    return kHead + events;
  };
  EXPECT_THAT(complaint(renamed(300), "small"), HasSubstr("more than 256 telegrams"));
  std::string events;
  for (int i = 0; i < 300; ++i) {
    events +=
        event("kind = \"firmware\"\nidentification = \"ISK5-" + std::to_string(i % 2) + "\"") +
        event(i % 2 == 0 ? "kind = \"readout\"\nremove = [\"1-0:1.8.1\"]" : "kind = \"readout\"");
  }
  EXPECT_EQ(complaint(kHead + events, "small"), "") << "the same ones again are no others";
}

// --- every kind ----------------------------------------------------------------------------------

/// What makes an event of each kind do something to a meter that would do nothing else.
const std::map<std::string, std::string, std::less<>>& examples() {
  static const std::map<std::string, std::string, std::less<>> kExamples = {
      {"power-failure", "duration = \"4min\""},
      {"sag", "duration = \"2min\""},
      {"swell", "duration = \"2min\""},
      {"set", "values = { \"meter.id\" = \"E0099\" }"},
      {"breaker", "state = 0"},
      {"message", "text = \"hello\""},
      {"connect", "medium = \"gas\"\nid = \"G0025000000000009\"\nreading = \"4 m3\""},
      {"disconnect", "channel = 1"},
      {"exchange", "channel = 1\nmedium = \"gas\"\nid = \"G0025000000000009\""},
      {"radio-lost", "channel = 1"},
      {"radio-back", "channel = 1"},
      {"valve", "channel = 1\nstate = 0"},
      {"reading", "channel = 1\nmedium = \"gas\"\nreading = \"9000 m3\""},
      {"device-clock", "channel = 1\ndeviation_s = 86400"},
      {"grid", "neutral = false"},
      {"port-off", ""},
      {"port-on", ""},
      {"request-on", ""},
      {"request-off", ""},
      {"readout", "remove = [\"1-0:1.7.0\"]"},
      {"firmware", "identification = \"ISK5-NEW\""},
      {"clock", "deviation_s = 300"},
      {"meter-exchange", ""},
  };
  return kExamples;
}

/// All that can be seen of the meter for half a day.
std::string seen(const Profile& profile, const Scenario& scenario) {
  Meter meter(std::make_shared<const Profile>(profile), std::make_shared<const Scenario>(scenario),
              1);
  std::string all;
  for (auto t = kMoment - 2h; t < kMoment + 10h; t += 30s) {
    all += meter.sends_at(t) ? 's' : '-';
    all += meter.supplies_at(t) ? '5' : '0';
    if (meter.sends_at(t)) meter.print(t, all);
  }
  return all;
}

TEST_F(ScenarioFile, HasADescriptionAndAnEffectForEachKindOfEvent) {
  std::ifstream file(std::filesystem::path(P1RIG_SOURCE_DIR) / "docs/scenarios.md");
  const std::string docs{std::istreambuf_iterator<char>(file), {}};
  const std::string load = "[[load]]\nkind = \"fixed\"\nl1 = \"500 W\"\nl2 = \"500 W\"\n";
  const Profile& profile = profile_named("iskra-am550");
  const std::string nothing = seen(profile, loaded(kHead + load));
  for (const std::string_view kind : event_kinds()) {
    SCOPED_TRACE(kind);
    EXPECT_THAT(docs, ::testing::ContainsRegex("\n\\| [^|]*`" + std::string(kind) + "`[^|]* \\|"));
    const auto example = examples().find(kind);
    ASSERT_NE(example, examples().end()) << "no example here shows what it does";
    const std::string its = event("kind = \"" + std::string(kind) + "\"\n" + example->second);
    // The end of something is seen after its beginning, and requests by the line, not the meter.
    const std::string before = kind == "radio-back" ? "radio-lost\"\nchannel = 1"
                               : kind == "port-on"  ? "port-off\""
                                                    : "";
    const std::string begun =
        before.empty() ? "" : event("kind = \"" + before, "2026-07-15T08:30:00Z");
    const std::string without =
        begun.empty() ? nothing : seen(profile, loaded(kHead + load + begun));
    const bool shows = seen(profile, loaded(kHead + load + begun + its)) != without;
    EXPECT_EQ(shows, !kind.starts_with("request-"));
  }
}

// --- what may be meant: said, but not refused ------------------------------------------------------

TEST_F(ScenarioFile, NotesWhatHasNoEffect) {
  const auto notes = [&](const std::string& text, sys_seconds from = kMoment - 2h,
                         const std::string& profile = "iskra-am550") {
    std::vector<std::string> list = notes_on(loaded(text, profile), profile_named(profile), from);
    for (std::string& note : list) {
      for (std::size_t at; (at = note.find(folder_.string() + "/")) != std::string::npos;) {
        note.erase(at, folder_.string().size() + 1);
      }
    }
    return list;
  };
  const std::string household = "[[load]]\nkind = \"household\"\n";
  EXPECT_THAT(notes(kHead + household), IsEmpty());
  EXPECT_THAT(notes(kHead + household + "from = \"2026-07-15T12:00:00Z\"\n"),
              ElementsAre(StartsWith("s.toml:5:1: [[load]]: from: is not before the end")));
  EXPECT_THAT(notes(kHead + event("kind = \"port-off\"", "2026-07-15T12:00:00Z")),
              ElementsAre(StartsWith("s.toml:5:1: [[event]]: at: is not before the end")));
  EXPECT_THAT(notes(kHead + event("kind = \"port-off\"", "2026-07-15T11:59:59Z")), IsEmpty());

  const std::string table = "[[load]]\nkind = \"table\"\nfile = \"c.csv\"\n";
  write("c.csv", "time,l1\n2026-07-15T08:00:00Z,1\n2026-07-15T12:00:00Z,0\n");
  EXPECT_THAT(notes(kHead + table), IsEmpty());
  write("c.csv", "time,l1\n2026-10-15T08:00:00Z,1\n2026-10-15T12:00:00Z,0\n");
  EXPECT_THAT(notes(kHead + table),
              ElementsAre("s.toml:5:1: [[load]]: file: c.csv: no power flows before 261015100000S, "
                          "the first of its times"));
  write("c.csv", "time,l1\n2026-07-15T08:00:00Z,1\n2026-07-15T09:00:00Z,0\n");
  EXPECT_THAT(
      notes(kHead + table),
      ElementsAre("s.toml:5:1: [[load]]: file: c.csv: no power flows from 260715110000S on, "
                  "the last of its times"));
  EXPECT_THAT(notes(kHead + table + "until = \"2026-07-15T09:00:00Z\"\n"), IsEmpty())
      << "it ends as it says";
  const std::string open = "[scenario]\ntitle = \"T\"\nstart = \"2026-07-15T08:00:00Z\"\n";
  EXPECT_THAT(notes(open + table), IsEmpty());
  EXPECT_THAT(notes(open + table, kMoment), ElementsAre(HasSubstr("no power flows from")))
      << "at the moment that is asked for it has ended";
}

TEST(ScenarioNotes, SayThatACountryHasNoTariffs) {
  std::string text = test::small_profile();
  text.replace(text.find("\"NL\""), 4, "\"PL\"");
  const auto profile = parse_profile("small.toml", text);
  ASSERT_TRUE(profile) << profile.error().message;
  const Scenario scenario = find_scenario("household", *profile).value();
  EXPECT_THAT(
      notes_on(scenario, *profile, kMoment),
      ElementsAre(StartsWith("small.toml:5:11: country: there is no tariff calendar for PL")));
}

TEST(ScenarioNotes, SayNothingOfWhatIsShipped) {
  for (const auto& [name, file] : list_profiles()) {
    const auto profile = load_profile(file);
    ASSERT_TRUE(profile) << profile.error().message;
    for (const auto& [scenario_name, scenario_file] : list_scenarios()) {
      const auto scenario = find_scenario(scenario_name, *profile);
      if (!scenario) continue;
      EXPECT_THAT(notes_on(*scenario, *profile, scenario->window_from(kMoment)), IsEmpty())
          << name << " in " << scenario_name;
    }
  }
}

TEST_F(ScenarioFile, RefusesAFifthDevice) {
  EXPECT_EQ(complaint(kHead + devices(4)), "");
  expect_refused(kHead + devices(5), 17, {"four channels"});
  expect_refused(kHead + devices(4) + event("kind = \"connect\"\nmedium = \"water\"\nid = \"W\""),
                 17, {"four channels"});
  // The old one stays with its last value, and so keeps its channel.
  const std::string exchange = "kind = \"exchange\"\nchannel = 2\nmedium = \"gas\"\nid = \"N\"\n";
  expect_refused(kHead + devices(4) + event(exchange), 17, {"four channels"});
  EXPECT_EQ(complaint(kHead + devices(4) + event(exchange + "old_stays = false\n")), "");
  EXPECT_EQ(complaint(kHead + devices(4) + event("kind = \"disconnect\"\nchannel = 3") +
                      event(exchange, "2026-07-15T09:00:01Z")),
            "");
}

TEST_F(ScenarioFile, RefusesTwoOnOneChannelAndNoneOnAnother) {
  expect_refused(kHead + devices(1) +
                     "channel = 2\n[[device]]\nmedium = \"water\"\nid = \"W\"\n"
                     "channel = 2\n",
                 9, {"channel 2 is taken"});
  expect_refused(kHead + devices(1) + "channel = 5\n", 8, {"1 to 4"});
  for (const std::string kind :
       {"disconnect", "radio-lost", "radio-back", "valve", "device-clock"}) {
    const std::string of = "kind = \"" + kind + "\"\nchannel = ";
    const std::string rest = kind == "valve"          ? "\nstate = 0"
                             : kind == "device-clock" ? "\ndeviation_s = 5"
                                                      : "";
    expect_refused(kHead + event(of + "2" + rest), 5, {"no M-Bus device on channel 2"});
    expect_refused(kHead + event(of + "0" + rest), 8, {"1 to 4"});
    EXPECT_EQ(complaint(kHead + event(of + "1" + rest)), "") << "the profile's gas meter";
  }
  // In the order of time, not of the file.
  const std::string gone = "kind = \"disconnect\"\nchannel = 1";
  const std::string valve = event("kind = \"valve\"\nchannel = 1\nstate = 0");
  EXPECT_EQ(complaint(kHead + event(gone, "2026-07-15T10:00:00Z") + valve), "");
  expect_refused(kHead + event(gone, "2026-07-15T08:30:00Z") + valve, 9, {"channel 1"});
  expect_refused(kHead + event("kind = \"disconnect\""), 5, {"channel"});
  expect_refused(kHead + event("kind = \"valve\"\nchannel = 1"), 5, {"state", "missing"});
}

TEST_F(ScenarioFile, RefusesWhatTheMeterHasNot) {
  // This meter measures import only, and knows gas only.
  const std::string only = "only import";
  expect_refused(kHead + "[[load]]\nkind = \"sun\"\n", 6, {"kind", only}, "small");
  expect_refused(kHead + "[[load]]\nkind = \"fixed\"\nl1 = \"-1 W\"\n", 6, {"kind", only}, "small");
  write("out.csv", "time,l1\n0,1\n60,-1\n120,0\n");
  expect_refused(kHead + "[[load]]\nkind = \"table\"\nfile = \"out.csv\"\n", 6, {only}, "small");
  expect_refused(kHead + "[[device]]\nmedium = \"heat\"\nid = \"H\"\n", 6, {"[mbus.heat]"},
                 "aidon-6534");
  expect_refused(kHead + event("kind = \"clock\"\nunset = true"), 8, {"[unset] time"}, "small");
  expect_refused(kHead + event("kind = \"clock\""), 7, {"unset = true, or deviation_s"});
  expect_refused(kHead + event("kind = \"clock\"\ndeviation_s = 4000000000"), 8,
                 {"expected -3155760000 to 3155760000"});
  EXPECT_EQ(complaint(kHead + event("kind = \"clock\"\ndeviation_s = 0")), "");
  // And this one has one phase.
  const std::string one = "one phase";
  expect_refused(kHead + "[[load]]\nkind = \"fixed\"\nl2 = \"1 W\"\n", 7, {"l2", one},
                 "iskra-am550-1p");
  expect_refused(kHead + "[[load]]\nkind = \"car\"\nphases = [\"l1\", \"l3\"]\n", 7, {one},
                 "iskra-am550-1p");
  expect_refused(kHead + event("kind = \"sag\"\nphase = \"l2\""), 8, {"l2"}, "iskra-am550-1p");
  EXPECT_EQ(complaint(kHead + "[[load]]\nkind = \"car\"\n", "iskra-am550-1p"), "");
}

TEST_F(ScenarioFile, RefusesUnknownQuantitiesAndValues) {
  expect_refused(kHead + "[values]\n\"energy.imprt\" = \"1 kWh\"\n", 6,
                 {"energy.imprt", "\"energy.import\""});
  expect_refused(kHead + "[values]\n\"energy.import\" = \"1 V\"\n", 6, {"energy.import"});
  expect_refused(kHead + "[values]\n\"energy.import\" = 5\n", 6, {"string"});
  expect_refused(kHead + event("kind = \"set\"\nvalues = { \"limt.power\" = \"1 kW\" }"), 8,
                 {"\"limit.power\""});
  expect_refused(kHead + event("kind = \"set\""), 5, {"values"});
  expect_refused(kHead + event("kind = \"meter-exchange\"\nvalues = { \"meter.idd\" = \"1\" }"), 8,
                 {"\"meter.id\""});
  expect_refused(kHead + "[values]\n\"power.import\" = \"1 kW\"\n", 6, {"power.import", "loads"});
  expect_refused(kHead + event("kind = \"set\"\nvalues = { \"tariff\" = \"1\" }"), 8, {"calendar"});
  expect_refused(kHead + "[values]\n\"energy.import\" = \"-1 kWh\"\n", 6, {"only counts up"});
  expect_refused(kHead + "[values]\n\"energy.import\" = \"2000000000 kWh\"\n", 6, {"too large"});
  expect_refused(kHead + event("kind = \"breaker\"\nstate = 3"), 8, {"expected 0 to 2, found 3"});
  expect_refused(kHead + event("kind = \"breaker\""), 5, {"state"});
  expect_refused(kHead + event("kind = \"grid\""), 5, {"neutral", "missing"});
  expect_refused(kHead + event("kind = \"grid\"\nneutral = false"), 7, {"one phase"},
                 "iskra-am550-1p");
  expect_refused(kHead + event("kind = \"device-clock\"\nchannel = 1"), 5, {"deviation_s"});
  const std::string reading = "kind = \"reading\"\nchannel = 1\nmedium = \"gas\"\n";
  expect_refused(kHead + event(reading), 5, {"reading", "missing"});
  expect_refused(kHead + event(reading + "reading = \"1 GJ\""), 10, {"reading", "m3"});
  expect_refused(kHead + event(reading + "reading = \"1 m3\"\ncaptures = 0"), 11, {"captures"});
  EXPECT_EQ(complaint(kHead + event(reading + "reading = \"0 m3\"\ncaptures = 1")), "");
}

TEST_F(ScenarioFile, RefusesValuesThatTheMeterCannotPrint) {
  const std::string belgian = "sagemcom-t211-d-emucs17";  // (limit.power F4(1,1) kW)
  const auto set = [](const std::string& power) {
    return event("kind = \"set\"\nvalues = { \"limit.power\" = \"" + power + "\" }");
  };
  expect_refused(kHead + set("-1 kW"), 8,
                 {"limit.power: -1 kW does not fit", "F4(1,1), so at least 0 kW"}, belgian);
  expect_refused(kHead + set("1000 kW"), 8, {"so at most 999.9 kW"}, belgian);
  expect_refused(kHead + "[values]\n\"limit.power\" = \"1000 kW\"\n", 6,
                 {"limit.power: 1000 kW does not fit"}, belgian);
  EXPECT_EQ(complaint(kHead + set("999.9 kW"), belgian), "");
}

TEST_F(ScenarioFile, RefusesAReadingOfAnotherMedium) {
  const auto reading = [](const std::string& rest) {
    return event("kind = \"reading\"\nchannel = 1\n" + rest);
  };
  expect_refused(kHead + reading("medium = \"water\"\nreading = \"1 m3\""), 5,
                 {"channel 1 has a gas meter, not water"});
  EXPECT_EQ(complaint(kHead + reading("reading = \"1 m3\"")), "");
  const std::string heat = "[[device]]\nmedium = \"heat\"\nid = \"H\"\n";
  expect_refused(kHead + heat + reading("reading = \"1 m3\""), 8,
                 {"channel 1 has a heat meter", "medium = \"heat\""});
  EXPECT_EQ(complaint(kHead + heat + reading("medium = \"heat\"\nreading = \"1 GJ\"")), "");
}

// The codes of its gas meter have no channel: two would send the same lines.
TEST_F(ScenarioFile, RefusesASecondDeviceWhoseCodesHaveNoChannel) {
  const std::string ace = "itron-ace4000", room = "it has room for one";
  EXPECT_EQ(complaint(kHead + devices(1), ace), "");
  expect_refused(kHead + devices(2), 8, {"codes of a gas meter", room}, ace);
  const std::string connect = event("kind = \"connect\"\nmedium = \"gas\"\nid = \"G2\"");
  expect_refused(kHead + devices(1) + connect, 8, {room}, ace);
  EXPECT_EQ(complaint(kHead + "device = []\n" + connect, ace).find(room), std::string::npos);
  // Firmware that has no channels, where there are two.
  std::string text = test::small_profile();
  for (std::size_t at = text.find("[mbus.gas]"); (at = text.find("\n0-n:", at)) != text.npos;) {
    text.replace(at + 1, 4, "7-0:");
  }
  write("none.toml", text);
  const std::string firmware = event("kind = \"firmware\"\nprofile = \"./none.toml\"");
  expect_refused(kHead + devices(2) + firmware, 11, {room}, "small");
  EXPECT_EQ(complaint(kHead + devices(1) + firmware, "small"), "");
}

TEST_F(ScenarioFile, RefusesUnknownKeysAndKinds) {
  expect_refused("[scenario]\ntitle = \"T\"\nvoltag = \"230 V\"\n", 3, {"\"voltage\""});
  expect_refused(kHead + "[[load]]\nkind = \"car\"\ncurent = \"16 A\"\n", 7, {"\"current\""});
  expect_refused(kHead + devices(1) + "readng = \"1 m3\"\n", 8, {"\"reading\""});
  expect_refused(kHead + event("kind = \"sag\"\nvolts = \"190 V\""), 8, {"volts"});
  expect_refused(kHead + "[[evnt]]\n", 5, {"\"event\""});
  expect_refused(kHead + event("kind = \"power-fail\""), 7, {"\"power-failure\""});
  expect_refused(kHead + event(""), 5, {"kind", "missing"});
  expect_refused(kHead + "[[load]]\nkind = \"housejold\"\n", 6, {"\"household\""});
  expect_refused(kHead + "[[load]]\n", 5, {"kind"});
  expect_refused(kHead + devices(1) + "[[device]]\nmedium = \"watr\"\nid = \"W\"\n", 9,
                 {"\"water\""});
  expect_refused("[scenario]\ntitle = \"T\"\ntariff = \"be-wallonie\"\n", 3, {"\"be-wallonia\""});
  expect_refused("[scenario]\ntitle = \"T\"\nreadout = [\"1-3:0.2.8\", \"1.8.x\"]\n", 3, {"1.8.x"});
  expect_refused("[scenario]\ntitle = \"T\"\nreadout = [\"1-3:0.2.8\", \"1-0:9.7.0\"]\n", 3,
                 {"no object 1-0:9.7.0"});
  expect_refused("[scenario]\n", 1, {"title"});
  EXPECT_THAT(complaint("[[load]]\nkind = \"household\"\n"), HasSubstr("[scenario] is missing"));
}

TEST_F(ScenarioFile, RefusesMoreObjectsThanTheListHolds) {
  const auto head = [](int count) {
    std::string list;
    for (int i = 0; i < count; ++i) list += "\"1-3:0.2.8\", ";
    return "[scenario]\ntitle = \"T\"\nreadout = [" + list + "]\n";
  };
  EXPECT_EQ(complaint(head(64)), "");
  expect_refused(head(65), 3, {"64"});
}

TEST_F(ScenarioFile, RefusesMessagesThatNoMeterShows) {
  const auto message = [](const std::string& text) {
    return kHead + event("kind = \"message\"\ntext = \"" + text + "\"");
  };
  EXPECT_EQ(complaint(message(std::string(1024, 'x'))), "");
  expect_refused(message(std::string(1025, 'x')), 8, {"1025", "1024"});
  expect_refused(message("two\\r\\nlines"), 8, {"line ends"});
  expect_refused(message("two\\nlines"), 8, {"line ends"});
}

TEST_F(ScenarioFile, RefusesSagsAndSwellsThatAreNone) {
  const auto voltage = [](const char* kind, const char* volts) {
    return kHead + event("kind = \"" + std::string(kind) + "\"\nvoltage = \"" + volts + "\"");
  };
  EXPECT_EQ(complaint(voltage("sag", "206.9 V")), "");
  expect_refused(voltage("sag", "207 V"), 8, {"below 207 V"});
  EXPECT_EQ(complaint(voltage("swell", "253.1 V")), "");
  expect_refused(voltage("swell", "253 V"), 8, {"above 253 V"});
  expect_refused(kHead + event("kind = \"sag\"\nphase = \"L1\""), 8,
                 {"phase", "expected l1, l2 or l3", "\"L1\""});
  expect_refused(voltage("sag", "-1 V"), 8, {"0 V to 1000 V"});
  expect_refused(voltage("swell", "1001 V"), 8, {"0 V to 1000 V"});
}

TEST_F(ScenarioFile, RefusesLoadsThatNoConnectionHas) {
  const auto load = [](const std::string& rest) { return kHead + "[[load]]\n" + rest + "\n"; };
  expect_refused(load("kind = \"fixed\"\nl1 = \"501 kW\""), 7, {"500 kW"});
  expect_refused(load("kind = \"fixed\"\nl1 = \"1 A\""), 7, {"l1"});
  expect_refused(load("kind = \"fixed\"\nq2 = \"-501 kvar\""), 7, {"500 kvar"});
  expect_refused(load("kind = \"household\"\npercent = -1"), 7, {"percent"});
  expect_refused(load("kind = \"sun\"\npeak = \"-4 kW\""), 7, {"peak"});
  expect_refused(load("kind = \"sun\"\nclouds = 101"), 7, {"100"});
  expect_refused(load("kind = \"sun\"\nphases = [\"l4\"]"), 7, {"l4"});
  expect_refused(load("kind = \"car\"\ncurrent = \"-16 A\""), 7, {"current"});
}

TEST_F(ScenarioFile, RefusesCurvesByFileAndLine) {
  const std::string table = kHead + "[[load]]\nkind = \"table\"\nfile = \"curve.csv\"\n";
  expect_refused(table, 7, {"curve.csv", "cannot be read"});
  write("curve.csv", "time,l1\n0,1\n20,2\n10,3\n");
  expect_refused(table, 7, {"curve.csv:4:1: "});
  write("curve.csv", "time,l1,l2,l3\n0,1,2,3\n20,2,,3\n30,1,2,3\n");
  expect_refused(table, 7, {"curve.csv:3:6: "});
  write("curve.csv", "time,l1,l2,l3\n0,1,2,3\n20,2,3\n30,1,2,3\n");
  expect_refused(table, 7, {"curve.csv:3:1: "});
  write("curve.csv", "time,l1\n0,600000\n60,0\n");
  expect_refused(table, 7, {"curve.csv:2:3: ", "500 kW"});
  write("curve.csv", "time,l1,l2,l3\n0,6,0,0.5\n60,0,0,0\n");
  expect_refused(table, 7, {"curve.csv:2:7: ", "no phase L3"}, "iskra-am550-1p");
}

TEST_F(ScenarioFile, ComplainsAboutEverythingAtOnce) {
  const std::string said = complaint(
      "[scenario]\ntitle = \"T\"\nvoltag = \"1 V\"\n[[load]]\nkind = \"car\"\n"
      "curent = \"16 A\"\n" +
      event("kind = \"sag\"\nphase = \"l9\"", "never"));
  for (const char* place : {"s.toml:3:", "s.toml:6:", "s.toml:8:", "s.toml:10:"}) {
    EXPECT_THAT(said, HasSubstr(place));
  }
  EXPECT_EQ(std::ranges::count(said, '\n'), 3);
}

TEST_F(ScenarioFile, SaysColumnsAndTomlErrorsToo) {
  EXPECT_THAT(complaint("[scenario]\ntitle = \"T\"\nstart = \"x\"\n"), StartsWith("s.toml:3:9: "));
  EXPECT_THAT(complaint("[scenario]\ntitle = \n"), StartsWith("s.toml:2:"));
}

TEST(Scenario, UnknownNamesAreSuggested) {
  const auto none = find_scenario("houshold", profile_named("iskra-am550"));
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("\"household\""));
  const auto gone = find_scenario("/nowhere/x.toml", profile_named("iskra-am550"));
  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error().message, HasSubstr("/nowhere/x.toml"));
}

TEST(Scenario, EveryShippedOneSuitsTheProfileItIsMadeFor) {
  const auto scenarios = list_scenarios();
  for (const char* named : {"household", "solar-day", "ev-evening", "power-failures", "dst-spring",
                            "dst-autumn", "new-year", "month-end-peak", "gas-exchange",
                            "unlinked-mbus", "message", "register-rollover", "meter-exchange",
                            "port-disabled", "p1reader", "readout-changes", "firmware-update"}) {
    EXPECT_TRUE(scenarios.contains(named)) << named;
  }
  for (const auto& [name, file] : scenarios) {
    const auto head = read_scenario_head(file);
    ASSERT_TRUE(head) << head.error().message;
    EXPECT_FALSE(head->title.empty()) << name;
    const std::string profile = head->made_for.empty() ? "iskra-am550" : head->made_for;
    const auto scenario = find_scenario(name, profile_named(profile));
    ASSERT_TRUE(scenario) << scenario.error().message;
    EXPECT_EQ(scenario->name, name);
    for (const Event& event : scenario->events) {
      EXPECT_GE(event.at, scenario->start) << name;
      EXPECT_LT(event.at, scenario->until.value_or(sys_seconds::max())) << name;
    }
  }
}

}  // namespace
}  // namespace p1rig::scenario_test
