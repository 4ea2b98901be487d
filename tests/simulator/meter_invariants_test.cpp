// What a utility engineer would check on any meter, over every shipped scenario: registers never
// fall, energies are the integral of power, times go forward.

#include "tests/simulator/meter_invariants.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/scenario/load.h"
#include "simulator/scenario/scenario.h"

namespace p1rig::meter_invariants_test {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using test::expect_only_forward;
using test::expect_voltage_times_current;
using test::printed;

// One profile of each dialect.
constexpr const char* kProfiles[] = {"iskra-mt382",
                                     "dsmr-3.0-example",
                                     "kaifa-ma304",
                                     "kaifa-ma304c",
                                     "iskra-am550",
                                     "sagemcom-t211-d-emucs14",
                                     "sagemcom-t211-d-emucs17",
                                     "sagemcom-t211-d-emucs21",
                                     "sagemcom-smarty-lux",
                                     "landisgyr-e360-se",
                                     "sagemcom-sag-eon",
                                     "eso-maximum",
                                     "sagemcom-t210-d-r",
                                     "sagemcom-xt211"};

sys_seconds at(std::int64_t seconds_since_1970) { return sys_seconds{seconds{seconds_since_1970}}; }

std::shared_ptr<const Profile> profile_named(const std::string& name) {
  auto profile = find_profile(name);
  if (!profile) ADD_FAILURE() << profile.error().message;
  return std::make_shared<const Profile>(std::move(*profile));
}

struct Life {
  std::shared_ptr<const Profile> profile;
  std::shared_ptr<const Scenario> scenario;
  sys_seconds from, until;

  Meter meter(std::uint64_t seed = 1) const { return {profile, scenario, seed}; }
};

/// The scenario lived through by the profile; nothing where it asks for what the meter has not.
std::optional<Life> life_of(const std::string& profile_name, const std::string& scenario_name) {
  auto profile = profile_named(profile_name);
  auto scenario = find_scenario(scenario_name, *profile);
  if (!scenario) return std::nullopt;
  const sys_seconds from = scenario->window_from(at(1'780'000'000));
  const sys_seconds until = scenario->until.value_or(from + std::chrono::days{1});
  return Life{profile, std::make_shared<const Scenario>(std::move(*scenario)), from, until};
}

bool exchanges_meter(const Scenario& scenario) {
  return std::ranges::any_of(scenario.events, [](const Event& event) {
    return std::holds_alternative<MeterExchangeEvent>(event.what);
  });
}

/// Every hour of the window and every second around each event.
std::vector<sys_seconds> moments_of(const Life& life) {
  std::vector<sys_seconds> moments;
  for (auto t = life.from; t <= life.until; t += std::chrono::hours{1}) moments.push_back(t);
  for (const Event& event : life.scenario->events) {
    seconds after{5};
    if (const auto* failure = std::get_if<PowerFailureEvent>(&event.what))
      after += failure->duration;
    for (auto t = event.at - seconds{3}; t <= event.at + after; t += seconds{1}) {
      if (t >= life.from) moments.push_back(t);
    }
  }
  std::ranges::sort(moments);
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  return moments;
}

TEST(MeterInvariants, EveryScenarioOnEveryDialect) {
  int lives = 0;
  for (const char* profile : kProfiles) {
    for (const auto& [scenario, file] : list_scenarios()) {
      const auto life = life_of(profile, scenario);
      if (!life) continue;
      ++lives;
      Meter meter = life->meter();
      std::optional<MeterState> before;
      for (const sys_seconds t : moments_of(*life)) {
        const std::string where = std::string(profile) + " in " + scenario + " at " +
                                  std::to_string(t.time_since_epoch().count());
        const MeterState now = meter.at(t);
        if (before && !exchanges_meter(*life->scenario)) expect_only_forward(*before, now, where);
        expect_voltage_times_current(now, where);
        if (HasFatalFailure()) return;
        before = now;
      }
    }
  }
  // Most meters can live through most scenarios; a sweep that skips them all proves nothing.
  EXPECT_GT(lives, 14 * 8);
}

TEST(MeterInvariants, SteppingAndAskingDirectlyAgree) {
  for (const char* scenario :
       {"power-failures", "gas-exchange", "month-end-peak", "meter-exchange"}) {
    for (const char* profile : {"iskra-am550", "sagemcom-t211-d-emucs17", "sagemcom-sag-eon"}) {
      const auto life = life_of(profile, scenario);
      if (!life) continue;
      Meter stepping = life->meter();
      Meter jumping = life->meter();
      const seconds stride{(life->until - life->from) / 7 - seconds{13}};
      // The jumping meter is asked from the end to the start, so that it always starts again.
      std::vector<MeterState> stepped;
      for (auto t = life->from; t < life->until; t += stride) {
        for (auto between = t - std::min(stride, seconds{600}); between < t;
             between += seconds{7}) {
          stepping.at(between);
        }
        stepped.push_back(stepping.at(t));
      }
      for (std::size_t i = stepped.size(); i-- > 0;) {
        EXPECT_EQ(jumping.at(life->from + stride * static_cast<int>(i)), stepped[i])
            << profile << " in " << scenario << ", " << i;
      }
    }
  }
}

/// Powers of every second, from the states themselves, against the energy between first and last.
TEST(MeterInvariants, EnergyIsTheIntegralOfPower) {
  for (const char* profile : {"iskra-am550", "landisgyr-e360-se", "eso-maximum"}) {
    const auto life = life_of(profile, "solar-day");
    ASSERT_TRUE(life);
    Meter meter = life->meter();
    const sys_seconds from = life->from + std::chrono::hours{11};
    const sys_seconds to = from + std::chrono::hours{2} + seconds{17};
    const MeterState first = meter.at(from);
    std::int64_t import = 0, export_ = 0, reactive = 0;
    for (auto t = from; t < to; t += seconds{1}) {
      const MeterState state = meter.at(t);
      import += state[Quantity::kPowerImport];
      export_ += state[Quantity::kPowerExport];
      reactive += state[Quantity::kReactivePowerImport];
    }
    const MeterState last = meter.at(to);
    EXPECT_EQ(last[Quantity::kEnergyImport] - first[Quantity::kEnergyImport], import) << profile;
    EXPECT_EQ(last[Quantity::kEnergyExport] - first[Quantity::kEnergyExport], export_) << profile;
    EXPECT_EQ(last[Quantity::kReactiveImport] - first[Quantity::kReactiveImport], reactive)
        << profile;
    EXPECT_GT(export_, 0) << "no sun at noon in June";
  }
}

/// What a reader of a meter that sends each second can add up: the powers printed in W against the
/// registers printed in Wh.
TEST(MeterInvariants, PrintedPowersAddUpToPrintedRegisters) {
  for (const char* profile : {"iskra-am550", "sagemcom-t211-d-emucs17"}) {
    const auto life = life_of(profile, "ev-evening");
    ASSERT_TRUE(life);
    Meter meter = life->meter();
    const auto telegram_at = [&](sys_seconds t) {
      std::string telegram;
      render(life->profile->layout, meter.at(t), life->profile->zone, telegram);
      return telegram;
    };
    const auto registers = [](const std::string& telegram) {
      return printed(telegram, "1-0:1.8.1") + printed(telegram, "1-0:1.8.2");
    };
    // From before the car comes until it charges at full power.
    const sys_seconds from = life->from + std::chrono::hours{2};
    constexpr std::int64_t kSeconds = 3000;
    const std::int64_t first = registers(telegram_at(from));
    std::int64_t watt_seconds = 0;
    for (auto t = from; t < from + seconds{kSeconds}; t += seconds{1}) {
      watt_seconds += printed(telegram_at(t), "1-0:1.7.0");
    }
    const std::int64_t counted = registers(telegram_at(from + seconds{kSeconds})) - first;
    EXPECT_GT(counted, 1000) << profile;
    // Two registers are cut at both ends, and each power is rounded by up to half a watt.
    EXPECT_LE(std::abs(counted * 3600 - watt_seconds), 2 * 3600 + kSeconds / 2) << profile;
  }
}

/// The quarter-hours of the days around a month's end, from per-second powers, give the peak that
/// enters the history and those of the days before give the running one.
TEST(MeterInvariants, MonthPeakIsTheHighestQuarterOfThePowers) {
  const auto life = life_of("sagemcom-t211-d-emucs17", "month-end-peak");
  ASSERT_TRUE(life);
  Meter meter = life->meter();
  const sys_seconds month_end = at(1'769'900'400);  // 2026-02-01T00:00 in Brussels
  std::int64_t highest = 0;
  sys_seconds highest_at{};
  for (auto quarter = life->from; quarter < month_end; quarter += seconds{900}) {
    std::int64_t energy = 0;
    for (auto t = quarter; t < quarter + seconds{900}; t += seconds{1}) {
      PhasePowers sum{};
      for (const Load& load : life->scenario->loads) {
        const PhasePowers powers = power_at(load, life->profile->zone, 1, t);
        for (std::size_t phase = 0; phase < 3; ++phase) sum[phase].active += powers[phase].active;
      }
      energy +=
          sum[0].active + sum[1].active + sum[2].active;  // net over the phases, never below 0 here
    }
    if (energy / 900 > highest) {
      highest = energy / 900;
      highest_at = quarter + seconds{900};
    }
  }
  const MeterState state = meter.at(month_end);
  ASSERT_EQ(state.peaks.size(), 1U);
  EXPECT_EQ(state.peaks[0].power, highest);
  EXPECT_EQ(state.peaks[0].time, highest_at);
  EXPECT_EQ(state.peaks[0].month_end, month_end);
  EXPECT_EQ(state[Quantity::kPeakPower], 0);
}

/// 23:18:03 at 0.132 kW prints 0.027 and 20:45:56 at 0.524 kW prints 0.032: energy since the quarter
/// began over the full 900 s, measured on Belgian meters.
TEST(MeterInvariants, CurrentQuarterIsOverTheFullQuarter) {
  auto profile = profile_named("sagemcom-t211-d-emucs17");
  const auto current_quarter = [&](std::int64_t milliwatts, int minutes, int secs) {
    auto scenario = std::make_shared<Scenario>();
    scenario->start = at(1'770'000'300);  // on a quarter-hour
    Load load;
    load.from = scenario->start;
    load.kind = FixedLoad{{{{milliwatts, 0}, {}, {}}}};
    scenario->loads.push_back(load);
    Meter meter(profile, scenario, 1);
    return meter.at(scenario->start + seconds{900} + std::chrono::minutes{minutes} +
                    seconds{secs})[Quantity::kDemandImport];
  };
  ASSERT_EQ(1'770'000'300 % 900, 0);
  EXPECT_EQ(current_quarter(132'000, 3, 3), 132'000 * 183 / 900);
  EXPECT_EQ((current_quarter(132'000, 3, 3) + 500) / 1000, 27);
}

}  // namespace
}  // namespace p1rig::meter_invariants_test
