#include "tests/simulator/plain_render.h"

#include <gtest/gtest.h>

#include <string>

#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "tests/simulator/random_state.h"

namespace p1rig::plain_render_test {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr int kStates = 5000;
#elif defined(NDEBUG)
constexpr int kStates = 100'000;
#else
constexpr int kStates = 1000;
#endif

/// Where two telegrams part, and how each goes on.
std::string difference(const std::string& one, const std::string& other) {
  std::size_t at = 0;
  while (at < one.size() && at < other.size() && one[at] == other[at]) ++at;
  return "at " + std::to_string(at) + ": " + one.substr(at, 40) + " and " + other.substr(at, 40);
}

TEST(PlainRender, IsWhatRenderGivesForAnyStateOfEveryProfile) {
  for (const auto& [name, file] : list_profiles()) {
    const Profile profile = find_profile(name).value();
    test::RandomStates states(20260101);
    std::string expected;
    std::string telegram;
    for (int i = 0; i < kStates; ++i) {
      const MeterState& state = states.next();
      expected.clear();
      telegram.clear();
      test::plain_render(profile.layout, state, profile.zone, expected);
      render(profile.layout, state, profile.zone, telegram);
      ASSERT_TRUE(telegram == expected)
          << name << ", state " << i << ' ' << difference(telegram, expected);
    }
  }
}

TEST(PlainRender, SaysWhatRenderSaysOfAnyStateOfEveryProfile) {
  for (const auto& [name, file] : list_profiles()) {
    const Profile profile = find_profile(name).value();
    test::RandomStates states(20260102);
    for (int i = 0; i < kStates / 50; ++i) {
      const MeterState& state = states.next();
      Truth expected, truth;
      std::string telegram = "what was there before stays";
      std::string plain = telegram;
      test::plain_render(profile.layout, state, profile.zone, plain, &expected);
      render(profile.layout, state, profile.zone, telegram, &truth);
      ASSERT_TRUE(telegram == plain) << name << ' ' << difference(telegram, plain);
      ASSERT_TRUE(truth == expected) << name << ", state " << i;
    }
  }
}

}  // namespace
}  // namespace p1rig::plain_render_test
