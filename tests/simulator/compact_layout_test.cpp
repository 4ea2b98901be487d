#include "simulator/compact_layout.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "simulator/meter.h"
#include "simulator/scenario.h"
#include "tests/simulator/plain_render.h"

namespace p1rig {
namespace {

using std::chrono::seconds;

// In the middle of a minute: nothing but what flows changes for half a minute.
constexpr std::chrono::sys_seconds kStart{seconds{1'780'000'000 / 60 * 60 + 10}};

/// The state of a meter whose identifiers end in that number.
MeterState numbered(MeterState state, const std::string& digits) {
  const auto renumber = [&](std::string& text) {
    const bool serial = text.size() >= 6 &&
                        text.find_first_not_of("0123456789", text.size() - 6) == std::string::npos;
    if (serial) text.replace(text.size() - 6, 6, digits);
  };
  const auto id = state.texts.find(Quantity::kMeterId);
  if (id != state.texts.end()) renumber(id->second);
  for (MbusDevice& device : state.devices) renumber(device.id);
  return state;
}

TEST(CompactLayout, PrintsWhatTheMeterItselfPrintsSecondAfterSecond) {
  for (const auto& [name, file] : list_profiles()) {
    const auto profile = std::make_shared<const Profile>(find_profile(name).value());
    if (profile->telegram_text.find("{demand.") != std::string::npos) continue;
    Meter life(profile, std::make_shared<const Scenario>(constant_load(*profile, kStart)), 7);
    const MeterState first = numbered(life.at(kStart + seconds{1}), "000042");
    const CompactLayout layout(*profile, first);
    std::vector<std::int64_t> meter(layout.size());
    layout.take(first, 42, meter);
    for (int second = 1; second < 30; ++second) {
      const MeterState state = numbered(life.at(kStart + seconds{second}), "000042");
      std::string expected, telegram;
      testing::plain_render(profile->layout, state, profile->zone, expected);
      layout.print(meter, telegram);
      ASSERT_EQ(telegram, expected) << name << ", second " << second;
      layout.step(meter);
    }
  }
}

TEST(CompactLayout, GivesEachMeterItsNumber) {
  const auto profile = std::make_shared<const Profile>(find_profile("iskra-am550").value());
  Meter life(profile, std::make_shared<const Scenario>(constant_load(*profile, kStart)), 7);
  const MeterState state = life.at(kStart);
  const CompactLayout layout(*profile, state);
  std::vector<std::int64_t> meter(layout.size());
  for (const char* digits : {"000000", "000043", "999999"}) {
    layout.take(state, std::stoll(digits), meter);
    std::string expected, telegram;
    testing::plain_render(profile->layout, numbered(state, digits), profile->zone, expected);
    layout.print(meter, telegram);
    EXPECT_EQ(telegram, expected);
  }
}

// The goal of bytes for each meter of a crowd (docs/benchmarks.md).
TEST(CompactLayout, IsSmallForTheMeterOfTheBenchmark) {
  const Profile profile = find_profile("iskra-am550").value();
  Meter life(std::make_shared<const Profile>(profile),
             std::make_shared<const Scenario>(constant_load(profile, kStart)), 7);
  EXPECT_LE(CompactLayout(profile, life.at(kStart)).size() * sizeof(std::int64_t), 256U);
}

}  // namespace
}  // namespace p1rig
