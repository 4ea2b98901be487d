// Every meter that is known, as it is and without what says most: none may be taken for a dialect that
// contradicts it.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "conformance/judge/detect_dialect.h"
#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/scenario/scenario.h"

namespace p1rig::dialect_table_test {
namespace {

/// The telegram without the lines that begin with one of these.
std::string without(const std::string& telegram, const std::vector<std::string>& beginnings) {
  std::string rest;
  for (std::size_t at = 0; at < telegram.size();) {
    const std::size_t end = std::min(telegram.find('\n', at), telegram.size() - 1) + 1;
    const std::string line = telegram.substr(at, end - at);
    const bool goes = std::ranges::any_of(
        beginnings, [&](const std::string& beginning) { return line.starts_with(beginning); });
    if (!goes) rest += line;
    at = end;
  }
  return rest;
}

/// Everything and nothing left out, and what lies between.
std::vector<std::vector<std::string>> choices() {
  const std::vector<std::vector<std::string>> parts{
      {"1-3:0.2.8", "0-0:96.1.4"},                             // version
      {"0-1:24", "0-1:96.1", "0-2:24", "0-2:96.1"},            // gas
      {"1-0:2.", "1-0:22.", "1-0:42.", "1-0:62.", "1-1:2."}};  // export
  std::vector<std::vector<std::string>> all;
  for (std::size_t chosen = 0; chosen < 8; ++chosen) {
    std::vector<std::string>& lines = all.emplace_back();
    for (std::size_t part = 0; part < parts.size(); ++part) {
      if ((chosen >> part & 1) == 0) continue;
      lines.insert(lines.end(), parts[part].begin(), parts[part].end());
    }
  }
  return all;
}

bool may_be(const Origin& origin, const Dialect& dialect) {
  return origin.dialect->name == dialect.name ||
         std::ranges::any_of(origin.others,
                             [&](const Dialect* other) { return other->name == dialect.name; });
}

TEST(DialectTable, TakesNoMeterForAnotherDialect) {
  std::size_t judged = 0;
  for (const auto& [name, file] : list_profiles()) {
    const auto loaded = load_profile(file);
    ASSERT_TRUE(loaded) << loaded.error().message;
    const auto profile = std::make_shared<const Profile>(*loaded);
    for (int i = 0; i < 20; ++i) {
      // Over a year, at all hours.
      const std::chrono::sys_seconds t{std::chrono::seconds{1'767'225'600 + i * 1'580'123}};
      const auto scenario = std::make_shared<const Scenario>(
          i % 2 == 0 ? constant_load(*profile, t - std::chrono::hours{1})
                     : find_scenario("household", *profile).value());
      Meter meter(profile, scenario, static_cast<std::uint64_t>(i + 1));
      std::string telegram;
      meter.print(t, telegram);
      for (const auto& lines : choices()) {
        const std::string bytes = without(telegram, lines);
        const Origin origin = detect_origin(decode_telegram(bytes));
        EXPECT_TRUE(may_be(origin, *profile->dialect))
            << name << " taken for " << description_of(origin) << "\n"
            << bytes;
        const bool is_certain = origin.sureness == Sureness::kCertain;
        EXPECT_TRUE(origin.others.empty() || !is_certain) << name << description_of(origin);
        const bool says_so = description_of(origin).find("--dialect decides") != std::string::npos;
        EXPECT_EQ(says_so, !origin.others.empty()) << name << description_of(origin);
        ++judged;
      }
    }
  }
  EXPECT_GT(judged, 12'000U);
}

}  // namespace
}  // namespace p1rig::dialect_table_test
