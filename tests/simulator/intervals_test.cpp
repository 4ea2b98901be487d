// Averages, demands and peaks of a meter whose intervals are cut short: by a scenario that begins in
// one, by a power failure, by a clock that is put on or back, by the exchange of the meter. What they
// must be is added up here from the powers and voltages of every second.

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "simulator/meter/meter.h"

namespace p1rig::intervals_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using std::chrono::year;

constexpr sys_seconds kTen = sys_days{year{2026} / 1 / 5} + 10h;  // a Monday

std::shared_ptr<const Profile> eso() {
  static const auto kProfile = std::make_shared<const Profile>(find_profile("eso-maximum").value());
  return kProfile;
}

Load fixed(std::int64_t watts, sys_seconds from, sys_seconds until = sys_seconds::max()) {
  Load load;
  load.kind = FixedLoad{{{{watts * 1000, 40'000}, {}, {}}}};
  load.from = from;
  load.until = until;
  return load;
}

/// Import at first, export after 17 minutes, import again; and the events.
Meter meter_from(sys_seconds start, std::vector<Event> events = {}) {
  auto scenario = std::make_shared<Scenario>(constant_load(*eso(), start));
  scenario->loads = {fixed(2000, start), fixed(-5000, start + 17min + 13s, start + 29min)};
  scenario->events = std::move(events);
  return {eso(), scenario, 1};
}

Event event(sys_seconds at, decltype(Event::what) what) {
  Event result;
  result.at = at;
  result.what = std::move(what);
  return result;
}

Quantity nth(Quantity first, std::size_t n) {
  return static_cast<Quantity>(static_cast<std::size_t>(first) + n);
}

/// What the seconds of one interval add up to.
struct Sums {
  std::int64_t measured = 0, import = 0, export_ = 0, reactive = 0;
  std::array<std::int64_t, 3> voltage{};

  void add(const MeterState& state, bool supplied) {
    if (supplied) ++measured;
    import += state[Quantity::kPowerImport];
    export_ += state[Quantity::kPowerExport];
    reactive += state[Quantity::kReactivePowerImport];
    for (std::size_t phase = 0; phase < 3; ++phase) {
      voltage[phase] += state[nth(Quantity::kVoltageL1, phase)];
    }
  }
};

std::int64_t interval(std::int64_t clock, std::int64_t length) {
  return clock / length - (clock % length < 0 ? 1 : 0);
}

/// Goes through an hour second by second, and compares the averages and demands of each. `deviates`
/// is what the test knows of the meter's clock.
void expect_sums_of_seconds(Meter meter, sys_seconds start,
                            const std::map<sys_seconds, seconds>& deviates = {}) {
  Sums ten, quarter;
  MeterState before = meter.at(start);
  seconds deviation{0};
  std::int64_t clock = start.time_since_epoch().count();
  int tens = 0, quarters = 0;
  for (sys_seconds t = start; t < start + 1h; t += 1s) {
    if (const auto put = deviates.find(t); put != deviates.end()) deviation = put->second;
    const MeterState state = meter.at(t);
    const std::int64_t now = (t + deviation).time_since_epoch().count();
    const std::string where = std::to_string((t - start).count()) + " s after " +
                              std::to_string(start.time_since_epoch().count() % 900);
    if (interval(now, 600) != interval(clock, 600)) {
      if (ten.measured > 0) {
        ASSERT_EQ(state[Quantity::kAveragePowerImport], ten.import / ten.measured) << where;
        ASSERT_EQ(state[Quantity::kAveragePowerNet], (ten.import - ten.export_) / ten.measured);
        ASSERT_EQ(state[Quantity::kAveragePowerAbsolute],
                  (ten.import + ten.export_) / ten.measured);
        for (std::size_t phase = 0; phase < 3; ++phase) {
          ASSERT_EQ(state[nth(Quantity::kAverageVoltageL1, phase)],
                    ten.voltage[phase] / ten.measured)
              << where;
        }
        ++tens;
      }
      ten = {};
    } else if (t > start && meter.supplies_at(t) && ten.measured > 0) {
      ASSERT_EQ(state[Quantity::kAverageVoltageL1], before[Quantity::kAverageVoltageL1]) << where;
    }
    if (interval(now, 900) != interval(clock, 900)) {
      ASSERT_EQ(state[Quantity::kDemandLastImport], quarter.import / 900) << where;
      ASSERT_EQ(state[Quantity::kDemandLastExport], quarter.export_ / 900) << where;
      ASSERT_EQ(state[Quantity::kDemandLastReactiveImport], quarter.reactive / 900) << where;
      ASSERT_GE(state[Quantity::kPeakPower], quarter.import / 900) << where;
      quarter = {};
      ++quarters;
    }
    ASSERT_EQ(state[Quantity::kDemandImport], quarter.import / 900) << where;
    ASSERT_EQ(state[Quantity::kDemandExport], quarter.export_ / 900) << where;
    const bool supplied = meter.supplies_at(t);
    ten.add(state, supplied);
    quarter.add(state, supplied);
    before = state;
    clock = now;
  }
  EXPECT_GE(tens, 4);
  EXPECT_GE(quarters, 3);
}

// --- a scenario that begins in an interval ----------------------------------------------------------

TEST(Intervals, CutByTheStart) {
  for (const seconds after : {0s, 1s, seconds{7min}, 9min + 59s, 14min + 59s}) {
    ASSERT_NO_FATAL_FAILURE(expect_sums_of_seconds(meter_from(kTen + after), kTen + after));
  }
}

// 180 s of 229 V and 2 kW, of which a tenth more than a quarter of the ten minutes is known.
TEST(Intervals, AverageBeginsAsWhatIsMeasured) {
  Meter meter = meter_from(kTen + 7min);
  for (const seconds after : {7min + 0s, 9min + 59s, 10min + 0s, 12min + 0s}) {
    const MeterState state = meter.at(kTen + after);
    EXPECT_EQ(state[Quantity::kAveragePowerImport], 2'000'000) << after.count();
    EXPECT_EQ(state[Quantity::kAveragePowerNet], 2'000'000) << after.count();
    for (std::size_t phase = 0; phase < 3; ++phase) {
      EXPECT_GT(state[nth(Quantity::kAverageVoltageL1, phase)], 227'000) << after.count();
      EXPECT_LT(state[nth(Quantity::kAverageVoltageL1, phase)], 232'000) << after.count();
    }
  }
}

TEST(Intervals, AverageThatIsGivenStaysUntilOneIsMeasured) {
  auto scenario = std::make_shared<Scenario>(constant_load(*eso(), kTen + 7min));
  scenario->values = {{Quantity::kAverageVoltageL1, "241.5 V"}};
  Meter meter(eso(), scenario, 1);
  EXPECT_EQ(meter.at(kTen + 9min)[Quantity::kAverageVoltageL1], 241'500);
  EXPECT_GT(meter.at(kTen + 9min)[Quantity::kAverageVoltageL2], 227'000);
  EXPECT_LT(meter.at(kTen + 10min)[Quantity::kAverageVoltageL1], 232'000);
}

// The registers counted 480 s of 2 kW in this quarter, and that is what the demand says of it
// (over the full quarter: measured on Belgian meters).
TEST(Intervals, DemandIsOverTheFullQuarter) {
  Meter meter = meter_from(kTen + 7min);
  EXPECT_EQ(meter.at(kTen + 14min)[Quantity::kDemandImport], 2'000'000 * 420 / 900);
  const MeterState state = meter.at(kTen + 15min);
  EXPECT_EQ(state[Quantity::kDemandLastImport], 2'000'000 * 480 / 900);
  EXPECT_EQ(state[Quantity::kDemandMaxImport], 2'000'000 * 480 / 900);
  EXPECT_EQ(state[Quantity::kPeakPower], 2'000'000 * 480 / 900);
}

// --- power failures -----------------------------------------------------------------------------------

TEST(Intervals, CutByPowerFailures) {
  const auto failures = [](sys_seconds start) {
    return std::vector{event(start + 3min + 7s, PowerFailureEvent{90s, 10s}),
                       event(start + 8min, PowerFailureEvent{4min, 60s}),
                       event(start + 21min + 30s, PowerFailureEvent{22min, 10s})};
  };
  for (const seconds after : {0s, 4min + 11s}) {
    ASSERT_NO_FATAL_FAILURE(
        expect_sums_of_seconds(meter_from(kTen + after, failures(kTen + after)), kTen + after));
  }
}

// Nothing is measured without supply: half of the ten minutes make their average, and ten without
// supply none.
TEST(Intervals, AverageLeavesOutWhatWasDark) {
  Meter meter = meter_from(kTen, {event(kTen + 2min, PowerFailureEvent{5min, 10s}),
                                  event(kTen + 31min, PowerFailureEvent{25min, 10s})});
  EXPECT_EQ(meter.at(kTen + 10min)[Quantity::kAveragePowerImport], 2'000'000);
  EXPECT_GT(meter.at(kTen + 10min)[Quantity::kAverageVoltageL1], 227'000);
  EXPECT_EQ(meter.at(kTen + 15min)[Quantity::kDemandLastImport], 2'000'000 * 600 / 900);
  const MeterState long_dark = meter.at(kTen + 57min);
  EXPECT_GT(long_dark[Quantity::kAverageVoltageL1], 227'000) << "of 10:30 to 10:31";
  EXPECT_EQ(long_dark[Quantity::kAveragePowerImport], 2'000'000);
}

TEST(Intervals, FailureAtTheStartLeavesNothingToAverage) {
  Meter meter = meter_from(kTen + 7min, {event(kTen + 7min, PowerFailureEvent{60s, 10s})});
  EXPECT_GT(meter.at(kTen + 8min)[Quantity::kAverageVoltageL3], 227'000);
  EXPECT_EQ(meter.at(kTen + 8min)[Quantity::kAveragePowerImport], 2'000'000);
}

// --- another meter ------------------------------------------------------------------------------------

TEST(Intervals, AnotherMeterAveragesWhatItMeasured) {
  Meter meter = meter_from(kTen, {event(kTen + 31min, MeterExchangeEvent{{}, 3min}),
                                  event(kTen + 42min, MeterExchangeEvent{{}, 0s})});
  for (const auto after : {34min, 39min, 40min, 41min, 42min, 50min}) {
    const MeterState state = meter.at(kTen + after);
    EXPECT_EQ(state[Quantity::kAveragePowerImport], 2'000'000) << after.count();
    EXPECT_GT(state[Quantity::kAverageVoltageL1], 227'000) << after.count();
  }
  EXPECT_EQ(meter.at(kTen + 45min)[Quantity::kDemandLastImport], 2'000'000 * 180 / 900)
      << "since 10:42";
}

// --- the meter's clock ----------------------------------------------------------------------------------

TEST(Intervals, CutByTheClock) {
  for (const seconds deviation :
       {-125s, 125s, seconds{-7min}, seconds{2h + 1min}, -100s * 86'400 * 365}) {
    for (const seconds after : {0s, 3min + 20s}) {
      const sys_seconds start = kTen + after, put = start + 11min + 4s, right = start + 38min;
      const std::vector events = {event(put, ClockEvent{false, deviation}),
                                  event(right, ClockEvent{})};
      ASSERT_NO_FATAL_FAILURE(
          expect_sums_of_seconds(meter_from(start, events), start, {{put, deviation}, {right, 0s}}))
          << deviation.count();
    }
  }
}

TEST(Intervals, EndByTheMetersOwnClock) {
  // From 10:20 on it says 10:17:55.
  Meter meter = meter_from(kTen, {event(kTen + 20min, ClockEvent{false, -125s})});
  EXPECT_EQ(meter.at(kTen + 45min)[Quantity::kDemandLastImport],
            meter.at(kTen + 33min)[Quantity::kDemandLastImport])
      << "by its clock it is 10:42:55";
  const MeterState state = meter.at(kTen + 47min + 5s);
  EXPECT_EQ(state[Quantity::kDemandLastImport], 2'000'000);
  EXPECT_EQ(state[Quantity::kPeakTime] % 900, 0) << "quarters are fixed on the clock";
}

TEST(Intervals, TariffIsThatOfTheMetersOwnClock) {
  // Lithuania's low tariff begins at 23:00, 21:00 UTC; this clock is 20 s late.
  const sys_seconds evening = sys_days{year{2026} / 1 / 5} + 20h + 50min;
  Meter meter = meter_from(evening, {event(evening + 1min, ClockEvent{false, -20s})});
  const auto tariff = [&](seconds after) { return meter.at(evening + after)[Quantity::kTariff]; };
  EXPECT_EQ(tariff(10min + 19s), 2);
  EXPECT_EQ(tariff(10min + 20s), 3);
  const MeterState later = meter.at(evening + 10min + 30s);
  EXPECT_EQ(later[Quantity::kEnergyImportT3] - meter.at(evening)[Quantity::kEnergyImportT3],
            10 * 2'000'000);
}

// 22:00 UTC of 31 January is February in Vilnius.
TEST(Intervals, MonthEndsByTheMetersOwnClock) {
  const sys_seconds evening = sys_days{year{2026} / 1 / 31} + 21h;
  const auto ends = [&](std::vector<Event> events, seconds after) {
    return meter_from(evening, std::move(events)).at(evening + after).peaks.size();
  };
  EXPECT_EQ(ends({}, 1h - 1s), 0U);
  EXPECT_EQ(ends({}, 1h), 1U);
  const Event late = event(evening + 1min, ClockEvent{false, -125s});
  EXPECT_EQ(ends({late}, 1h + 124s), 0U);
  EXPECT_EQ(ends({late}, 1h + 125s), 1U);
  const Event put_on = event(evening + 5min, ClockEvent{false, 1h});
  EXPECT_EQ(ends({put_on}, 5min - 1s), 0U);
  EXPECT_EQ(ends({put_on}, 5min), 1U);
  EXPECT_EQ(ends({put_on}, 2h), 1U) << "the month ends once";
  const Event unset = event(evening + 5min, ClockEvent{true, 0s});
  EXPECT_EQ(ends({unset}, 2h), 0U) << "it does not know that a month ends";
  EXPECT_EQ(ends({unset, event(evening + 2h + 1min, ClockEvent{})}, 2h + 1min), 1U);
  const MeterState state = meter_from(evening, {late}).at(evening + 2h);
  EXPECT_EQ(state.peaks.at(0).month_end, evening + 1h) << "the first instant of the month";
}

}  // namespace
}  // namespace p1rig::intervals_test
