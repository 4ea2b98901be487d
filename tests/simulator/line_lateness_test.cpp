#include <gtest/gtest.h>

#include "simulator/line/lateness.h"

namespace p1rig::line_lateness_test {
namespace {

using namespace std::chrono_literals;

TEST(Lateness, IsZeroWhereNothingWasCounted) {
  const Lateness lateness;
  EXPECT_EQ(lateness.count(), 0u);
  EXPECT_EQ(lateness.quantile(0.5), 0ns);
  EXPECT_EQ(lateness.max(), 0ns);
}

TEST(Lateness, QuantilesAreExactToASixteenth) {
  Lateness lateness;
  for (int us = 1; us <= 1000; ++us) lateness.add(std::chrono::microseconds(us));
  EXPECT_EQ(lateness.count(), 1000u);
  EXPECT_GE(lateness.quantile(0.5), 500us);
  EXPECT_LE(lateness.quantile(0.5), 532us);
  EXPECT_GE(lateness.quantile(0.99), 990us);
  EXPECT_LE(lateness.quantile(0.99), 1000us) << "never above the maximum";
  EXPECT_EQ(lateness.max(), 1000us);
}

TEST(Lateness, TheSmallestAndTheLargestHaveTheirPlace) {
  Lateness lateness;
  lateness.add(0ns);
  EXPECT_EQ(lateness.quantile(1), 0ns);
  lateness.add(std::chrono::nanoseconds::max());
  EXPECT_EQ(lateness.quantile(1), std::chrono::nanoseconds::max());
  EXPECT_EQ(lateness.quantile(0), 0ns);
}

TEST(Lateness, EarlyIsNotLate) {
  Lateness lateness;
  lateness.add(-5us);
  EXPECT_EQ(lateness.count(), 1u);
  EXPECT_EQ(lateness.max(), 0ns);
  EXPECT_EQ(lateness.quantile(0.99), 0ns);
}

}  // namespace
}  // namespace p1rig::line_lateness_test
