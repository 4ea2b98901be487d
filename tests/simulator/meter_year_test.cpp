// 400 days of a household, with and without sun, against sums that know nothing of the meter: they
// are taken from the loads alone, minute by minute, and on chosen days second by second.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulator/meter/meter.h"
#include "simulator/profile/profile.h"
#include "simulator/render/render.h"
#include "simulator/scenario/load.h"
#include "simulator/scenario/scenario.h"
#include "tests/simulator/meter_invariants.h"

namespace p1rig::meter_year_test {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr sys_seconds kStart{seconds{1'767'225'600}};  // 2026-01-01T00:00:00Z
constexpr std::uint64_t kSeed = 7;
constexpr std::int64_t kQuarter = 900;

/// What flows in and out, in mW: the algebraic sum of the phases (FACTS: measured for NL and BE).
struct Powers {
  std::int64_t import = 0, export_ = 0;
};

Powers powers_of(const Scenario& scenario, const Zone& zone, sys_seconds t) {
  std::int64_t net = 0;
  for (const Load& load : scenario.loads) {
    for (const Power& phase : power_at(load, zone, kSeed, t)) net += phase.active;
  }
  return {std::max<std::int64_t>(net, 0), std::max<std::int64_t>(-net, 0)};
}

/// The registers, quarters and peaks of a meter, added up from powers.
class Sums {
 public:
  /// The registers and the month's peak of `start` are where the sums begin.
  Sums(const Zone& zone, const MeterState& start)
      : zone_(zone),
        imported_(start[Quantity::kEnergyImport]),
        exported_(start[Quantity::kEnergyExport]),
        peak_(start[Quantity::kPeakPower]),
        peak_time_(start[Quantity::kPeakTime]) {}

  void add(const Powers& powers, std::int64_t elapsed, sys_seconds end) {
    imported_ += powers.import * elapsed;
    exported_ += powers.export_ * elapsed;
    quarter_.import += powers.import * elapsed;
    quarter_.export_ += powers.export_ * elapsed;
    const std::int64_t time = end.time_since_epoch().count();
    if (time % kQuarter != 0) return;
    last_ = {quarter_.import / kQuarter, quarter_.export_ / kQuarter};
    quarter_ = {};
    if (last_.import > peak_) {
      peak_ = last_.import;
      peak_time_ = time;
    }
    const Timestamp local = zone_.local(end);
    if (local.day != 1 || local.hour != 0 || local.minute != 0) return;
    months_.push_back({end, sys_seconds{seconds{peak_time_}}, peak_});
    peak_ = 0;
    peak_time_ = time;
  }

  void expect_shown(const MeterState& state, const std::string& where) const {
    ASSERT_EQ(state[Quantity::kEnergyImport], imported_) << where;
    ASSERT_EQ(state[Quantity::kEnergyExport], exported_) << where;
    ASSERT_EQ(state[Quantity::kDemandLastImport], last_.import) << where;
    ASSERT_EQ(state[Quantity::kDemandLastExport], last_.export_) << where;
    // Over the full quarter, not a running mean (FACTS: measured).
    ASSERT_EQ(state[Quantity::kDemandImport], quarter_.import / kQuarter) << where;
    ASSERT_EQ(state[Quantity::kPeakPower], peak_) << where;
    ASSERT_EQ(state[Quantity::kPeakTime], peak_time_) << where;
  }

  /// Oldest first.
  const std::vector<MonthPeak>& months() const { return months_; }

 private:
  const Zone& zone_;
  std::int64_t imported_, exported_;
  Powers quarter_{}, last_{};
  std::int64_t peak_, peak_time_;
  std::vector<MonthPeak> months_;
};

/// Both switches of the year, the longest day and an ordinary one in winter.
constexpr days kSecondBySecond[] = {days{12}, days{87}, days{171}, days{297}};

bool second_by_second(sys_seconds t) {
  const auto day = std::chrono::floor<days>(t - kStart);
  return std::ranges::find(kSecondBySecond, day) != std::end(kSecondBySecond);
}

std::int64_t over_tariffs(const MeterState& state, Quantity first) {
  std::int64_t sum = 0;
  for (std::size_t tariff = 0; tariff < 5; ++tariff) {
    sum += state[static_cast<Quantity>(static_cast<std::size_t>(first) + tariff)];
  }
  return sum;
}

/// Import in Wh and W, and export, as the telegram prints them.
struct Printed {
  std::int64_t import_register, export_register, import_power, export_power;
};

Printed printed_at(const Profile& profile, const MeterState& state) {
  std::string telegram;
  render(profile.layout, state, profile.zone, telegram);
  const auto of = [&](const char* code) { return test::printed(telegram, code); };
  return {of("1-0:1.8.1") + of("1-0:1.8.2"), of("1-0:2.8.1") + of("1-0:2.8.2"), of("1-0:1.7.0"),
          of("1-0:2.7.0")};
}

struct Kind {
  const char* profile;
  bool sun;
};

class FourHundredDays : public ::testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    auto found = find_profile(GetParam().profile);
    ASSERT_TRUE(found) << found.error().message;
    profile = std::make_shared<const Profile>(std::move(*found));
    auto life = std::make_shared<Scenario>(constant_load(*profile, kStart));
    life->loads = {{HouseholdLoad{}, kStart}};
    if (GetParam().sun) life->loads.push_back({SunLoad{}, kStart, sys_seconds::max(), 1});
    scenario = life;
    meter.emplace(profile, scenario, kSeed);
  }

  std::shared_ptr<const Profile> profile;
  std::shared_ptr<const Scenario> scenario;
  std::optional<Meter> meter;
};

TEST_P(FourHundredDays, AreWhatTheLoadsAddUpTo) {
  const MeterState first = meter->at(kStart);
  MeterState before = first;
  Sums sums(profile->zone, first);
  std::int64_t number = 0;
  for (sys_seconds t = kStart; t < kStart + days{400};) {
    // Loads change on minutes; on chosen days that is not taken for granted.
    const bool fine = second_by_second(t);
    const seconds step = fine ? seconds{1} : seconds{60};
    sums.add(powers_of(*scenario, profile->zone, t), step.count(), t + step);
    t += step;
    if (!fine && ++number % 307 != 0) continue;
    const std::string where = std::to_string(t.time_since_epoch().count());
    const MeterState now = meter->at(t);
    sums.expect_shown(now, where);
    const Powers powers = powers_of(*scenario, profile->zone, t);
    ASSERT_EQ(now[Quantity::kPowerImport], powers.import) << where;
    ASSERT_EQ(now[Quantity::kPowerExport], powers.export_) << where;
    test::expect_only_forward(before, now, where);
    test::expect_voltage_times_current(now, where);
    if (HasFatalFailure()) return;
    before = now;
  }
  const MeterState last = meter->at(kStart + days{400});
  EXPECT_EQ(last[Quantity::kEnergyImport] - first[Quantity::kEnergyImport],
            over_tariffs(last, Quantity::kEnergyImportT1) -
                over_tariffs(first, Quantity::kEnergyImportT1));
  EXPECT_EQ(last[Quantity::kEnergyExport] - first[Quantity::kEnergyExport],
            over_tariffs(last, Quantity::kEnergyExportT1) -
                over_tariffs(first, Quantity::kEnergyExportT1));
  // February 2026 to February 2027 have begun.
  ASSERT_EQ(sums.months().size(), 13U);
  EXPECT_EQ(last.peaks, std::vector(sums.months().rbegin(), sums.months().rend()));
  const std::int64_t kwh =
      (last[Quantity::kEnergyImport] - first[Quantity::kEnergyImport]) / 3'600'000'000;
  EXPECT_GT(kwh, GetParam().sun ? 1500 : 2500);
}

/// What a reader of a meter that sends each second can add up: the powers printed in W against the
/// registers printed in Wh.
TEST_P(FourHundredDays, PrintThePowersThatTheRegistersPrintedCount) {
  ASSERT_EQ(profile->schedule.period, seconds{1});
  // From seven to one o'clock: cooking, and with the sun, both directions.
  const sys_seconds from = kStart + days{171} + hours{5};
  constexpr std::int64_t kSeconds = 6 * 3600;
  const Printed first = printed_at(*profile, meter->at(from));
  std::int64_t import = 0, export_ = 0;
  for (sys_seconds t = from; t < from + seconds{kSeconds}; t += seconds{1}) {
    const Printed now = printed_at(*profile, meter->at(t));
    import += now.import_power;
    export_ += now.export_power;
  }
  const Printed last = printed_at(*profile, meter->at(from + seconds{kSeconds}));
  // Two registers are cut at both ends, and each power is rounded by up to half a watt.
  constexpr std::int64_t kRounding = 2 * 3600 + kSeconds / 2;
  const std::int64_t imported = last.import_register - first.import_register;
  const std::int64_t exported = last.export_register - first.export_register;
  EXPECT_LE(std::abs(imported * 3600 - import), kRounding);
  EXPECT_LE(std::abs(exported * 3600 - export_), kRounding);
  EXPECT_GT(GetParam().sun ? exported : imported, 500);
}

INSTANTIATE_TEST_SUITE_P(Lives, FourHundredDays,
                         ::testing::Values(Kind{"iskra-am550", false}, Kind{"iskra-am550", true},
                                           Kind{"sagemcom-t211-d-emucs17", false},
                                           Kind{"sagemcom-t211-d-emucs17", true}),
                         [](const auto& kind) {
                           std::string words(kind.param.profile);
                           std::ranges::replace_if(
                               words, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
                           return words + (kind.param.sun ? "_with_sun" : "");
                         });

}  // namespace
}  // namespace p1rig::meter_year_test
