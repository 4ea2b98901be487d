#include "simulator/electric.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/protocol/xorshift.h"

namespace p1rig::electric_test {
namespace {

using Quadrants = std::array<std::int64_t, 4>;

constexpr std::int64_t kVolts230 = 230'000;

PhaseLoads loads(PhaseLoad l1, PhaseLoad l2, PhaseLoad l3) { return {l1, l2, l3}; }

TEST(Electric, TotalsAreThoseOfTheAlgebraicSum) {
  // 1000 W in, 400 W and 200 W out: the meter sees 400 W in.
  const Flow flow = flow_of(loads({1'000'000, 300'000, kVolts230}, {-400'000, -100'000, kVolts230},
                                  {-200'000, 0, kVolts230}),
                            false);
  EXPECT_EQ(flow.import, 400'000);
  EXPECT_EQ(flow.export_, 0);
  EXPECT_EQ(flow.reactive_import, 200'000);
  EXPECT_EQ(flow.reactive_export, 0);
  EXPECT_EQ(flow.quadrant, (Quadrants{200'000, 0, 0, 0}));
}

TEST(Electric, OrThoseOfEachPhase) {
  const Flow flow = flow_of(loads({1'000'000, 300'000, kVolts230}, {-400'000, -100'000, kVolts230},
                                  {-200'000, 50'000, kVolts230}),
                            true);
  EXPECT_EQ(flow.import, 1'000'000);
  EXPECT_EQ(flow.export_, 600'000);
  EXPECT_EQ(flow.reactive_import, 350'000);
  EXPECT_EQ(flow.reactive_export, 100'000);
  // L1 imports and is inductive: I. L3 exports and is inductive: II. L2 exports, capacitive: III.
  EXPECT_EQ(flow.quadrant, (Quadrants{300'000, 50'000, 100'000, 0}));
}

TEST(Electric, EveryQuadrant) {
  const auto quadrant = [](std::int64_t active, std::int64_t reactive) {
    return flow_of(loads({active, reactive, kVolts230}, {}, {}), false).quadrant;
  };
  EXPECT_EQ(quadrant(1000, 7), (Quadrants{7, 0, 0, 0}));
  EXPECT_EQ(quadrant(-1000, 7), (Quadrants{0, 7, 0, 0}));
  EXPECT_EQ(quadrant(-1000, -7), (Quadrants{0, 0, 7, 0}));
  EXPECT_EQ(quadrant(1000, -7), (Quadrants{0, 0, 0, 7}));
}

TEST(Electric, SquareRootIsCutForEverySmallNumber) {
  std::int64_t root = 0;
  for (std::int64_t square = 0; square <= 1'100'000; ++square) {
    if ((root + 1) * (root + 1) == square) ++root;
    ASSERT_EQ(integer_sqrt(square), root) << square;
  }
}

TEST(Electric, SquareRootIsExactAroundLargeSquares) {
  constexpr std::int64_t kLargest = 3'037'000'499;  // its square is just below 2^63
  for (std::int64_t i = 0; i < 2000; ++i) {
    for (const std::int64_t root : {kLargest - i, (std::int64_t{1} << 31) + i, 94'906'265 + i}) {
      ASSERT_EQ(integer_sqrt(root * root), root);
      ASSERT_EQ(integer_sqrt(root * root - 1), root - 1);
    }
  }
  EXPECT_EQ(integer_sqrt(INT64_MAX), kLargest);
  EXPECT_EQ(integer_sqrt(-1), 0);
}

TEST(Electric, ApparentPower) {
  EXPECT_EQ(apparent_power(3000, 4000), 5000);
  EXPECT_EQ(apparent_power(-3000, 4000), 5000);
  EXPECT_EQ(apparent_power(0, -7), 7);
  // 325 W and 48 var: the square root of 107,929 is 328.52549.
  EXPECT_EQ(apparent_power(325'000, 48'000), 328'525);
  // 2 MW each: 2,828,427.1247 VA.
  EXPECT_EQ(apparent_power(2'000'000'000, 2'000'000'000), 2'828'427'124);
}

// Eight loads of 450 kW were 0 kVA: their square is more than 64 bits hold.
TEST(Electric, ApparentPowerOfAnyPowers) {
  EXPECT_EQ(apparent_power(3'600'000'000, 0), 3'600'000'000);
  EXPECT_EQ(apparent_power(3'000'000'000'000, -4'000'000'000'000), 5'000'000'000'000);
  EXPECT_EQ(apparent_power(-8'000'000'000'000'000'000, 15), 8'000'000'000'000'000'000);
  EXPECT_EQ(apparent_power(INT64_MAX, INT64_MIN), INT64_MAX);
}

// The most on each phase, in each direction, gives nothing that overflows.
TEST(Electric, TheMostOnEachPhase) {
  for (const std::int64_t active : {-kMostOnPhase, kMostOnPhase}) {
    for (const std::int64_t reactive : {-kMostOnPhase, kMostOnPhase}) {
      MeterState state;
      const PhaseLoad load{active, reactive, 230'000};
      set_instantaneous({load, load, load}, {load, load, load}, false, state);
      // √2 · 500 kVA, and 3 of them.
      EXPECT_EQ(state[Quantity::kApparentPowerImportL3] + state[Quantity::kApparentPowerExportL3],
                707'106'781);
      EXPECT_EQ(state[Quantity::kApparentPowerImport] + state[Quantity::kApparentPowerExport],
                2'121'320'343);
      EXPECT_EQ(state[Quantity::kCurrentL1], 3'074'377) << "707,106.781 VA at 230 V";
    }
  }
}

TEST(Electric, FillsInThePhases) {
  MeterState state;
  const PhaseLoads phases =
      loads({325'000, 48'000, 231'400}, {-120'000, -21'000, 230'900}, {0, 0, 0});
  set_instantaneous(phases, phases, false, state);
  EXPECT_EQ(state[Quantity::kPowerImportL1], 325'000);
  EXPECT_EQ(state[Quantity::kPowerExportL1], 0);
  EXPECT_EQ(state[Quantity::kReactivePowerImportL1], 48'000);
  EXPECT_EQ(state[Quantity::kApparentPowerImportL1], 328'525);
  EXPECT_EQ(state[Quantity::kCurrentL1], 1420) << "328.525 VA at 231.4 V are 1.41973 A";
  EXPECT_EQ(state[Quantity::kFactorL1], 989) << "325 / 328.525 is 0.98927";

  EXPECT_EQ(state[Quantity::kPowerImportL2], 0);
  EXPECT_EQ(state[Quantity::kPowerExportL2], 120'000);
  EXPECT_EQ(state[Quantity::kReactivePowerExportL2], 21'000);
  EXPECT_EQ(state[Quantity::kApparentPowerImportL2], 0);
  EXPECT_EQ(state[Quantity::kApparentPowerExportL2], 121'823) << "the root of 14,841 is 121.8236";
  EXPECT_EQ(state[Quantity::kCurrentL2], 528) << "121.823 VA at 230.9 V are 0.52760 A";
  EXPECT_EQ(state[Quantity::kFactorL2], -985) << "-120 / 121.823 is -0.98504";

  EXPECT_EQ(state[Quantity::kVoltageL3], 0);
  EXPECT_EQ(state[Quantity::kCurrentL3], 0);

  EXPECT_EQ(state[Quantity::kCurrentSum], 1948);
  EXPECT_EQ(state[Quantity::kCurrentMax], 1420);
  EXPECT_EQ(state[Quantity::kVoltageMax], 231'400);
}

TEST(Electric, FillsInTheTotalsFromTheirOwnMoment) {
  MeterState state;
  const PhaseLoads phases = loads({500'000, 0, kVolts230}, {}, {});
  const PhaseLoads totals = loads({-300'000, -400'000, kVolts230}, {}, {});
  set_instantaneous(phases, totals, false, state);
  EXPECT_EQ(state[Quantity::kPowerImportL1], 500'000);
  EXPECT_EQ(state[Quantity::kPowerImport], 0);
  EXPECT_EQ(state[Quantity::kPowerExport], 300'000);
  EXPECT_EQ(state[Quantity::kPowerAbsolute], 300'000);
  EXPECT_EQ(state[Quantity::kPowerNet], -300'000);
  EXPECT_EQ(state[Quantity::kReactivePowerExport], 400'000);
  EXPECT_EQ(state[Quantity::kReactivePowerQ3], 400'000);
  EXPECT_EQ(state[Quantity::kApparentPowerImport], 0);
  EXPECT_EQ(state[Quantity::kApparentPowerExport], 500'000);
  EXPECT_EQ(state[Quantity::kFactor], -600);
}

TEST(Electric, VoltageTimesCurrentIsTheApparentPower) {
  test::Xorshift random(20);
  for (int turn = 0; turn < 20'000; ++turn) {
    const auto power = [&](std::size_t bound) {
      return static_cast<std::int64_t>(random.below(2 * bound)) - static_cast<std::int64_t>(bound);
    };
    const PhaseLoad load{power(17'250'000), power(5'000'000),
                         195'000 + static_cast<std::int64_t>(random.below(60'000))};
    MeterState state;
    set_instantaneous({load}, {load}, false, state);
    const std::int64_t apparent =
        state[Quantity::kApparentPowerImportL1] + state[Quantity::kApparentPowerExportL1];
    // The current is rounded to a milliampere: at most half of one away.
    const std::int64_t product = load.voltage * state[Quantity::kCurrentL1];
    ASSERT_LE(2 * std::abs(product - apparent * 1000), load.voltage)
        << load.active << " mW, " << load.reactive << " mvar, " << load.voltage << " mV";
    ASSERT_LE(apparent * apparent, load.active * load.active + load.reactive * load.reactive);
  }
}

}  // namespace
}  // namespace p1rig::electric_test
