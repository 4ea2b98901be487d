#include "simulator/scenario/device_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>

#include "tests/simulator/small_profile.h"

namespace p1rig::device_list_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Profile profile() { return parse_profile("small.toml", test::small_profile()).value(); }

std::vector<std::pair<int, Medium>> channels(std::string_view list) {
  std::vector<std::pair<int, Medium>> result;
  const auto devices = read_device_list(list, profile(), 1);
  EXPECT_TRUE(devices) << list << ": " << devices.error().message;
  if (!devices) return result;
  for (const ScenarioDevice& device : *devices) {
    result.emplace_back(device.device.channel, device.device.medium);
  }
  return result;
}

std::string why_not(std::string_view list) {
  const auto devices = read_device_list(list, profile(), 1);
  EXPECT_FALSE(devices) << list;
  return devices ? "" : devices.error().message;
}

TEST(DeviceList, TakesTheChannelsInItsOrder) {
  EXPECT_THAT(channels("water=1,gas=2"),
              ElementsAre(std::pair(1, Medium::kWater), std::pair(2, Medium::kGas),
                          std::pair(3, Medium::kGas)));
  EXPECT_THAT(channels("gas=1,water=1,gas=1,heat=1"),
              ElementsAre(std::pair(1, Medium::kGas), std::pair(2, Medium::kWater),
                          std::pair(3, Medium::kGas), std::pair(4, Medium::kHeat)));
  EXPECT_THAT(channels("none"), ElementsAre());
  EXPECT_THAT(channels("gas=0"), ElementsAre());
  EXPECT_EQ(channels("cold=4").size(), 4U);
}

TEST(DeviceList, BeginsWithTheDeviceOfTheProfile) {
  const auto devices = read_device_list("gas=1,water=1", profile(), 1).value();
  EXPECT_EQ(devices[0].device.id, "G1");
  EXPECT_EQ(devices[0].device.reading, profile().start.devices[0].reading);
  EXPECT_EQ(devices[1].device.id.size(), 17U);
}

TEST(DeviceList, GivesEachDeviceOfEachMeterAnotherIdentifier) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    for (const char* list : {"water=4", "heat=3,electricity=1"}) {
      const auto devices = read_device_list(list, profile(), seed).value();
      for (const ScenarioDevice& device : devices) {
        EXPECT_TRUE(seen.insert(device.device.id).second) << device.device.id;
      }
    }
  }
}

TEST(DeviceList, SaysWhatIsWrong) {
  EXPECT_THAT(why_not("gas=3,water=2"), HasSubstr("only four channels"));
  EXPECT_THAT(why_not("gas=5"), HasSubstr("at most 4"));
  EXPECT_THAT(why_not("gas"), HasSubstr("gas=2,water=1"));
  EXPECT_THAT(why_not(""), HasSubstr("gas=2,water=1"));
  EXPECT_THAT(why_not("gas=1,"), HasSubstr("gas=2,water=1"));
  EXPECT_THAT(why_not("gas=-1"), HasSubstr("gas=2,water=1"));
  EXPECT_THAT(why_not("gaz=1"), HasSubstr("did you mean \"gas\""));
  EXPECT_THAT(why_not("unlinked=1"), HasSubstr("gas, water, heat, cold, electricity"));
}

TEST(DeviceList, RefusesASecondDeviceWhoseCodesHaveNoChannel) {
  const Profile ace = find_profile("itron-ace4000").value();
  EXPECT_TRUE(read_device_list("gas=1,water=3", ace, 1));
  for (const char* list : {"gas=2", "gas=1,water=1,gas=1"}) {
    const auto devices = read_device_list(list, ace, 1);
    ASSERT_FALSE(devices) << list;
    EXPECT_THAT(devices.error().message, HasSubstr("it has room for one"));
  }
}

TEST(DeviceList, LeavesAScenarioThatSaysItselfWhatIsThere) {
  Scenario scenario;
  EXPECT_TRUE(set_devices({}, scenario));
  EXPECT_TRUE(scenario.devices);
  EXPECT_FALSE(set_devices({}, scenario)) << "it has devices now";
  Scenario eventful;
  eventful.events.push_back({{}, DisconnectEvent{1}, {}});
  EXPECT_FALSE(set_devices({}, eventful));
  EXPECT_FALSE(eventful.devices);
}

}  // namespace
}  // namespace p1rig::device_list_test
