// Every meter with any number of devices: what it sends is within its dialect, and the reader sees them.

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "conformance/judge/lint.h"
#include "conformance/judge/reader.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/scenario/device_list.h"

namespace p1rig::devices_lint_test {
namespace {

constexpr std::chrono::sys_seconds kMoment{std::chrono::seconds{1'780'000'000}};

/// Empty if the meter has no room for them.
std::string telegram_with(const std::shared_ptr<const Profile>& profile, const std::string& list) {
  auto devices = read_device_list(list, *profile, 1);
  if (!devices) return "";
  auto scenario =
      std::make_shared<Scenario>(constant_load(*profile, kMoment - std::chrono::hours{12}));
  scenario->devices = std::move(*devices);
  Meter meter(profile, scenario, 1);
  std::string telegram;
  render(profile->layout, meter.at(kMoment), profile->zone, telegram);
  return telegram;
}

std::vector<std::string> errors_in(const Profile& profile, const std::string& telegram) {
  std::vector<KnownQuirk> quirks;
  for (const ProfileQuirk& quirk : profile.quirks) {
    quirks.push_back({quirk.rule, quirk.obis, quirk.source});
  }
  std::vector<std::string> errors;
  for (const Finding& finding :
       Linter(profile.dialect, quirks).check(decode_telegram(telegram), 0)) {
    if (finding.severity == Severity::kError)
      errors.push_back(finding.rule + ": " + finding.message);
  }
  return errors;
}

int readings_in(const Profile& profile, const std::string& telegram, const std::string& medium) {
  int found = 0;
  ReferenceReader reader(profile.dialect, [&](std::string_view line) {
    const std::string sought = "\"medium\":\"" + medium + "\"";
    for (std::size_t at = 0; (at = line.find(sought, at)) != std::string_view::npos; ++at) ++found;
  });
  reader.feed(telegram);
  reader.finish();
  return found;
}

TEST(Devices, OfAnyNumberAndMediumAreWithinTheDialect) {
  int with_mbus = 0;
  std::set<std::string> refused;
  for (const auto& [name, file] : list_profiles()) {
    const auto profile = std::make_shared<const Profile>(load_profile(file).value());
    if (!profile->dialect->mbus.empty()) ++with_mbus;
    for (const MbusForm& form : profile->dialect->mbus) {
      const std::string medium(form.medium);
      // Their devices are said to be of no medium, or have codes of their own.
      const bool is_told = name != "landisgyr-e350-zmf100-no-phases" && name != "itron-ace4000";
      for (int count = 0; count <= 4; ++count) {
        SCOPED_TRACE(name + " " + medium + "=" + std::to_string(count));
        const std::string telegram = telegram_with(profile, medium + "=" + std::to_string(count));
        if (telegram.empty()) {
          EXPECT_GT(count, 1);
          refused.insert(name + " " + medium);
          continue;
        }
        EXPECT_EQ(errors_in(*profile, telegram), std::vector<std::string>{}) << telegram;
        if (is_told || medium != "gas") {
          EXPECT_EQ(readings_in(*profile, telegram, medium), count) << telegram;
        }
      }
    }
  }
  EXPECT_GE(with_mbus, 55);
  // The codes of its one gas meter have no channel.
  EXPECT_EQ(refused, std::set<std::string>{"itron-ace4000 gas"});
}

}  // namespace
}  // namespace p1rig::devices_lint_test
