// Events after which the same meter sends another telegram: the operator's list of objects, and firmware.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/scenario/device_list.h"
#include "simulator/scenario/scenario.h"
#include "tests/simulator/bitwise_crc.h"

namespace p1rig::meter_telegram_change_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A meter that lives through a scenario of a file, or of the text of one.
struct Life {
  std::shared_ptr<const Profile> profile;
  std::shared_ptr<const Scenario> scenario;
  std::unique_ptr<Meter> meter;

  Life(const std::string& name, const std::string& text) {
    auto found = find_profile(name);
    EXPECT_TRUE(found) << (found ? "" : found.error().message);
    const auto file = std::filesystem::path(::testing::TempDir()) /
                      ("p1rig-" + std::to_string(std::hash<std::string>{}(name + text)) + ".toml");
    std::ofstream(file) << text;
    auto loaded = text.find('\n') == std::string::npos ? find_scenario(text, *found)
                                                       : load_scenario(file, *found);
    std::filesystem::remove(file);
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
    profile = std::make_shared<const Profile>(with_readout(*found, loaded->readout).value());
    scenario = std::make_shared<const Scenario>(std::move(*loaded));
    begin();
  }

  void begin() { meter = std::make_unique<Meter>(profile, scenario, 7); }

  std::string rendered(sys_seconds t) {
    std::string text;
    const MeterState state = meter->at(t);
    const auto as = meter->profile_at(t);
    render(as->layout, state, as->zone, text);
    return text;
  }
  std::string printed(sys_seconds t) {
    std::string text;
    meter->print(t, text);
    return text;
  }
};

std::vector<std::string> codes_of(const std::string& telegram) {
  std::vector<std::string> codes;
  std::istringstream lines(telegram);
  for (std::string line; std::getline(lines, line);) {
    if (std::isdigit(static_cast<unsigned char>(line[0])) != 0) {
      codes.push_back(line.substr(0, line.find('(')));
    }
  }
  return codes;
}

std::string value_of(const std::string& telegram, const std::string& code) {
  const auto begin = telegram.find("\n" + code + "(");
  if (begin == std::string::npos) return "";
  return telegram.substr(begin + 1 + code.size(),
                         telegram.find("\r\n", begin) - begin - 1 - code.size());
}

void expect_right_crc(const std::string& telegram) {
  const auto end = telegram.rfind('!');
  char crc[8];
  std::snprintf(crc, sizeof crc, "%04X\r\n",
                unsigned{test::bitwise_crc(telegram.substr(0, end + 1))});
  EXPECT_EQ(telegram.substr(end + 1), crc);
}

// --- the operator's list -------------------------------------------------------------------------

constexpr sys_seconds kNight = sys_days{year{2026} / 4 / 14};

TEST(ReadoutEvent, ShowsTheObjectsOfEachListFromItsSecondOn) {
  Life life("sagemcom-smarty-lux", "readout-changes");
  const std::string all = life.rendered(kNight + 29min + 59s);
  const std::string fewer = life.rendered(kNight + 30min);
  std::vector<std::string> expected = codes_of(all);
  for (const char* gone : {"1-0:32.7.0", "1-0:52.7.0", "1-0:72.7.0", "0-1:24.2.1"}) {
    EXPECT_NE(value_of(all, gone), "") << gone;
    std::erase(expected, gone);
  }
  EXPECT_EQ(codes_of(fewer), expected);
  expect_right_crc(fewer);
  EXPECT_THAT(fewer, StartsWith("/Lux5\\253694471_M\r\n\r\n1-3:0.2.8(42)\r\n"));
  const std::string again = life.rendered(kNight + 2h + 15min + 30s);
  EXPECT_NE(value_of(again, "1-0:32.7.0"), "");
  EXPECT_EQ(value_of(again, "1-0:52.7.0"), "");
  EXPECT_NE(value_of(again, "0-1:24.2.1"), "");
  EXPECT_EQ(codes_of(life.rendered(kNight + 10h)),
            (std::vector<std::string>{"1-3:0.2.8", "0-0:1.0.0", "0-0:42.0.0"}));
  EXPECT_EQ(codes_of(life.rendered(kNight + 14h)), codes_of(all));
}

// What is not shown is counted: nothing but the list changes.
TEST(ReadoutEvent, ChangesNothingThatTheMeterCounts) {
  Life life("sagemcom-smarty-lux", "readout-changes");
  Life plain("sagemcom-smarty-lux", "readout-changes");
  auto none = *plain.scenario;
  none.events.clear();
  plain.scenario = std::make_shared<const Scenario>(std::move(none));
  plain.begin();
  for (const sys_seconds t : {kNight + 31min, kNight + 11h, kNight + 15h}) {
    EXPECT_EQ(life.meter->at(t), plain.meter->at(t));
  }
  EXPECT_EQ(life.rendered(kNight + 15h), plain.rendered(kNight + 15h));
}

// The list of the scenario's head is where the events begin.
TEST(ReadoutEvent, GoesOnFromTheListOfTheStart) {
  Life life("sagemcom-smarty-lux",
            "[scenario]\ntitle = \"T\"\nstart = \"2026-04-14T00:00:00Z\"\n"
            "readout = [\"1-3:0.2.8\", \"1-0:1.8.0\"]\n"
            "[[event]]\nat = \"2026-04-14T01:00:00Z\"\nkind = \"readout\"\nadd = [\"1-0:2.8.0\"]\n"
            "[[event]]\nat = \"2026-04-14T02:00:00Z\"\nkind = \"readout\"\n"
            "remove = [\"1-0:1.8.0\"]\nadd = [\"0-0:1.0.0\"]\n");
  EXPECT_EQ(codes_of(life.rendered(kNight)), (std::vector<std::string>{"1-3:0.2.8", "1-0:1.8.0"}));
  EXPECT_EQ(codes_of(life.rendered(kNight + 1h)),
            (std::vector<std::string>{"1-3:0.2.8", "1-0:1.8.0", "1-0:2.8.0"}));
  EXPECT_EQ(codes_of(life.rendered(kNight + 2h)),
            (std::vector<std::string>{"1-3:0.2.8", "0-0:1.0.0", "1-0:2.8.0"}));
}

// What costs time to follow is followed where it is shown later: values of the month before, averages of
// apparent power.
TEST(ReadoutEvent, ShowsWhatWasMeasuredWhileItWasNotShown) {
  const std::string start = "[scenario]\ntitle = \"T\"\nstart = \"2026-01-20T00:00:00Z\"\n";
  const std::string load = "[[load]]\nkind = \"fixed\"\nl1 = \"2 kW\"\nq1 = \"900 var\"\n";
  for (const char* name : {"sagemcom-sag-eon", "eso-maximum"}) {
    Life all(name, start + load);
    Life later(name, start + "readout = [\"0-0:1.0.0\"]\n" + load +
                         "[[event]]\nat = \"2026-03-02T00:00:00Z\"\nkind = \"readout\"\n");
    const sys_seconds t = sys_days{year{2026} / 3 / 2} + 7min;
    EXPECT_EQ(codes_of(later.rendered(t - 8min)), (std::vector<std::string>{"0-0:1.0.0"})) << name;
    EXPECT_EQ(later.rendered(t), all.rendered(t)) << name;
  }
}

// --- firmware ----------------------------------------------------------------------------------

constexpr sys_seconds kFirst = sys_days{year{2023} / 12 / 5} + 2h + 13min;
constexpr sys_seconds kSecond = sys_days{year{2023} / 12 / 6} + 1h + 40min + 30s;

TEST(FirmwareEvent, ChangesTheTelegramAndNothingThatWasCounted) {
  Life life("sagemcom-t211-d-emucs14", "firmware-update");
  const std::string before = life.rendered(kFirst - 1s), after = life.rendered(kFirst + 50s);
  EXPECT_THAT(before, StartsWith("/FLU5\\253769418_A\r\n\r\n0-0:96.1.4(50213)\r\n"));
  EXPECT_THAT(after, StartsWith("/FLU5\\253769418_A\r\n\r\n0-0:96.1.4(50216)\r\n"));
  EXPECT_EQ(value_of(before, "1-0:21.7.0"), "");
  EXPECT_THAT(value_of(after, "1-0:31.7.0"),
              ::testing::MatchesRegex("\\([0-9]{3}\\.[0-9]{2}\\*A\\)"));
  expect_right_crc(after);
  for (const char* same : {"0-0:96.1.1", "0-1:96.1.1", "0-1:24.2.3", "1-0:31.4.0"}) {
    EXPECT_EQ(value_of(before, same), value_of(after, same)) << same;
  }
  EXPECT_EQ(value_of(after, "0-2:24.1.0"), "") << "the water meter is of the other profile's house";
  const MeterState state = life.meter->at(kFirst - 1s), later = life.meter->at(kFirst + 50s);
  const std::int64_t grown = later[Quantity::kEnergyImport] - state[Quantity::kEnergyImport];
  EXPECT_GT(grown, 0);
  EXPECT_LT(grown, 51 * std::int64_t{10'000'000}) << "51 s of less than 10 kW";
  const std::string last = life.rendered(kSecond + 50s);
  EXPECT_THAT(last, HasSubstr("\r\n0-0:96.1.4(50217)\r\n"));
  EXPECT_THAT(value_of(last, "1-0:1.6.0"), ::testing::StartsWith("(231205"))
      << "the peak of the month was measured by the firmware before";
}

TEST(FirmwareEvent, IsSilentWhileItStartsAndKeepsItsSupply) {
  Life life("sagemcom-t211-d-emucs14", "firmware-update");
  Meter& meter = *life.meter;
  EXPECT_TRUE(meter.sends_at(kFirst - 1s));
  EXPECT_FALSE(meter.sends_at(kFirst));
  EXPECT_FALSE(meter.sends_at(kFirst + 49s));
  EXPECT_TRUE(meter.supplies_at(kFirst + 20s)) << "the +5 V does not come from the firmware";
  EXPECT_TRUE(meter.sends_at(kFirst + 50s));
  EXPECT_EQ(life.meter->at(kFirst + 50s)[Quantity::kFailuresShort],
            life.meter->at(kFirst - 1s)[Quantity::kFailuresShort])
      << "it is no power failure";
}

const std::string kHead = "[scenario]\ntitle = \"T\"\nstart = \"2026-04-14T00:00:00Z\"\n";

std::string at(const std::string& time, const std::string& rest) {
  return "[[event]]\nat = \"" + time + "\"\n" + rest + "\n";
}

// A value that was given is given, be it 0: an open breaker stays open.
TEST(FirmwareEvent, LeavesWhatTheScenarioSetToNothing) {
  const std::string load = "[[load]]\nkind = \"fixed\"\nl1 = \"2 kW\"\n";
  const std::string given =
      at("2026-04-14T00:30:00Z", "kind = \"breaker\"\nstate = 0") +
      at("2026-04-14T00:31:00Z", "kind = \"set\"\nvalues = { \"limit.power\" = \"0 kW\" }");
  const std::string update =
      at("2026-04-14T01:00:00Z", "kind = \"firmware\"\nprofile = \"sagemcom-t211-d-emucs17\"");
  Life life("sagemcom-t211-d-dutch-layout", kHead + load + given + update);
  const MeterState after = life.meter->at(kNight + 1h);
  EXPECT_EQ(after[Quantity::kBreaker], 0);
  EXPECT_EQ(after[Quantity::kPowerImport], 0) << "the house is disconnected";
  EXPECT_EQ(value_of(life.rendered(kNight + 1h), "0-0:96.3.10"), "(0)");
  EXPECT_EQ(value_of(life.rendered(kNight + 1h), "0-0:17.0.0"), "(000.0*kW)");
  Life plain("sagemcom-t211-d-dutch-layout", kHead + load + update);
  EXPECT_EQ(value_of(plain.rendered(kNight + 1h), "0-0:17.0.0"), "(999.9*kW)");
}

// The firmware that is being written is not written faster because the power fails; another meter has
// nothing to do with it.
TEST(FirmwareEvent, StaysSilentThroughAPowerFailure) {
  const std::string update = at(
      "2026-04-14T01:00:00Z", "kind = \"firmware\"\nidentification = 'FLU5X'\nduration = \"5min\"");
  Life life("sagemcom-t211-d-emucs17",
            kHead + update +
                at("2026-04-14T01:01:00Z",
                   "kind = \"power-failure\"\nduration = \"20s\"\nboot = \"10s\""));
  EXPECT_FALSE(life.meter->sends_at(kNight + 1h + 91s));
  EXPECT_FALSE(life.meter->sends_at(kNight + 1h + 5min - 1s));
  EXPECT_TRUE(life.meter->sends_at(kNight + 1h + 5min));
  for (const char* duration : {"0s", "60s"}) {
    Life another("sagemcom-t211-d-emucs17",
                 kHead + update +
                     at("2026-04-14T01:01:00Z",
                        "kind = \"meter-exchange\"\nduration = \"" + std::string(duration) + "\""));
    EXPECT_TRUE(another.meter->sends_at(kNight + 1h + 2min)) << duration;
  }
}

TEST(FirmwareEvent, OfAnotherIdentificationAloneChangesThatAlone) {
  const std::string rename =
      at("2026-04-14T01:00:00Z", "kind = \"firmware\"\nidentification = 'ISK5\\2{x}-2'");
  Life life("iskra-am550", kHead + rename);
  const std::string other = life.rendered(kNight + 1h);
  EXPECT_THAT(other, StartsWith("/ISK5\\2{x}-2\r\n\r\n1-3:0.2.8(50)\r\n"));
  EXPECT_EQ(codes_of(other), codes_of(life.rendered(kNight)));
  EXPECT_TRUE(life.meter->sends_at(kNight + 1h)) << "without a duration it is not silent";
  expect_right_crc(other);
  Life given("eso-maximum", kHead +
                                at("2026-04-14T00:30:00Z",
                                   "kind = \"set\"\nvalues = { \"firmware.version\" = \"1234\" }") +
                                rename);
  EXPECT_EQ(given.meter->at(kNight + 1h).texts.at(Quantity::kFirmwareVersion), "1234");
}

// The operator's list outlives the firmware.
TEST(FirmwareEvent, LeavesTheListOfObjectsAsItIs) {
  const std::string ident = "identification = 'FLU5\\253769284_A'\n";
  Life life("sagemcom-t211-d-emucs16",
            kHead + at("2026-04-14T01:00:00Z", "kind = \"readout\"\nremove = [\"1-0:1.7.0\"]") +
                at("2026-04-14T02:00:00Z",
                   "kind = \"firmware\"\nprofile = \"sagemcom-t211-d-emucs17\"\n" + ident) +
                at("2026-04-14T03:00:00Z", "kind = \"readout\"\nremove = [\"1-0:1.4.0\"]") +
                at("2026-04-14T04:00:00Z", "kind = \"readout\""));
  EXPECT_EQ(value_of(life.rendered(kNight + 2h), "1-0:1.7.0"), "");
  EXPECT_NE(value_of(life.rendered(kNight + 2h), "1-0:1.4.0"), "");
  EXPECT_EQ(value_of(life.rendered(kNight + 3h), "1-0:1.4.0"), "");
  const std::string all = life.rendered(kNight + 4h);
  EXPECT_NE(value_of(all, "1-0:1.4.0"), "");
  EXPECT_NE(value_of(all, "1-0:1.7.0"), "");
  EXPECT_THAT(all, StartsWith("/FLU5\\253769284_A\r\n"));
}

// What only the new firmware shows it has from the profile, if nothing else gave it a value.
TEST(FirmwareEvent, BringsWhatTheOneBeforeDidNotShow) {
  const auto emucs21 = find_profile("sagemcom-t211-d-emucs21");
  ASSERT_TRUE(emucs21);
  const std::string update =
      at("2026-04-14T01:00:00Z", "kind = \"firmware\"\nprofile = \"sagemcom-t211-d-emucs21\"");
  Life life("sagemcom-t211-d-emucs17", kHead + update);
  const MeterState before = life.meter->at(kNight), after = life.meter->at(kNight + 1h);
  EXPECT_EQ(before.texts.contains(Quantity::kMeterEan), false);
  EXPECT_EQ(after.texts.at(Quantity::kMeterEan).size(),
            emucs21->start.texts.at(Quantity::kMeterEan).size());
  EXPECT_EQ(after.texts.at(Quantity::kMeterId), before.texts.at(Quantity::kMeterId));
  EXPECT_EQ(after[Quantity::kLimitPower], before[Quantity::kLimitPower]);
  EXPECT_EQ(after[Quantity::kGridConfiguration], emucs21->start[Quantity::kGridConfiguration]);
  Life given("sagemcom-t211-d-emucs17",
             kHead + "[values]\n\"meter.ean\" = \"541448860000000012\"\n" + update);
  EXPECT_EQ(given.meter->at(kNight + 1h).texts.at(Quantity::kMeterEan), "541448860000000012");
}

// --- whatever way it is asked --------------------------------------------------------------------

/// Both change what the port shows: the fast printer, which goes on from second to second, follows.
TEST(TelegramChange, IsPrintedAsItIsRendered) {
  for (const auto& [profile, scenario, changes] :
       {std::tuple{"sagemcom-smarty-lux", "readout-changes",
                   std::vector{kNight + 30min, kNight + 10h, kNight + 14h}},
        std::tuple{"sagemcom-t211-d-emucs14", "firmware-update", std::vector{kFirst, kSecond}}}) {
    Life printing(profile, scenario), rendering(profile, scenario);
    for (const sys_seconds change : changes) {
      for (sys_seconds t = change - 90s; t < change + 90s; t += 1s) {
        ASSERT_EQ(printing.printed(t), rendering.rendered(t)) << scenario;
      }
    }
    // And back: the printer knows the telegram that it printed last.
    EXPECT_EQ(printing.printed(changes[0] - 1s), rendering.rendered(changes[0] - 1s));
    EXPECT_EQ(printing.printed(changes[0]), rendering.rendered(changes[0]));
  }
}

TEST(TelegramChange, IsTheSameInWhateverOrderItIsAskedFor) {
  Life forward("sagemcom-t211-d-emucs14", "firmware-update");
  std::map<sys_seconds, std::string> telegrams;
  for (sys_seconds t = kFirst - 2h; t < kSecond + 2h; t += 17min)
    telegrams[t] = forward.rendered(t);
  Life backward("sagemcom-t211-d-emucs14", "firmware-update");
  for (auto it = telegrams.rbegin(); it != telegrams.rend(); ++it) {
    ASSERT_EQ(backward.rendered(it->first), it->second);
  }
}

/// Over years in which whole days are counted by their kinds, with a profile that shows more than the
/// one before: month peaks, a register an hour, values of the month before.
TEST(TelegramChange, IsLeaptToAsItIsSteppedTo) {
  const std::string load = "[[load]]\nkind = \"household\"\n";
  const std::string start = "[scenario]\ntitle = \"T\"\nstart = \"2025-12-20T05:00:07Z\"\n" + load;
  struct Change {
    const char* profile;
    std::string events;
  };
  const std::vector<Change> changes = {
      {"sagemcom-t211-d-emucs14",
       at("2026-02-03T01:00:00Z",
          "kind = \"firmware\"\nprofile = \"sagemcom-t211-d-emucs17\"\nduration = \"90s\"")},
      {"sagemcom-smarty-lux",
       at("2026-01-15T22:00:00Z", "kind = \"readout\"\nobjects = [\"1-3:0.2.8\", \"1-0:1.8.0\"]") +
           at("2026-02-15T22:00:00Z", "kind = \"readout\"")},
      {"sagemcom-sag-eon",
       at("2025-12-21T01:00:00Z", "kind = \"readout\"\nremove = [\"0-0:98.1.0\"]") +
           at("2026-02-10T01:00:00Z", "kind = \"readout\"\nadd = [\"0-0:98.1.0\"]")},
      {"eso-standard",
       at("2026-02-03T01:00:00Z", "kind = \"firmware\"\nprofile = \"eso-maximum\"")},
      {"aidon-6534",
       at("2026-02-03T01:17:00Z", "kind = \"firmware\"\nprofile = \"landisgyr-e360-se\"")},
      {"landisgyr-e360-se",
       at("2026-02-03T01:17:00Z", "kind = \"firmware\"\nprofile = \"aidon-6534\"")}};
  for (const Change& change : changes) {
    Life stepping(change.profile, start + change.events);
    sys_seconds t = stepping.scenario->start;
    for (int day = 1; day <= 75; ++day) {
      t += days{1} + 997s;
      const std::string stepped = stepping.rendered(t);
      if (day % 5 != 0) continue;
      Life leaping(change.profile, start + change.events);
      ASSERT_EQ(leaping.rendered(t), stepped) << change.profile << ", day " << day;
      ASSERT_EQ(leaping.meter->at(t), stepping.meter->at(t)) << change.profile << ", day " << day;
    }
  }
}

/// A meter that has lived since 2000 is asked for 2060 at once.
TEST(TelegramChange, IsThereAfterDecades) {
  const std::string text =
      "[scenario]\ntitle = \"T\"\n[[load]]\nkind = \"household\"\n" +
      at("2031-05-06T01:00:00Z", "kind = \"firmware\"\nprofile = \"sagemcom-t211-d-emucs17\"");
  Life life("sagemcom-t211-d-emucs16", text);
  const sys_seconds t = sys_days{year{2060} / 3 / 1} + 12h;
  const std::string telegram = life.printed(t);
  EXPECT_THAT(telegram, HasSubstr("\r\n0-0:96.1.4(50217)\r\n"));
  EXPECT_THAT(telegram, HasSubstr("\r\n0-0:98.1.0(13)"));
  EXPECT_LT(life.meter->effort(), 100'000U);
  EXPECT_THAT(life.printed(sys_days{year{2031} / 5 / 6}), HasSubstr("\r\n0-0:96.1.4(50216)\r\n"));
}

TEST(TelegramChange, OfADeviceListKnowsItsMedia) {
  Life life("sagemcom-t211-d-emucs16", "firmware-update");
  Scenario scenario = *life.scenario;
  std::vector<ScenarioDevice> devices(1);
  devices[0].device.medium = Medium::kCold;
  auto& firmware = std::get<FirmwareEvent>(scenario.events.at(0).what);
  auto without = *firmware.profile;
  without.mbus_text[static_cast<std::size_t>(Medium::kCold)].clear();
  firmware.profile = std::make_shared<const Profile>(without);
  const auto refused = set_devices(devices, scenario);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("[mbus.cold]"));
}

}  // namespace
}  // namespace p1rig::meter_telegram_change_test
