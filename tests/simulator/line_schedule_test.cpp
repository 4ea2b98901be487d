#include <gtest/gtest.h>

#include <optional>

#include "simulator/line/schedule.h"

namespace p1rig::line_schedule_test {
namespace {

using namespace std::chrono_literals;

MeterTime at(std::chrono::nanoseconds since_noon) {
  return MeterTime{std::chrono::sys_days{std::chrono::year{2026} / 5 / 4} + 12h} + since_noon;
}

TEST(LineSchedule, IsSilentUntilAsked) {
  const Schedule schedule({.period = 10s});
  EXPECT_EQ(schedule.next_start(), std::nullopt);
}

TEST(LineSchedule, FreePhaseKeepsToMultiplesOfThePeriod) {
  Schedule schedule({.period = 10s});
  schedule.assume_requested(at(3s));
  EXPECT_EQ(schedule.next_start(), at(10s));
  schedule.begin(900ms);
  EXPECT_EQ(schedule.next_start(), at(20s));
}

TEST(LineSchedule, AMultipleItselfIsAStart) {
  Schedule schedule({.period = 10s});
  schedule.assume_requested(at(10s));
  EXPECT_EQ(schedule.next_start(), at(10s));
}

TEST(LineSchedule, CountsThePeriodFromStartToStart) {
  Schedule schedule({.period = 10s, .phase = Phase::kEdge});
  schedule.request(at(1500ms));
  schedule.begin(8s);
  EXPECT_EQ(schedule.next_start(), at(11500ms));
  schedule.begin(8s);
  EXPECT_EQ(schedule.next_start(), at(21500ms));
}

TEST(LineSchedule, RequestStartsTheFirstTelegramAtOnce) {
  for (const Phase phase : {Phase::kFree, Phase::kEdge}) {
    Schedule schedule({.period = 10s, .phase = phase});
    schedule.request(at(3200ms));
    EXPECT_EQ(schedule.next_start(), at(3200ms));
  }
}

TEST(LineSchedule, FreePhaseReturnsToItsMultiplesAfterTheFirst) {
  Schedule schedule({.period = 10s});
  schedule.request(at(3200ms));
  schedule.begin(900ms);
  EXPECT_EQ(schedule.next_start(), at(10s));
}

TEST(LineSchedule, FreePhaseWaitsForAMultipleThatIsNearEnough) {
  Schedule schedule({.period = 10s, .first = 1s});
  schedule.request(at(9200ms));
  EXPECT_EQ(schedule.next_start(), at(10s));
}

TEST(LineSchedule, FreePhaseDoesNotWaitLongerThanFirst) {
  Schedule schedule({.period = 10s, .first = 1s});
  schedule.request(at(8900ms));
  EXPECT_EQ(schedule.next_start(), at(8900ms));
}

TEST(LineSchedule, LeavesOutStartsWithinALongTelegram) {
  Schedule schedule({.period = 1s});
  schedule.assume_requested(at(0s));
  schedule.begin(2500ms);
  EXPECT_EQ(schedule.next_start(), at(3s));
}

TEST(LineSchedule, ATelegramThatJustFitsDoesNotCostTheNext) {
  Schedule schedule({.period = 1s});
  schedule.assume_requested(at(0s));
  schedule.begin(1s);
  EXPECT_EQ(schedule.next_start(), at(1s));
}

TEST(LineSchedule, ReleaseCutsAndSilences) {
  Schedule schedule({.period = 10s});
  schedule.request(at(1s));
  schedule.begin(5s);
  EXPECT_TRUE(schedule.release());
  EXPECT_EQ(schedule.next_start(), std::nullopt);
  schedule.request(at(2s));
  EXPECT_EQ(schedule.next_start(), at(2s));
}

TEST(LineSchedule, ReleaseMayLetTheTelegramFinish) {
  Schedule schedule({.period = 10s, .on_release = OnRelease::kFinish});
  schedule.request(at(1s));
  schedule.begin(5s);
  EXPECT_FALSE(schedule.release());
  EXPECT_EQ(schedule.next_start(), std::nullopt);
  schedule.request(at(2s));
  EXPECT_EQ(schedule.next_start(), at(6s)) << "the one on its way comes first";
}

TEST(LineSchedule, ASecondRequestChangesNothing) {
  Schedule schedule({.period = 10s, .phase = Phase::kEdge});
  schedule.request(at(1s));
  schedule.request(at(2s));
  EXPECT_EQ(schedule.next_start(), at(1s));
}

TEST(LineSchedule, SkipsWhatTheHostSleptThrough) {
  Schedule schedule({.period = 10s, .phase = Phase::kEdge});
  schedule.request(at(1s));
  schedule.begin(1s);
  schedule.skip_to(at(57s));
  EXPECT_EQ(schedule.next_start(), at(61s));
  schedule.skip_to(at(60s));
  EXPECT_EQ(schedule.next_start(), at(61s)) << "nothing was missed";
}

TEST(LineSchedule, SkippingNeverGoesBack) {
  Schedule schedule({.period = 1s});
  schedule.assume_requested(at(0s));
  schedule.begin(4500ms);
  schedule.skip_to(at(2s));
  EXPECT_EQ(schedule.next_start(), at(5s));
}

}  // namespace
}  // namespace p1rig::line_schedule_test
