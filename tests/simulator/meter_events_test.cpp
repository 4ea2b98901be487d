// What each event does to a meter, exactly: counters, logs, registers, devices, silence.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "simulator/meter/meter.h"
#include "simulator/render/render.h"
#include "tests/simulator/bitwise_crc.h"
#include "tests/simulator/small_profile.h"

namespace p1rig::meter_events_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;
using ::testing::AllOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;
using ::testing::Optional;

constexpr std::int64_t kWattHour = 3'600'000;  // mW s

// 2026-01-05 was a Monday; in the Netherlands it is 11:00.
constexpr sys_seconds kStart = sys_days{year{2026} / 1 / 5} + 10h;

std::shared_ptr<const Profile> profile_named(const std::string& name) {
  auto profile =
      name == "small" ? parse_profile("small.toml", test::small_profile()) : find_profile(name);
  EXPECT_TRUE(profile) << (profile ? "" : profile.error().message);
  return std::make_shared<const Profile>(std::move(*profile));
}

Load fixed(std::int64_t watts, sys_seconds from = kStart, sys_seconds until = sys_seconds::max()) {
  Load load;
  load.kind = FixedLoad{{{{watts * 1000, 0}, {}, {}}}};
  load.from = from;
  load.until = until;
  return load;
}

Event at(std::chrono::seconds after, decltype(Event::what) what) {
  Event event;
  event.at = kStart + after;
  event.what = std::move(what);
  return event;
}

/// A meter with 360 W on L1 from kStart on, which is 0.1 Wh a second.
struct Life {
  std::shared_ptr<const Profile> profile;
  std::shared_ptr<Scenario> scenario;
  std::unique_ptr<Meter> meter;

  explicit Life(std::vector<Event> events, const std::string& name = "small",
                std::vector<Load> loads = {fixed(360)}, sys_seconds start = kStart)
      : profile(profile_named(name)),
        scenario(std::make_shared<Scenario>(constant_load(*profile, start))) {
    scenario->loads = std::move(loads);
    scenario->events = std::move(events);
    begin();
  }

  /// Once more, after the scenario was changed.
  void begin() { meter = std::make_unique<Meter>(profile, scenario, 1); }

  MeterState at(std::chrono::seconds after) { return meter->at(kStart + after); }
  bool sends(std::chrono::seconds after) { return meter->sends_at(kStart + after); }
  bool supplies(std::chrono::seconds after) { return meter->supplies_at(kStart + after); }

  std::string telegram(sys_seconds t) {
    std::string text;
    render(profile->layout, meter->at(t), profile->zone, text);
    return text;
  }
  std::string telegram(std::chrono::seconds after) { return telegram(kStart + after); }
};

/// The line of an object without its line end; "" where there is none.
std::string line_of(std::string_view telegram, const std::string& code) {
  const auto begin = telegram.find("\n" + code + "(");
  if (begin == std::string_view::npos) return "";
  return std::string(telegram.substr(begin + 1, telegram.find("\r\n", begin) - begin - 1));
}

// --- power failures --------------------------------------------------------------------------

TEST(PowerFailure, IsSilentUntilTheMeterHasBooted) {
  Life life({at(1h, PowerFailureEvent{181s, 10s})});
  EXPECT_TRUE(life.sends(1h - 1s) && life.supplies(1h - 1s));
  EXPECT_FALSE(life.sends(1h) || life.supplies(1h));
  EXPECT_FALSE(life.sends(1h + 180s) || life.supplies(1h + 180s));
  EXPECT_TRUE(life.supplies(1h + 181s)) << "the +5 V is back before the meter";
  EXPECT_FALSE(life.sends(1h + 190s));
  EXPECT_TRUE(life.sends(1h + 191s));
}

TEST(PowerFailure, IsTheSameInWhateverOrderItIsAskedFor) {
  // Off the minute, so that nothing but the failure and the boot divides it.
  constexpr auto kFailure = 1h + 7s, kBooted = kFailure + 35s + 10s;
  Life life({at(kFailure, PowerFailureEvent{35s, 10s})});
  const auto expect = [&](std::chrono::seconds after) {
    EXPECT_EQ(life.sends(after), after < kFailure || after >= kBooted) << after.count();
  };
  for (auto after = 1h - 70s; after < 1h + 130s; after += 1s) expect(after);
  for (auto after = 1h + 130s; after > 1h - 70s; after -= 1s) expect(after);
  for (const auto after : {kBooted, kFailure, kBooted - 1s, kFailure - 1s}) {
    life.at(2h);  // what it is asked for in between changes nothing
    expect(after);
  }
}

TEST(PowerFailure, NothingFlowsMeanwhile) {
  Life life({at(1h, PowerFailureEvent{200s, 10s})});
  const MeterState dark = life.at(1h + 100s);
  for (const Quantity zero :
       {Quantity::kPowerImport, Quantity::kPowerImportL1, Quantity::kCurrentL1,
        Quantity::kVoltageL1, Quantity::kVoltageL3, Quantity::kFrequency}) {
    EXPECT_EQ(dark[zero], 0) << row_of(zero).name;
  }
  const auto registers = [&](std::chrono::seconds t) {
    return life.at(t)[Quantity::kEnergyImportT2] - 1'000'000 * kWattHour;
  };
  EXPECT_EQ(registers(1h), 360 * kWattHour);
  EXPECT_EQ(registers(1h + 200s), 360 * kWattHour);
  EXPECT_EQ(registers(1h + 210s), 361 * kWattHour) << "while it boots, the house draws power";
}

// Long is more than 180 s (DSMR-P3 4.2.2, 0-0:96.7.20).
TEST(PowerFailure, IsCountedAndLoggedWhenLong) {
  Life life({at(1h, PowerFailureEvent{1s, 10s}), at(2h, PowerFailureEvent{180s, 10s}),
             at(3h, PowerFailureEvent{181s, 10s})});
  const auto counted = [&](std::chrono::seconds t) {
    const MeterState state = life.at(t);
    return std::pair{state[Quantity::kFailuresShort], state[Quantity::kFailuresLong]};
  };
  EXPECT_EQ(counted(1h), std::pair(0L, 0L)) << "it is counted when it is over";
  EXPECT_EQ(counted(1h + 1s), std::pair(1L, 0L));
  EXPECT_EQ(counted(2h + 180s), std::pair(2L, 0L));
  EXPECT_EQ(counted(3h + 181s), std::pair(3L, 1L));
  EXPECT_EQ(life.at(4h).failures, (std::vector<Failure>{{kStart + 3h + 181s, 181}}));
}

TEST(PowerFailure, OneWithinAnotherMakesItLonger) {
  Life life({at(1h, PowerFailureEvent{100s, 10s}), at(1h + 60s, PowerFailureEvent{140s, 30s}),
             at(1h + 90s, PowerFailureEvent{5s, 20s})});
  EXPECT_FALSE(life.supplies(1h + 199s));
  EXPECT_TRUE(life.supplies(1h + 200s));
  EXPECT_FALSE(life.sends(1h + 219s));
  EXPECT_TRUE(life.sends(1h + 220s));
  EXPECT_EQ(life.at(2h).failures, (std::vector<Failure>{{kStart + 1h + 200s, 200}}));
  EXPECT_EQ(life.at(2h)[Quantity::kFailuresShort], 1);
}

// Twelve failures of 201, 202 … s, an hour apart: the log holds ten, in the order of the make.
TEST(PowerFailure, TheLogHoldsTheLastTen) {
  std::vector<Event> events;
  for (int i = 1; i <= 12; ++i)
    events.push_back(at(hours{i}, PowerFailureEvent{200s + 1s * i, 10s}));
  const std::map<std::string, bool> newest_first = {{"iskra-am550", false},
                                                    {"dsmr-5.0.2-example", true}};
  for (const auto& [profile, newest] : newest_first) {
    Life life(events, profile);
    std::string expected = "1-0:99.97.0(10)(0-0:96.7.19)";
    for (int i = 0; i < 10; ++i) {
      const int n = newest ? 12 - i : 3 + i;
      // It is 11:00 at the start; each ends 3 min and some seconds after the hour.
      char entry[64];
      const int day = 5 + (11 + n) / 24;
      std::snprintf(entry, sizeof entry, "(26010%d%02d03%02dW)(%010d*s)", day, (11 + n) % 24,
                    20 + n, 200 + n);
      expected += entry;
    }
    EXPECT_EQ(line_of(life.telegram(13h), "1-0:99.97.0"), expected) << profile;
  }
}

// --- sags and swells -------------------------------------------------------------------------

TEST(Sag, IsCountedFromThirtySecondsOn) {
  Life life({at(1h, VoltageEvent{0, 198'500, 29s}), at(2h, VoltageEvent{1, 198'500, 30s}),
             at(3h, VoltageEvent{1, 180'000, 77s}), at(4h, VoltageEvent{2, 256'200, 29s}),
             at(5h, VoltageEvent{2, 258'000, 30s})});
  const MeterState state = life.at(6h);
  EXPECT_EQ(state[Quantity::kSagsL1], 0);
  EXPECT_EQ(state[Quantity::kSagsL2], 2);
  EXPECT_EQ(state[Quantity::kSagsL3], 0);
  EXPECT_EQ(state[Quantity::kSagsL2Duration], 77);
  EXPECT_EQ(state[Quantity::kSagsL2Magnitude], 180'000);
  EXPECT_EQ(state[Quantity::kSwellsL1], 0);
  EXPECT_EQ(state[Quantity::kSwellsL3], 1);
  EXPECT_EQ(state[Quantity::kSwellsL3Duration], 30);
  EXPECT_EQ(state[Quantity::kSwellsL3Magnitude], 258'000);
  EXPECT_EQ(life.at(2h + 29s)[Quantity::kSagsL2], 0) << "it is counted when it is over";
  EXPECT_EQ(life.at(2h + 30s)[Quantity::kSagsL2], 1);
}

TEST(Sag, ShowsOnItsPhaseWhileItLasts) {
  Life life({at(1h, VoltageEvent{0, 190'000, 45s})});
  EXPECT_EQ(life.at(1h)[Quantity::kVoltageL1], 190'000);
  EXPECT_EQ(life.at(1h + 44s)[Quantity::kVoltageL1], 190'000);
  EXPECT_GT(life.at(1h + 45s)[Quantity::kVoltageL1], 225'000);
  EXPECT_GT(life.at(1h + 44s)[Quantity::kVoltageL2], 225'000);
  EXPECT_TRUE(life.sends(1h + 30s));
  // The same power at a lower voltage takes more current: 360 W / 190 V.
  EXPECT_EQ(life.at(1h)[Quantity::kCurrentL1], (360'000'000 + 95'000) / 190'000);
}

// --- messages --------------------------------------------------------------------------------

TEST(Message, IsShownInHexadecimalUntilCleared) {
  Life life({at(1h, MessageEvent{"Hi!", "01"}), at(2h, MessageEvent{})}, "dsmr-4.2.2-example");
  for (const auto& [after, text, code] :
       {std::tuple{1h - 1s, "", ""}, {1h - 0s, "486921", "3031"}, {2h - 0s, "", ""}}) {
    const std::string telegram = life.telegram(after);
    EXPECT_EQ(line_of(telegram, "0-0:96.13.0"), "0-0:96.13.0(" + std::string(text) + ")");
    EXPECT_EQ(line_of(telegram, "0-0:96.13.1"), "0-0:96.13.1(" + std::string(code) + ")");
  }
}

// --- the M-Bus: the small profile captures on the hour, and shows at once ----------------------

ScenarioDevice device(Medium medium, const std::string& id, std::int64_t reading,
                      std::int64_t use) {
  ScenarioDevice result;
  result.device.medium = medium;
  result.device.id = id;
  result.device.channel = 0;
  result.device.reading = reading;
  result.use = use;
  return result;
}

/// One gas meter at 500 m3 that counts 0.1 m3 in each hour.
Life with_gas(std::vector<Event> events, const std::string& profile = "small") {
  Life life(std::move(events), profile);
  life.scenario->devices = {device(Medium::kGas, "G1", 500'000'000, 100'000)};
  life.begin();
  return life;
}

/// "1 G1 10:00 500.1" and so on: channel, id, hour of the capture in UTC, m3.
std::vector<std::string> shown(const MeterState& state) {
  std::vector<std::string> list;
  for (const MbusDevice& device : state.devices) {
    const auto time = device.time ? *device.time - sys_days{year{2026} / 1 / 5} : -1s;
    char text[64];
    std::snprintf(text, sizeof text, "%d %s %02d:%02d %d.%d", device.channel, device.id.c_str(),
                  static_cast<int>(time / 1h), static_cast<int>(time % 1h / 1min),
                  static_cast<int>(device.reading / 1'000'000),
                  static_cast<int>(device.reading % 1'000'000 / 100'000));
    list.emplace_back(text);
  }
  return list;
}
using Shown = std::vector<std::string>;

TEST(Mbus, DevicesComeAndGo) {
  Life life = with_gas({at(90min, ConnectEvent{device(Medium::kWater, "W", 2'000'000, 300'000)}),
                        at(150min, DisconnectEvent{1}),
                        at(210min, ConnectEvent{device(Medium::kGas, "G2", 0, 200'000)})});
  EXPECT_EQ(shown(life.at(89min)), (Shown{"1 G1 11:00 500.1"}));
  EXPECT_EQ(shown(life.at(119min)), (Shown{"1 G1 11:00 500.1"})) << "nothing was captured of it";
  EXPECT_EQ(shown(life.at(120min)), (Shown{"1 G1 12:00 500.2", "2 W 12:00 2.3"}));
  EXPECT_EQ(shown(life.at(150min)), (Shown{"2 W 12:00 2.3"}));
  EXPECT_EQ(shown(life.at(210min)), (Shown{"2 W 13:00 2.6"}));
  EXPECT_EQ(shown(life.at(240min)), (Shown{"1 G2 14:00 0.2", "2 W 14:00 2.9"}))
      << "the first free channel";
}

TEST(Mbus, ExchangedOneStaysWithItsLastValueOrLeaves) {
  for (const bool stays : {true, false}) {
    Life life =
        with_gas({at(90min, ExchangeEvent{1, device(Medium::kGas, "G2", 0, 200'000), stays})});
    EXPECT_EQ(shown(life.at(90min - 1s)), (Shown{"1 G1 11:00 500.1"}));
    EXPECT_EQ(shown(life.at(180min)),
              stays ? (Shown{"1 G1 11:00 500.1", "2 G2 13:00 0.4"}) : (Shown{"1 G2 13:00 0.4"}));
  }
}

TEST(Mbus, LostRadioLeavesTheTimeBehindAndForgetsNothing) {
  Life life = with_gas({at(90min, RadioEvent{1, true}), at(210min, RadioEvent{1, false})});
  EXPECT_EQ(shown(life.at(120min)), (Shown{"1 G1 11:00 500.1"}));
  EXPECT_EQ(shown(life.at(239min)), (Shown{"1 G1 11:00 500.1"}));
  EXPECT_EQ(shown(life.at(240min)), (Shown{"1 G1 14:00 500.4"}));
}

TEST(Mbus, ClosedValveStopsTheReadingNotTheTime) {
  Life life = with_gas({at(90min, ValveEvent{1, 0}), at(210min, ValveEvent{1, 1})});
  EXPECT_EQ(life.at(89min).devices[0].valve, 1);
  EXPECT_EQ(life.at(90min).devices[0].valve, 0);
  EXPECT_EQ(shown(life.at(180min)), (Shown{"1 G1 13:00 500.1"}));
  EXPECT_EQ(shown(life.at(240min)), (Shown{"1 G1 14:00 500.2"}));
}

TEST(Mbus, ARegisterIsWrongForSomeCapturesAndComesBack) {
  Life life = with_gas({at(90min, ReadingEvent{1, 0, 2})});
  EXPECT_EQ(shown(life.at(120min)), (Shown{"1 G1 12:00 0.0"}));
  EXPECT_EQ(shown(life.at(180min)), (Shown{"1 G1 13:00 0.0"}));
  EXPECT_EQ(shown(life.at(240min)), (Shown{"1 G1 14:00 500.4"}));
}

TEST(Mbus, ARegisterJumpsAndCountsOn) {
  Life life = with_gas({at(90min, ReadingEvent{1, 700'000'000, 0})});
  EXPECT_EQ(shown(life.at(119min)), (Shown{"1 G1 11:00 500.1"}));
  EXPECT_EQ(shown(life.at(120min)), (Shown{"1 G1 12:00 700.1"}));
  EXPECT_EQ(shown(life.at(180min)), (Shown{"1 G1 13:00 700.2"}));
}

TEST(Mbus, ADevicesClockMayRunAheadOfTheMeters) {
  Life life = with_gas({at(90min, DeviceClockEvent{1, 7min}), at(150min, DeviceClockEvent{1, 0s})});
  EXPECT_EQ(shown(life.at(120min)), (Shown{"1 G1 12:07 500.2"}));
  EXPECT_EQ(shown(life.at(180min)), (Shown{"1 G1 13:00 500.3"}));
}

TEST(Grid, WithoutNeutralShowsNoVoltageOnL2WhileCurrentFlows) {
  const Load three = [] {
    Load load = fixed(0);
    load.kind = FixedLoad{{{{690'000, 0}, {690'000, 0}, {690'000, 0}}}};
    return load;
  }();
  Life life({at(1h, GridEvent{false}), at(2h, GridEvent{true})}, "small", {three});
  const MeterState state = life.at(90min);
  EXPECT_EQ(state[Quantity::kVoltageL2], 0);
  EXPECT_GT(state[Quantity::kVoltageL1], 220'000);
  EXPECT_GT(state[Quantity::kVoltageL3], 220'000);
  EXPECT_NEAR(static_cast<double>(state[Quantity::kCurrentL2]), 3000, 50) << "690 W at 230 V";
  EXPECT_EQ(state[Quantity::kPowerImportL2], 690'000);
  EXPECT_EQ(state[Quantity::kPowerImport], 3 * 690'000);
  EXPECT_EQ(life.at(2h)[Quantity::kEnergyImport] - life.at(1h)[Quantity::kEnergyImport],
            2'070 * kWattHour);
  EXPECT_EQ(life.at(110min)[Quantity::kAverageVoltageL2], 0);
  EXPECT_GT(life.at(2h)[Quantity::kVoltageL2], 220'000);
}

TEST(Mbus, NothingIsCapturedWithoutPower) {
  Life life = with_gas({at(90min, PowerFailureEvent{1h, 10s})});
  EXPECT_EQ(shown(life.at(155min)), (Shown{"1 G1 11:00 500.1"}));
  EXPECT_EQ(shown(life.at(180min)), (Shown{"1 G1 13:00 500.3"})) << "gas flows without power";
}

// --- the port, the clock, the meter ------------------------------------------------------------

TEST(Port, SwitchedOffIsSilentButSupplies) {
  Life life({at(1h, PortEvent{false}), at(2h, PortEvent{true})});
  EXPECT_TRUE(life.sends(1h - 1s));
  EXPECT_FALSE(life.sends(1h));
  EXPECT_FALSE(life.sends(2h - 1s));
  EXPECT_TRUE(life.sends(2h));
  EXPECT_TRUE(life.supplies(90min));
  EXPECT_EQ(life.at(2h)[Quantity::kEnergyImport], (1'000'000 + 720) * kWattHour);
}

TEST(Clock, UnsetIsWhatTheMeterPrintsThen) {
  Life life(
      {at(1h, ClockEvent{true, 0s}), at(2h, PowerFailureEvent{300s, 10s}), at(4h, ClockEvent{})},
      "iskra-am550");
  EXPECT_EQ(life.at(1h)[Quantity::kTime], kUnsetTime);
  EXPECT_EQ(line_of(life.telegram(1h), "0-0:1.0.0"), "0-0:1.0.0(700101010000W)");
  EXPECT_EQ(life.at(3h).failures, (std::vector<Failure>{{std::nullopt, 300}}));
  EXPECT_EQ(line_of(life.telegram(3h), "1-0:99.97.0"),
            "1-0:99.97.0(1)(0-0:96.7.19)(700101010000W)(0000000300*s)");
  EXPECT_EQ(life.at(3h).devices.at(0).time, std::nullopt);
  EXPECT_THAT(line_of(life.telegram(3h), "0-1:24.2.1"), HasSubstr("(700101010000W)"));
  EXPECT_EQ(line_of(life.telegram(4h), "0-0:1.0.0"), "0-0:1.0.0(260105150000W)");
  // Captured 3 to 15 s after the five minutes.
  const auto captured = life.at(4h + 15s).devices.at(0).time;
  EXPECT_THAT(captured, Optional(AllOf(Ge(kStart + 4h + 3s), Le(kStart + 4h + 15s))));
}

TEST(Clock, DeviatesInAllThatTheMeterSays) {
  Life life({at(1h, ClockEvent{false, -125s}), at(2h, PowerFailureEvent{300s, 10s})},
            "iskra-am550");
  EXPECT_EQ(line_of(life.telegram(1h - 1s), "0-0:1.0.0"), "0-0:1.0.0(260105115959W)");
  EXPECT_EQ(line_of(life.telegram(1h), "0-0:1.0.0"), "0-0:1.0.0(260105115755W)");
  EXPECT_EQ(life.at(3h).failures, (std::vector<Failure>{{kStart + 2h + 300s - 125s, 300}}));
  const auto five_before = kStart + 3h - 5min - 125s;
  EXPECT_THAT(life.at(3h).devices.at(0).time,
              Optional(AllOf(Ge(five_before + 3s), Le(five_before + 15s))));
}

TEST(MeterExchange, BringsANewMeterAfterAWhileWithoutSupply) {
  const MeterExchangeEvent exchange{
      {{Quantity::kMeterId, "E2"}, {Quantity::kEnergyImportT2, "0.004 kWh"}}, 25min};
  Life life({at(20min, VoltageEvent{0, 190'000, 40s}), at(30min, PowerFailureEvent{200s, 10s}),
             at(1h, exchange)},
            "small");
  const MeterState before = life.at(1h - 1s);
  EXPECT_EQ(before[Quantity::kFailuresLong], 1);
  EXPECT_EQ(before[Quantity::kSagsL1], 1);
  EXPECT_EQ(before.texts.at(Quantity::kMeterId), "E0026");
  EXPECT_TRUE(life.supplies(1h - 1s));
  EXPECT_FALSE(life.supplies(1h));
  EXPECT_FALSE(life.sends(85min - 1s));
  EXPECT_TRUE(life.supplies(85min) && life.sends(85min));

  const MeterState now = life.at(85min);
  EXPECT_EQ(now.texts.at(Quantity::kMeterId), "E2");
  EXPECT_EQ(now[Quantity::kEnergyImportT2], 4 * kWattHour) << "nothing flowed meanwhile";
  EXPECT_EQ(now[Quantity::kEnergyImport], 4 * kWattHour);
  EXPECT_EQ(now[Quantity::kEnergyImportT1], 0);
  for (const Quantity zero :
       {Quantity::kFailuresShort, Quantity::kFailuresLong, Quantity::kSagsL1,
        Quantity::kSagsL1Duration, Quantity::kSagsL1Magnitude, Quantity::kDemandMaxImport,
        Quantity::kDemandMaxImportT2, Quantity::kPeakPower}) {
    EXPECT_EQ(now[zero], 0) << row_of(zero).name;
  }
  EXPECT_TRUE(now.failures.empty());
  EXPECT_EQ(life.at(145min)[Quantity::kEnergyImportT2], 364 * kWattHour);
}

TEST(MeterExchange, ShowsItsOwnRegistersWhereTheyFollowInSteps) {
  Life life({at(30min, MeterExchangeEvent{{{Quantity::kEnergyImport, "7 kWh"}}, 10min})},
            "aidon-6534");
  EXPECT_EQ(line_of(life.telegram(40min), "1-0:1.8.0"), "1-0:1.8.0(00000007.000*kWh)");
}

TEST(Breaker, DisconnectsTheHouseNotTheMeter) {
  const auto state = [](const char* value) {
    return SetEvent{{{Quantity::kBreaker, value}, {Quantity::kLimitPower, "5 kW"}}};
  };
  Life life({at(1h, state("0")), at(2h, state("2")), at(3h, state("1"))});
  for (const auto after : {3600s, 7200s, 10'799s}) {
    const MeterState off = life.at(after);
    EXPECT_EQ(off[Quantity::kPowerImport], 0);
    EXPECT_EQ(off[Quantity::kCurrentL1], 0);
    EXPECT_GT(off[Quantity::kVoltageL1], 225'000);
    EXPECT_EQ(off[Quantity::kEnergyImport], (1'000'000 + 360) * kWattHour);
    EXPECT_EQ(off[Quantity::kLimitPower], 5'000'000);
    EXPECT_TRUE(life.sends(after));
  }
  EXPECT_EQ(life.at(2h)[Quantity::kBreaker], 2);
  EXPECT_EQ(life.at(3h)[Quantity::kPowerImport], 360'000);
  EXPECT_EQ(life.at(4h)[Quantity::kEnergyImport], (1'000'000 + 720) * kWattHour);
}

// --- tariffs and registers ---------------------------------------------------------------------

TEST(Registers, EveryTariffHasItsOwn) {
  for (int tariff = 1; tariff <= 5; ++tariff) {
    Life life({});
    life.scenario->calendar.periods = {{.begin = {}, .otherwise = tariff, .rules = {}}};
    life.begin();
    for (int other = 1; other <= 5; ++other) {
      const auto of =
          static_cast<Quantity>(static_cast<int>(Quantity::kEnergyImportT1) + other - 1);
      const std::int64_t start = other == 2 ? 1'000'000 : 0;
      EXPECT_EQ(life.at(1h)[of], (start + (other == tariff ? 360 : 0)) * kWattHour);
    }
  }
}

// 999999.990 kWh and 0.010 more, which 2.4 kW take 15 s for.
TEST(Registers, PassAllNinesAndBeginAgain) {
  const auto profile = profile_named("kaifa-ma304c");
  auto found = find_scenario("register-rollover", *profile);
  ASSERT_TRUE(found) << found.error().message;
  Life life({}, "kaifa-ma304c");
  *life.scenario = std::move(*found);
  life.begin();
  // Its start is 7:00 of a Monday: tariff 2.
  const sys_seconds start = life.scenario->start;
  EXPECT_EQ(line_of(life.telegram(start + 14s), "1-0:1.8.2"), "1-0:1.8.2(999999.999*kWh)");
  EXPECT_EQ(line_of(life.telegram(start + 15s), "1-0:1.8.2"), "1-0:1.8.2(000000.000*kWh)");
  EXPECT_EQ(line_of(life.telegram(start + 1h), "1-0:1.8.2"), "1-0:1.8.2(000002.390*kWh)");
  EXPECT_EQ(line_of(life.telegram(start + 1h), "0-0:96.7.21"), "0-0:96.7.21(99999)");
  EXPECT_EQ(line_of(life.telegram(start + 2h), "0-0:96.7.21"), "0-0:96.7.21(00000)");
}

TEST(Registers, OfAidonFollowOnTheHour) {
  Life life({}, "aidon-6534");
  const std::string ten = line_of(life.telegram(0s), "1-0:1.8.0");
  EXPECT_EQ(line_of(life.telegram(59min + 50s), "1-0:1.8.0"), ten);
  EXPECT_NE(line_of(life.telegram(1h), "1-0:1.8.0"), ten);
  EXPECT_EQ(line_of(life.telegram(30min), "1-0:1.7.0"), "1-0:1.7.0(0000.360*kW)");
}

// --- averages and peaks -------------------------------------------------------------------------

// Five minutes of 1 kW and five of 3 kW are ten of 2 kW.
TEST(Averages, OfLithuaniaAreOfTheLastWholeTenMinutes) {
  std::vector<Load> loads = {fixed(1000, kStart, kStart + 5min),
                             fixed(3000, kStart + 5min, kStart + 10min),
                             fixed(-1200, kStart + 10min, kStart + 15min)};
  Life life({}, "eso-maximum", loads);
  for (const auto after : {600s, 1199s}) {
    const std::string telegram = life.telegram(after);
    EXPECT_EQ(line_of(telegram, "1-0:1.24.0"), "1-0:1.24.0(02.000*kW)");
    EXPECT_EQ(line_of(telegram, "1-0:16.24.0"), "1-0:16.24.0(02.000*kW)");
  }
  const std::string later = life.telegram(20min);
  EXPECT_EQ(line_of(later, "1-0:1.24.0"), "1-0:1.24.0(00.000*kW)");
  EXPECT_EQ(line_of(later, "1-0:16.24.0"), "1-0:16.24.0(-00.600*kW)");
  EXPECT_EQ(line_of(later, "1-0:15.24.0"), "1-0:15.24.0(00.600*kW)");
}

TEST(Averages, OfTheVoltageAreOfTheLastWholeTenMinutes) {
  // 190 V for the whole of the second ten minutes, and for half of the fourth.
  Life life({at(10min, VoltageEvent{0, 190'000, 600s}), at(30min, VoltageEvent{0, 190'000, 300s})},
            "eso-maximum");
  EXPECT_GT(life.at(19min)[Quantity::kAverageVoltageL1], 225'000);
  EXPECT_EQ(life.at(20min)[Quantity::kAverageVoltageL1], 190'000);
  const std::int64_t half = life.at(40min)[Quantity::kAverageVoltageL1];
  EXPECT_GT(half, (190'000 + 228'000) / 2);
  EXPECT_LT(half, (190'000 + 232'000) / 2);
}

TEST(MonthPeak, ThirteenMonthsAreKeptOldestFirst) {
  // 100 W in the first month, 200 W in the second and so on, from
  // January 2025 to March 2026: fourteen months end, the first is forgotten.
  const auto utc = [](int y, int m) {
    // The first of a month at 0 h in Brussels.
    return sys_days{year{y} / m / 1} - (m >= 4 && m <= 10 ? 2h : 1h);
  };
  std::vector<TableLoad::Row> rows;
  for (int month = 0; month < 15; ++month) {
    rows.push_back(
        {utc(2025 + month / 12, month % 12 + 1), {{{100'000 * (month + 1), 0}, {}, {}}}});
  }
  rows.push_back({utc(2026, 4), {}});
  Load load;
  load.kind = TableLoad{rows};
  load.from = utc(2025, 1);
  Life life({}, "sagemcom-t211-d-emucs17", {load}, load.from);
  const sys_seconds now = utc(2026, 3) + days{10};
  std::string expected = "0-0:98.1.0(13)(1-0:1.6.0)(1-0:1.6.0)";
  for (int month = 1; month < 14; ++month) {
    // Printed at the end of the month: the first of the next. The first quarter of the month is the
    // first that is so high.
    const int next = month + 1;
    char entry[96];
    const auto season = [](int of) { return of % 12 >= 3 && of % 12 <= 9 ? 'S' : 'W'; };
    std::snprintf(entry, sizeof entry, "(%02d%02d01000000%c)(%02d%02d01001500%c)(%02d.%03d*kW)",
                  25 + next / 12, next % 12 + 1, season(next), 25 + month / 12, month % 12 + 1,
                  season(month), (month + 1) / 10, (month + 1) % 10 * 100);
    expected += entry;
  }
  const std::string telegram = life.telegram(now);
  EXPECT_EQ(line_of(telegram, "0-0:98.1.0"), expected);
  EXPECT_EQ(line_of(telegram, "1-0:1.6.0"), "1-0:1.6.0(260301001500W)(01.500*kW)");
  EXPECT_EQ(line_of(telegram, "1-0:1.4.0"), "1-0:1.4.0(00.000*kW)") << "a quarter begins";
  EXPECT_EQ(line_of(life.telegram(now + 450s), "1-0:1.4.0"), "1-0:1.4.0(00.750*kW)")
      << "half a quarter of 1.5 kW over the whole of it";
}

// March of 2026 has the change to summer time in it.
TEST(MonthList, OfHungaryIsTheRegistersAtTheMonthsEnd) {
  const sys_seconds start = sys_days{year{2026} / 3 / 30} + 10h;
  const sys_seconds april = sys_days{year{2026} / 3 / 31} + 22h;  // 0 h in Budapest
  Life life({}, "sagemcom-sag-eon",
            {fixed(2000, start, april), fixed(500, april, april + days{40})}, start);
  const auto at_first = line_of(life.telegram(start), "0-0:98.1.0");
  EXPECT_THAT(at_first, ::testing::StartsWith("0-0:98.1.0(260301000000W)(006173.921*kWh)"));
  EXPECT_EQ(line_of(life.telegram(april - 1s), "0-0:98.1.0"), at_first);
  // 36 hours of 2 kW; 0 h to 22 h of UTC+2 apart by tariffs.
  const std::string list = line_of(life.telegram(april), "0-0:98.1.0");
  EXPECT_THAT(list, ::testing::StartsWith("0-0:98.1.0(260401000000S)(006245.921*kWh)"));
  EXPECT_THAT(list, HasSubstr("*kWh)(02.000*kW)(02.000*kW)")) << "the highest demands of March";
  EXPECT_EQ(line_of(life.telegram(april + days{29}), "0-0:98.1.0"), list);
  EXPECT_EQ(life.meter->at(april + days{29})[Quantity::kDemandMaxImport], 500'000)
      << "of April alone";
}

// --- what the port shows -----------------------------------------------------------------------

std::string shown_by(const std::vector<std::string>& codes) {
  const auto profile = profile_named("sagemcom-smarty-lux");
  std::vector<Obis> readout;
  for (const std::string& code : codes) readout.push_back(parse_obis(code)->code);
  const auto shorter = with_readout(*profile, readout);
  EXPECT_TRUE(shorter) << (shorter ? "" : shorter.error().message);
  Life life({}, "sagemcom-smarty-lux");
  std::string text;
  render(shorter->layout, life.at(0s), shorter->zone, text);
  return text;
}

// The list is the operator's (LUX-P1 1.1.3 §3.2.3).
TEST(Readout, ShowsWhatIsListedAndTheMbusOnlyThen) {
  const std::string all = shown_by({});
  EXPECT_THAT(all, HasSubstr("\r\n0-1:24.2.1("));
  EXPECT_THAT(all, HasSubstr("\r\n0-4:24.2.1("));

  const std::string few = shown_by({"1-3:0.2.8", "1-0:2.8.0", "1-0:1.8.0"});
  std::string body = "/Lux5\\253694471_M\r\n\r\n" + line_of(all, "1-3:0.2.8") + "\r\n" +
                     line_of(all, "1-0:1.8.0") + "\r\n" + line_of(all, "1-0:2.8.0") + "\r\n!";
  char crc[8];
  std::snprintf(crc, sizeof crc, "%04X\r\n", unsigned{test::bitwise_crc(body)});
  EXPECT_EQ(few, body + crc);

  const std::string gas = shown_by({"1-3:0.2.8", "0-1:24.2.1"});
  EXPECT_EQ(line_of(gas, "0-1:24.2.1"), line_of(all, "0-1:24.2.1"));
  EXPECT_THAT(gas, Not(HasSubstr("0-1:96.1.0(")));
  EXPECT_THAT(gas, Not(HasSubstr("0-4:")));
}

// --- the clock of the wall ----------------------------------------------------------------------

TEST(WallClock, TwoTwiceInAutumnAndNeverInSpring) {
  const auto shows = [](const std::string& profile, sys_seconds t) {
    Life life({}, profile, {}, t - 1h);
    return line_of(life.telegram(t), "0-0:1.0.0");
  };
  const sys_seconds fold = sys_days{year{2026} / 10 / 25} + 30min;
  EXPECT_EQ(shows("iskra-am550", fold), "0-0:1.0.0(261025023000S)");
  EXPECT_EQ(shows("iskra-am550", fold + 1h), "0-0:1.0.0(261025023000W)");
  EXPECT_EQ(shows("landisgyr-e360-se", sys_days{year{2026} / 7 / 15} + 10h),
            "0-0:1.0.0(260715110000W)")
      << "Sweden stays on standard time";
  const sys_seconds gap = sys_days{year{2026} / 3 / 29};
  Life spring({}, "iskra-am550", {}, gap);
  EXPECT_EQ(line_of(spring.telegram(gap + 59min + 59s), "0-0:1.0.0"), "0-0:1.0.0(260329015959W)");
  EXPECT_EQ(line_of(spring.telegram(gap + 1h), "0-0:1.0.0"), "0-0:1.0.0(260329030000S)");
}

}  // namespace
}  // namespace p1rig::meter_events_test
