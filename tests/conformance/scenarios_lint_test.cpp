// The judge over the generator: whatever a meter lives through, what it sends is within its
// dialect, telegram by telegram and from one to the next.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "conformance/judge/lint.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/scenario/scenario.h"

namespace p1rig::scenarios_lint_test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kMoment{seconds{1'780'000'000}};

struct Life {
  std::shared_ptr<const Profile> profile;
  std::shared_ptr<const Scenario> scenario;
  sys_seconds from, until;
};

/// The scenario lived through by the profile; nothing where it asks for what the meter has not.
std::optional<Life> life_of(const Profile& profile, const std::string& name) {
  auto scenario = find_scenario(name, profile);
  if (!scenario) return std::nullopt;
  auto shown = with_readout(profile, scenario->readout);
  if (!shown) return std::nullopt;
  const sys_seconds from = scenario->window_from(kMoment);
  const sys_seconds until = scenario->until.value_or(from + std::chrono::days{1});
  return Life{std::make_shared<const Profile>(std::move(*shown)),
              std::make_shared<const Scenario>(std::move(*scenario)), from, until};
}

/// Every hour of the window (of a month: every sixth), and every second around each event, its end
/// and the end of each month.
std::vector<sys_seconds> moments_of(const Life& life) {
  std::vector<sys_seconds> moments;
  const auto around = [&](sys_seconds t, seconds after) {
    for (auto near = t - seconds{2}; near <= t + after; near += seconds{1}) moments.push_back(near);
  };
  const hours step{life.until - life.from > hours{200} ? 6 : 1};
  for (auto t = life.from; t <= life.until; t += step) moments.push_back(t);
  for (auto t = life.from; t <= life.until; t += hours{1}) {
    const Timestamp local = life.profile->zone.local(t);
    if (local.day == 1 && local.hour == 0) around(t, seconds{2});
  }
  for (const Event& event : life.scenario->events) {
    around(event.at, seconds{5});
    if (const auto* failure = std::get_if<PowerFailureEvent>(&event.what)) {
      around(event.at + failure->duration + failure->boot, seconds{5});
    }
    if (const auto* voltage = std::get_if<VoltageEvent>(&event.what)) {
      around(event.at + voltage->duration, seconds{5});
    }
    if (const auto* exchange = std::get_if<MeterExchangeEvent>(&event.what)) {
      around(event.at + exchange->duration, seconds{5});
    }
    if (const auto* firmware = std::get_if<FirmwareEvent>(&event.what)) {
      around(event.at + firmware->duration, seconds{5});
    }
  }
  std::erase_if(moments, [&](sys_seconds t) { return t < life.from; });
  std::ranges::sort(moments);
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  return moments;
}

std::vector<KnownQuirk> quirks_of(const Profile& profile) {
  std::vector<KnownQuirk> quirks;
  for (const ProfileQuirk& quirk : profile.quirks) {
    quirks.push_back({quirk.rule, quirk.obis, quirk.source});
  }
  return quirks;
}

/// True where the telegram says which meter sends it: that one was exchanged shows only there.
bool tells_its_id(const Profile& profile) {
  const std::string& text = profile.telegram_text;
  return text.find("{meter.id") != std::string::npos ||
         text.find("{meter.name") != std::string::npos;
}

bool exchanges_meter(const Scenario& scenario, sys_seconds after, sys_seconds until) {
  return std::ranges::any_of(scenario.events, [&](const Event& event) {
    return std::holds_alternative<MeterExchangeEvent>(event.what) && event.at > after &&
           event.at <= until;
  });
}

/// How many telegrams were judged.
int lint(const Life& life) {
  Meter meter(life.profile, life.scenario, 1);
  auto as = meter.profile_at(life.from);
  Linter linter(as->dialect, quirks_of(*as));
  int judged = 0;
  sys_seconds before = life.from;
  for (const sys_seconds t : moments_of(life)) {
    if (!tells_its_id(*life.profile) && exchanges_meter(*life.scenario, before, t)) {
      linter = Linter(as->dialect, quirks_of(*as));
    }
    before = t;
    if (!meter.sends_at(t)) continue;
    // Other firmware may speak another dialect; in the same one, what was before is remembered.
    const auto then = std::exchange(as, meter.profile_at(t));
    if (then->name != as->name) linter = Linter(as->dialect, quirks_of(*as));
    std::string bytes;
    render(as->layout, meter.at(t), as->zone, bytes);
    ++judged;
    for (const Finding& finding : linter.check(decode_telegram(bytes), 0)) {
      if (finding.severity != Severity::kError) continue;
      ADD_FAILURE() << life.profile->name << " in " << life.scenario->name << " at "
                    << to_string(life.profile->zone.local(t)) << ": [" << finding.rule << "] "
                    << finding.obis << ' ' << finding.message << " (" << finding.clause << ")";
      return judged;
    }
  }
  return judged;
}

class ScenariosOnProfile : public ::testing::TestWithParam<const char*> {};

TEST_P(ScenariosOnProfile, StayWithinTheDialect) {
  const auto profile = find_profile(GetParam());
  ASSERT_TRUE(profile) << profile.error().message;
  int lives = 0;
  for (const auto& [name, file] : list_scenarios()) {
    const auto life = life_of(*profile, name);
    if (!life) continue;
    ++lives;
    EXPECT_GE(lint(*life), 5) << name;
  }
  // Most meters can live through most scenarios; a sweep that skips them all proves nothing.
  EXPECT_GE(lives, 8);
}

// One profile of each dialect.
INSTANTIATE_TEST_SUITE_P(Dialects, ScenariosOnProfile,
                         ::testing::Values("iskra-mt382", "dsmr-3.0-example", "kaifa-ma304",
                                           "kaifa-ma304c", "iskra-am550", "sagemcom-t211-d-emucs14",
                                           "sagemcom-t211-d-emucs17", "sagemcom-t211-d-emucs21",
                                           "sagemcom-smarty-lux", "landisgyr-e360-se",
                                           "sagemcom-sag-eon", "eso-maximum", "sagemcom-t210-d-r",
                                           "sagemcom-xt211"),
                         [](const auto& name) {
                           std::string words(name.param);
                           std::ranges::replace_if(
                               words, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                           return words;
                         });

TEST(Scenarios, EachIsLivedThroughByTheProfileItIsMadeFor) {
  for (const auto& [name, file] : list_scenarios()) {
    const auto head = read_scenario_head(file);
    ASSERT_TRUE(head) << head.error().message;
    const auto profile = find_profile(head->made_for.empty() ? "iskra-am550" : head->made_for);
    ASSERT_TRUE(profile) << profile.error().message;
    const auto life = life_of(*profile, name);
    ASSERT_TRUE(life) << name;
    EXPECT_GE(lint(*life), 5) << name;
  }
}

}  // namespace
}  // namespace p1rig::scenarios_lint_test
