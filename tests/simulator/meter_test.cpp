#include "simulator/meter/meter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>

#include "tests/protocol/xorshift.h"
#include "tests/simulator/small_profile.h"

namespace p1rig::meter_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::int64_t kWattHour = 3'600'000;                       // mW s
constexpr sys_seconds kStart{std::chrono::seconds{1'767'225'600}};  // 2026-01-01T00:00:00Z

// L1 325 W and 48 var, L2 120 W and 21 var, L3 80 W and 9 var: 525 W and 78 var.
constexpr PhasePowers kLoad = {{{325'000, 48'000}, {120'000, 21'000}, {80'000, 9'000}}};

/// The small profile, changed so, with a load from kStart on. Tariff 2 is always active, and the
/// gas meter uses 0.216 m3 in each hour.
Meter test_meter(const std::function<void(Profile&)>& change = {}, PhasePowers power = kLoad) {
  auto profile = parse_profile("small.toml", test::small_profile());
  EXPECT_TRUE(profile) << profile.error().message;
  if (change) change(*profile);
  Scenario scenario;
  scenario.start = kStart;
  Load load;
  load.kind = FixedLoad{power};
  load.from = kStart;
  scenario.loads = {load};
  scenario.calendar.periods.push_back({.begin = {}, .otherwise = 2, .rules = {}});
  scenario.devices = {{profile->start.devices.front(), 216'000}};
  return {std::make_shared<const Profile>(std::move(*profile)),
          std::make_shared<const Scenario>(std::move(scenario)), 1};
}

TEST(Meter, StartsAtTheRegistersOfItsProfile) {
  const MeterState state = test_meter().at(kStart);
  EXPECT_EQ(state[Quantity::kTime], kStart.time_since_epoch().count());
  EXPECT_EQ(state[Quantity::kEnergyImportT1], 0);
  EXPECT_EQ(state[Quantity::kEnergyImportT2], 1'000'000 * kWattHour);
  EXPECT_EQ(state[Quantity::kTariff], 2);
  EXPECT_EQ(state.texts.at(Quantity::kMeterId), "E0026");
}

TEST(Meter, RegistersIntegrateTheLoadExactly) {
  Meter meter = test_meter();
  const MeterState state = meter.at(kStart + 1h);
  EXPECT_EQ(state[Quantity::kEnergyImportT2], (1'000'000 + 525) * kWattHour);
  EXPECT_EQ(state[Quantity::kEnergyImportT1], 0) << "tariff 2 is active";
  EXPECT_EQ(state[Quantity::kEnergyImport], (1'000'000 + 525) * kWattHour);
  EXPECT_EQ(state[Quantity::kEnergyAbsolute], (1'000'000 + 525) * kWattHour);
  EXPECT_EQ(state[Quantity::kEnergyExport], 0);
  EXPECT_EQ(state[Quantity::kEnergyExportT2], 0);
  EXPECT_EQ(state[Quantity::kReactiveImport], 78 * kWattHour);
  EXPECT_EQ(state[Quantity::kReactiveImportT2], 78 * kWattHour);
  EXPECT_EQ(state[Quantity::kReactiveQ1], 78 * kWattHour);
  EXPECT_EQ(state[Quantity::kReactiveQ4], 0);
  // One second is 525 W s; a week is 168 hours.
  EXPECT_EQ(meter.at(kStart + 1s)[Quantity::kEnergyImport], 1'000'000 * kWattHour + 525'000);
  EXPECT_EQ(meter.at(kStart + 168h)[Quantity::kEnergyImport], (1'000'000 + 168 * 525) * kWattHour);
}

TEST(Meter, ShowsTheLoadThatItIntegrates) {
  const MeterState state = test_meter().at(kStart + 1h);
  EXPECT_EQ(state[Quantity::kPowerImport], 525'000);
  EXPECT_EQ(state[Quantity::kPowerExport], 0);
  EXPECT_EQ(state[Quantity::kPowerImportL1], 325'000);
  EXPECT_EQ(state[Quantity::kPowerImportL2], 120'000);
  EXPECT_EQ(state[Quantity::kPowerImportL3], 80'000);
  EXPECT_EQ(state[Quantity::kReactivePowerImport], 78'000);
}

TEST(Meter, OnePhaseHasOneLoad) {
  Meter meter = test_meter([](Profile& profile) { profile.phases = 1; });
  const MeterState state = meter.at(kStart + 1h);
  EXPECT_EQ(state[Quantity::kPowerImport], 525'000) << "all loads hang on the one phase";
  EXPECT_EQ(state[Quantity::kPowerImportL1], 525'000);
  EXPECT_EQ(state[Quantity::kPowerImportL2], 0);
  EXPECT_EQ(state[Quantity::kVoltageL2], 0);
  EXPECT_EQ(state[Quantity::kCurrentL2], 0);
}

TEST(Meter, RegistersStandStillBeforeTheStart) {
  Meter meter = test_meter();
  const MeterState before = meter.at(kStart - 24h);
  EXPECT_EQ(before[Quantity::kTime], kStart.time_since_epoch().count());
  EXPECT_EQ(before[Quantity::kEnergyImportT2], 1'000'000 * kWattHour);
  EXPECT_EQ(before.devices[0].reading, 500'000'000);
}

TEST(Meter, AnyMomentCanBeAskedForInAnyOrder) {
  Meter meter = test_meter();
  std::vector<std::pair<sys_seconds, MeterState>> seen;
  test::Xorshift random(7);
  for (int i = 0; i < 40; ++i) {
    const sys_seconds t = kStart + std::chrono::seconds{random.below(4'000'000)};
    seen.emplace_back(t, meter.at(t));
  }
  std::ranges::sort(seen, {}, [](const auto& moment) { return moment.first; });
  for (const auto& [t, state] : seen) ASSERT_EQ(state, meter.at(t));
  for (std::size_t i = 1; i < seen.size(); ++i) {
    const auto& [before, earlier] = seen[i - 1];
    const auto& [after, later] = seen[i];
    const std::int64_t seconds = (after - before).count();
    ASSERT_EQ(later[Quantity::kEnergyImport] - earlier[Quantity::kEnergyImport], 525'000 * seconds);
    ASSERT_GE(later.devices[0].reading, earlier.devices[0].reading);
  }
}

TEST(Meter, RegistersByTheAlgebraicSumOrByEachPhase) {
  for (const bool each : {false, true}) {
    Meter meter = test_meter([=](Profile& profile) { profile.phases_each = each; },
                             {{{1'000'000, 0}, {-400'000, 0}, {}}});
    const MeterState state = meter.at(kStart + 1h);
    EXPECT_EQ(state[Quantity::kEnergyImport], (1'000'000 + (each ? 1000 : 600)) * kWattHour);
    EXPECT_EQ(state[Quantity::kEnergyExport], (each ? 400 : 0) * kWattHour);
    EXPECT_EQ(state[Quantity::kPowerImport], each ? 1'000'000 : 600'000);
    EXPECT_EQ(state[Quantity::kPowerExport], each ? 400'000 : 0);
  }
}

// Aidon's registers follow once an hour; its clock and its powers do not wait.
TEST(Meter, RegistersMayFollowInSteps) {
  Meter meter = test_meter([](Profile& profile) { profile.register_update = 1h; });
  const sys_seconds ten = kStart + 10h;
  EXPECT_EQ(meter.at(ten)[Quantity::kEnergyImport], 1'005'250 * kWattHour);
  const MeterState last = meter.at(ten + 59min + 59s);
  EXPECT_EQ(last[Quantity::kEnergyImport], 1'005'250 * kWattHour);
  EXPECT_EQ(last[Quantity::kTime], (ten + 59min + 59s).time_since_epoch().count());
  EXPECT_EQ(last[Quantity::kPowerImport], 525'000);
  EXPECT_EQ(meter.at(ten + 1h)[Quantity::kEnergyImport], 1'005'775 * kWattHour);
}

TEST(Meter, MbusReadingsAreThoseOfTheLastCapture) {
  Meter meter = test_meter();
  const sys_seconds ten = kStart + 10h;
  for (const sys_seconds t : {ten, ten + 59min + 59s}) {
    EXPECT_EQ(meter.at(t).devices[0].time, ten);
    EXPECT_EQ(meter.at(t).devices[0].reading, 500'000'000 + 10 * 216'000);
  }
  EXPECT_EQ(meter.at(ten + 1h).devices[0].time, ten + 1h);
  EXPECT_EQ(meter.at(ten + 1h).devices[0].reading, 500'000'000 + 11 * 216'000);
}

TEST(Meter, CapturesMayComeLaterAndShowLater) {
  Meter meter = test_meter([](Profile& profile) { profile.capture = {1h, 5min, 0s, 10min, 0}; });
  const sys_seconds ten = kStart + 10h;
  const MeterState before = meter.at(ten + 14min + 59s);
  EXPECT_EQ(before.devices[0].time, ten - 55min) << "that of 10:05 shows at 10:15";
  EXPECT_EQ(before.devices[0].reading, 500'000'000 + 10 * 216'000);
  const MeterState after = meter.at(ten + 15min);
  EXPECT_EQ(after.devices[0].time, ten + 5min);
  EXPECT_EQ(after.devices[0].reading, 500'000'000 + 11 * 216'000);
}

TEST(Meter, DemandIsTheEnergySoFarOverTheWholeQuarter) {
  Meter meter = test_meter();
  const sys_seconds ten = kStart + 10h;
  EXPECT_EQ(meter.at(ten)[Quantity::kDemandImport], 0);
  // Half a quarter of 525 W is 262.5 W.
  EXPECT_EQ(meter.at(ten + 7min + 30s)[Quantity::kDemandImport], 262'500);
  EXPECT_EQ(meter.at(ten + 7min + 30s)[Quantity::kDemandLastImport], 525'000);
  EXPECT_EQ(meter.at(ten)[Quantity::kDemandMaxImport], 525'000);
  EXPECT_EQ(meter.at(ten)[Quantity::kDemandExport], 0);
  EXPECT_EQ(meter.at(ten)[Quantity::kDemandPeriod], 900);
}

// AM550: captured 3 to 15 s after the five minutes, another time each.
TEST(Meter, CapturesSpreadOverSomeSeconds) {
  const auto spread = [](Profile& profile) {
    profile.capture.period = 5min;
    profile.capture.offset = 3s;
    profile.capture.spread = 12s;
  };
  Meter meter = test_meter(spread);
  std::set<std::int64_t> seconds_after;
  for (auto t = kStart; t < kStart + 24h; t += 5min) {
    const auto before = meter.at(t + 2s).devices.at(0).time;
    const auto after = meter.at(t + 15s).devices.at(0).time;
    ASSERT_TRUE(before && after);
    ASSERT_LT(*before, t);
    ASSERT_GE(*after, t + 3s);
    ASSERT_LE(*after, t + 15s);
    EXPECT_EQ(meter.at(*after).devices.at(0).time, after) << "it is shown when it is captured";
    if (t > kStart) {
      EXPECT_EQ(meter.at(*after - 1s).devices.at(0).time, before);
    }
    seconds_after.insert((*after - t).count());
  }
  EXPECT_EQ(seconds_after.size(), 13U) << "288 captures meet each of the thirteen seconds";
  // From any start the same.
  Meter again = test_meter(spread);
  EXPECT_EQ(again.at(kStart + 11h).devices.at(0).time, meter.at(kStart + 11h).devices.at(0).time);
}

}  // namespace
}  // namespace p1rig::meter_test
