#include "simulator/render/stencil.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"
#include "tests/simulator/plain_render.h"
#include "tests/simulator/random_state.h"

namespace p1rig::stencil_test {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

#if defined(__SANITIZE_ADDRESS__)
constexpr int kStates = 5000;
#elif defined(NDEBUG)
constexpr int kStates = 100'000;
#else
constexpr int kStates = 1000;
#endif

constexpr sys_seconds kStart{seconds{1'780'000'000}};

std::string plainly(const Profile& profile, const MeterState& state) {
  std::string telegram;
  test::plain_render(profile.layout, state, profile.zone, telegram);
  return telegram;
}

/// Gives `state` what of `other` a stencil lets change, and the sign and the digits where their
/// number is free.
void change_numbers(MeterState& state, const MeterState& other) {
  for (const QuantityRow& row : quantities()) {
    const bool time = row.kind == QuantityKind::kTime;
    const bool changes = time || row.kind == QuantityKind::kRegister ||
                         row.kind == QuantityKind::kInstant || row.id == Quantity::kTariff;
    const bool same_form = time ? (state[row.id] == kUnsetTime) == (other[row.id] == kUnsetTime)
                                : (state[row.id] < 0) == (other[row.id] < 0);
    if (changes && same_form) state[row.id] = other[row.id];
  }
  for (std::size_t i = 0; i < state.devices.size() && i < other.devices.size(); ++i) {
    state.devices[i].reading = other.devices[i].reading;
    if (state.devices[i].time && other.devices[i].time) {
      state.devices[i].time = other.devices[i].time;
    }
  }
}

// The oracle over states that no meter would ever have: a stencil for each hundred, and most of the
// hundred fit it.
TEST(Stencil, PrintsWhatThePlainRendererDoesForAnyStateOfEveryProfile) {
  for (const auto& [name, file] : list_profiles()) {
    const Profile profile = find_profile(name).value();
    test::RandomStates states(20261121);
    int fitting = 0;
    MeterState state;
    std::shared_ptr<const Stencil> stencil;
    std::vector<std::uint32_t> record;
    std::string telegram;
    for (int i = 0; i < kStates; ++i) {
      const MeterState& random = states.next();
      if (i % 100 == 0) {
        state = random;
        stencil = Stencil::make(profile.layout, profile.zone, state);
        ASSERT_NE(stencil, nullptr) << name;
        record.resize(stencil->record_size());
      } else {
        change_numbers(state, random);
      }
      const auto fit = stencil->take(state, {}, record);
      ASSERT_TRUE(i % 100 != 0 || fit != Stencil::Fit::kNone) << name << ", state " << i;
      if (fit == Stencil::Fit::kNone) continue;
      ++fitting;
      telegram.clear();
      stencil->print(record, telegram);
      ASSERT_EQ(telegram, plainly(profile, state)) << name << ", state " << i;
    }
    EXPECT_GT(fitting, kStates / 20) << name;
  }
}

// A state that differs in whatever a telegram shows is either refused or printed as it is.
TEST(Stencil, RefusesWhatItCannotPrint) {
  for (const auto& [name, file] : list_profiles()) {
    const Profile profile = find_profile(name).value();
    test::RandomStates states(5);
    std::shared_ptr<const Stencil> stencil;
    std::vector<std::uint32_t> record;
    for (int i = 0; i < kStates / 20; ++i) {
      const MeterState& state = states.next();
      if (i % 8 == 0) stencil = Stencil::make(profile.layout, profile.zone, state);
      record.resize(stencil->record_size());
      if (stencil->take(state, {}, record) == Stencil::Fit::kNone) continue;
      std::string telegram;
      stencil->print(record, telegram);
      ASSERT_EQ(telegram, plainly(profile, state)) << name << ", state " << i;
    }
  }
}

TEST(Stencil, OfOneMeterPrintsThoseWithOtherSerialNumbers) {
  const Profile profile = find_profile("iskra-am550").value();
  MeterState state = profile.start;
  state[Quantity::kTime] = kStart.time_since_epoch().count();
  for (MbusDevice& device : state.devices) device.time = kStart;
  const auto stencil = Stencil::make(profile.layout, profile.zone, state);
  std::vector<std::uint32_t> record(stencil->record_size());
  for (const char* digits : {"00000000", "00000043", "99999999"}) {
    state.texts[Quantity::kMeterId].replace(9, 8, digits);
    state.devices.at(0).id.replace(9, 8, digits);
    ASSERT_NE(stencil->take(state, {}, record), Stencil::Fit::kNone);
    std::string telegram;
    stencil->print(record, telegram);
    EXPECT_EQ(telegram, plainly(profile, state));
  }
  state.texts[Quantity::kMeterId] = "E0044007199999999";
  EXPECT_EQ(stencil->take(state, {}, record), Stencil::Fit::kNone);
}

struct Life {
  std::shared_ptr<const Profile> profile;
  Meter meter, again;

  Life(const Profile& of, const std::shared_ptr<const Scenario>& scenario)
      : profile(std::make_shared<const Profile>(of)),
        meter(profile, scenario, 7),
        again(profile, scenario, 7) {}

  /// Prints at that moment as the meter does and as its state says.
  ::testing::AssertionResult same_at(sys_seconds t) {
    std::string telegram = "what was there before stays";
    const std::string expected = telegram + plainly(*again.profile_at(t), again.at(t));
    meter.print(t, telegram);
    if (telegram == expected) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << profile->name << " at " << (t - kStart).count() << " s:\n"
           << telegram << "\nnot\n"
           << expected;
  }
};

TEST(Stencil, MetersPrintWhatTheirStatesSaySecondAfterSecond) {
  for (const auto& [name, file] : list_profiles()) {
    const Profile profile = find_profile(name).value();
    Life life(profile, std::make_shared<const Scenario>(constant_load(profile, kStart)));
    for (int second = 0; second < 1000; ++second) {
      ASSERT_TRUE(life.same_at(kStart + seconds{second})) << name;
    }
  }
}

// Back, on the same second, by jumps, over the start of summer and across midnight.
TEST(Stencil, MetersPrintWhatTheirStatesSayInWhateverOrderTheyAreAsked) {
  const Profile profile = find_profile("iskra-am550").value();
  const sys_seconds start{seconds{1'774'745'940}};  // 2026-03-29T00:59:00Z
  Life life(profile, std::make_shared<const Scenario>(constant_load(profile, start)));
  for (const int second : {0, 1, 1, 5, 4, 58, 59, 60, 61, 62, 120, 0, 59, 75'660, 75'661, 3}) {
    EXPECT_TRUE(life.same_at(start + seconds{second}));
  }
}

// What happens in scenarios makes other telegrams: longer lists, messages, devices, unset clocks.
TEST(Stencil, MetersPrintWhatTheirStatesSayInEveryScenario) {
  for (const char* profile_name : {"iskra-am550", "sagemcom-t211-d-emucs17", "aidon-6534"}) {
    const Profile profile = find_profile(profile_name).value();
    for (const auto& [name, file] : list_scenarios()) {
      auto scenario = find_scenario(name, profile);
      if (!scenario) continue;
      const sys_seconds start = scenario->window_from(kStart);
      const sys_seconds until = scenario->until.value_or(start + std::chrono::hours{2});
      // Each second of the first minutes, then what a period of 7 s meets.
      Life life(profile, std::make_shared<const Scenario>(std::move(*scenario)));
      for (int i = 0; i < kStates && start + seconds{i} < until; ++i) {
        const sys_seconds t = start + seconds{i < 600 ? i : 600 + 7 * (i - 600)};
        if (t >= until) break;
        ASSERT_TRUE(life.same_at(t)) << name;
      }
    }
  }
}

// The goal of bytes for each meter of a crowd (docs/benchmarks.md).
TEST(Stencil, HasSmallRecordsForTheMeterOfTheBenchmark) {
  const Profile profile = find_profile("iskra-am550").value();
  Meter meter(std::make_shared<const Profile>(profile),
              std::make_shared<const Scenario>(constant_load(profile, kStart)), 7);
  const auto stencil = Stencil::make(profile.layout, profile.zone, meter.at(kStart));
  EXPECT_LE(stencil->record_size() * sizeof(std::uint32_t), 256U);
}

}  // namespace
}  // namespace p1rig::stencil_test
