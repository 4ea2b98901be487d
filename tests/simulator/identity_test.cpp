// Another seed is another meter: a hundred thousand seeds are a hundred thousand identifiers, of the
// same form, and the first is the profile's own. All of them are tried where code is optimised.

#include "simulator/profile/identity.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "simulator/meter/meter.h"
#include "simulator/render/stencil.h"

namespace p1rig::identity_test {
namespace {

using std::chrono::sys_seconds;

#ifdef NDEBUG
constexpr std::uint64_t kMeters = 100'000;
#else
constexpr std::uint64_t kMeters = 5000;
#endif
constexpr sys_seconds kStart{std::chrono::seconds{1'768'478'100}};

/// Where a letter is and where a digit.
std::string form_of(std::string text) {
  for (char& c : text) {
    if (c >= '0' && c <= '9') c = '9';
  }
  return text;
}

/// Weighted 1, 3, 1 … from behind the sum is a multiple of ten (GS1).
bool checks(const std::string& ean) {
  int sum = 0;
  for (std::size_t i = 0; i < ean.size(); ++i) {
    sum += (ean[ean.size() - 1 - i] - '0') * (i % 2 == 0 ? 1 : 3);
  }
  return sum % 10 == 0;
}

/// All identifiers that a profile names, EANs apart.
void collect(const MeterState& state, std::set<std::string>& ids, std::set<std::string>& eans) {
  for (const Quantity quantity : {Quantity::kMeterId, Quantity::kMeterName}) {
    if (state.texts.contains(quantity)) ids.insert(state.texts.at(quantity));
  }
  if (state.texts.contains(Quantity::kMeterEan)) eans.insert(state.texts.at(Quantity::kMeterEan));
  for (const MbusDevice& device : state.devices) {
    if (!device.id.empty()) ids.insert(device.id);
    if (!device.ean.empty()) eans.insert(device.ean);
  }
}

std::vector<Profile> all_profiles() {
  std::vector<Profile> profiles;
  for (const auto& [name, file] : list_profiles()) profiles.push_back(load_profile(file).value());
  return profiles;
}

TEST(Identity, OfSeedOneIsTheProfilesOwn) {
  for (const Profile& profile : all_profiles()) {
    MeterState state = profile.start;
    identify(state, 1);
    EXPECT_EQ(state, profile.start) << profile.name;
    const std::string title = profile.encryption ? profile.encryption->system_title : "";
    EXPECT_EQ(system_title_of(profile, 1), title) << profile.name;
  }
}

TEST(Identity, IsAnotherOneForEachSeed) {
  std::set<std::string> ids, eans;
  for (const Profile& profile : all_profiles()) collect(profile.start, ids, eans);
  ASSERT_GT(ids.size(), 60U);
  ASSERT_GT(eans.size(), 5U);
  std::unordered_set<std::string> seen;
  for (const std::string& id : ids) {
    // An address on the M-Bus begins with the serial number; then come maker, version and medium.
    const bool is_address = id.size() == 16 && id.back() == 'C';
    const std::size_t kind_at = is_address ? 8 : 0;
    seen.clear();
    for (std::uint64_t seed = 1; seed <= kMeters; ++seed) {
      std::string other = identifier_of(id, seed);
      ASSERT_EQ(form_of(other), form_of(id)) << seed;
      ASSERT_EQ(other.substr(kind_at, id.size() - 8), id.substr(kind_at, id.size() - 8)) << seed;
      seen.insert(std::move(other));
    }
    EXPECT_EQ(seen.size(), kMeters) << id;
  }
  for (const std::string& ean : eans) {
    seen.clear();
    for (std::uint64_t seed = 1; seed <= kMeters; ++seed) {
      std::string other = ean_of(ean, seed);
      ASSERT_EQ(form_of(other), form_of(ean)) << seed;
      ASSERT_TRUE(seed == 1 || checks(other)) << other;
      seen.insert(std::move(other));
    }
    EXPECT_EQ(seen.size(), kMeters) << ean;
  }
}

TEST(Identity, OfAnMbusAddressIsInItsFirstEightDigits) {
  EXPECT_NE(identifier_of("628471012D2C0B0C", 2), "628471012D2C0B0C");
  EXPECT_EQ(identifier_of("628471012D2C0B0C", 2).substr(8), "2D2C0B0C");
  EXPECT_EQ(identifier_of("628471012D2C0B04", 2).substr(8), "2D2C0B04");
  // Others of that length end in their numbers.
  EXPECT_EQ(identifier_of("ADC3100000173846", 2).substr(0, 8), "ADC31000");
  EXPECT_EQ(identifier_of("4730106284915730", 2).substr(0, 8), "47301062");
}

TEST(Identity, OfSystemTitlesIsInTheLastFourOctets) {
  const Profile profile = find_profile("sagemcom-smarty-lux-encrypted").value();
  const std::string& own = profile.encryption->system_title;
  std::unordered_set<std::string> seen;
  for (std::uint64_t seed = 1; seed <= kMeters; ++seed) {
    std::string title = system_title_of(profile, seed);
    ASSERT_EQ(title.size(), own.size());
    ASSERT_EQ(title.substr(0, 4), own.substr(0, 4)) << "the maker stays";
    seen.insert(std::move(title));
  }
  EXPECT_EQ(seen.size(), kMeters);
}

TEST(Identity, OfFewDigitsOrNoneIsWhatItCanBe) {
  std::set<std::string> seen;
  for (std::uint64_t seed = 0; seed < 10; ++seed) seen.insert(identifier_of("G7", seed));
  EXPECT_EQ(seen.size(), 10U) << "all numbers of one digit";
  EXPECT_EQ(identifier_of("G7", 1), "G7");
  EXPECT_EQ(identifier_of("G7", 11), "G7");
  EXPECT_EQ(identifier_of("ABC", 5), "ABC");
  EXPECT_EQ(identifier_of("", 5), "");
  EXPECT_EQ(ean_of("", 5), "");
  EXPECT_NE(identifier_of("E0026000024153615", UINT64_MAX), "E0026000024153615");
  EXPECT_NE(identifier_of("E0026000024153615", 0), "E0026000024153615");
  EXPECT_EQ(system_title_of(find_profile("iskra-am550").value(), 5), "");
}

std::shared_ptr<const Scenario> constant(const Profile& profile) {
  return std::make_shared<const Scenario>(constant_load(profile, kStart));
}

TEST(Identity, OfAMeterFollowsFromItsSeedOrIsPinned) {
  const auto profile = std::make_shared<const Profile>(find_profile("iskra-am550").value());
  const auto id = [&](Meter meter) { return meter.at(kStart).texts.at(Quantity::kMeterId); };
  const std::string& own = profile->start.texts.at(Quantity::kMeterId);
  EXPECT_EQ(id(Meter(profile, constant(*profile), 1)), own);
  EXPECT_NE(id(Meter(profile, constant(*profile), 2)), own);
  EXPECT_EQ(id(Meter(profile, constant(*profile), 2, 1)), own);
  EXPECT_EQ(id(Meter(profile, constant(*profile), 7, 2)),
            id(Meter(profile, constant(*profile), 2)));
  Meter other(profile, constant(*profile), 2);
  EXPECT_EQ(other.at(kStart).devices.at(0).id, identifier_of(profile->start.devices.at(0).id, 2));
  EXPECT_EQ(other.at(kStart + std::chrono::hours{2}), other.at(kStart + std::chrono::hours{2}));
  // What a scenario says is said of every meter.
  auto scenario = constant_load(*profile, kStart);
  scenario.values = {{Quantity::kMeterId, "MINE42"}};
  ScenarioDevice device;
  device.device.id = "GAS42";
  scenario.devices = {device};
  Meter pinned(profile, std::make_shared<const Scenario>(scenario), 99);
  EXPECT_EQ(pinned.at(kStart).texts.at(Quantity::kMeterId), "MINE42");
  EXPECT_EQ(pinned.at(kStart).devices.at(0).id, "GAS42");
}

// Of 200 meters of all kinds no two have an identifier in common.
TEST(Identity, OfTwoHundredMetersIsTwoHundred) {
  std::vector<std::shared_ptr<const Profile>> profiles;
  for (Profile& profile : all_profiles()) {
    if (!profile.start.texts.contains(Quantity::kMeterId)) continue;
    profiles.push_back(std::make_shared<const Profile>(std::move(profile)));
  }
  std::set<std::string> ids;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const auto& profile = profiles[seed % profiles.size()];
    ids.insert(Meter(profile, constant(*profile), seed).at(kStart).texts.at(Quantity::kMeterId));
  }
  EXPECT_EQ(ids.size(), 200U);
}

// The meters of a fleet print from one stencil, or each would need its own.
TEST(Identity, DoesNotKeepMetersFromSharingAStencil) {
  int shared = 0;
  for (const Profile& profile : all_profiles()) {
    MeterState state = profile.start;
    state[Quantity::kTime] = kStart.time_since_epoch().count();
    for (MbusDevice& device : state.devices) device.time = kStart;
    const auto stencil = Stencil::make(profile.layout, profile.zone, state);
    if (stencil == nullptr) continue;
    ++shared;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      MeterState other = state;
      identify(other, seed);
      std::vector<std::uint32_t> record(stencil->record_size());
      EXPECT_NE(stencil->take(other, {}, record), Stencil::Fit::kNone)
          << profile.name << ", seed " << seed;
    }
  }
  EXPECT_GT(shared, 50);
}

}  // namespace
}  // namespace p1rig::identity_test
