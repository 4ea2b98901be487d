// Data Request, by readers and by scripts, and the supply of the reader.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/simulator/line_session_fixture.h"

namespace p1rig::line_session_request_test {
namespace {

using namespace std::chrono_literals;
using test::kCable;
using test::kNoon;
using test::kPipe;
using test::kWire;
using test::LineSession;
using test::telegram_at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(LineSession, DataRequestStartsATelegramAtOnce) {
  options.start = kNoon + 3400ms;
  FakeLine line(kCable);
  line.set_requested(false);
  begin({&line});
  run_until(20s);
  EXPECT_THAT(started, IsEmpty());
  line.set_requested(true);
  EXPECT_THAT(started, ElementsAre(23s)) << "the meter's clock shows whole seconds";
  run_until(27s);
  EXPECT_THAT(started, ElementsAre(23s, 30s));
}

TEST_F(LineSession, ReleaseCutsTheTelegramAndPurgesTheLine) {
  size = 1152;
  FakeLine line(kCable);
  begin({&line});
  run_until(50ms);
  line.set_requested(false);
  run_until(60s);
  EXPECT_LE(line.take().size(), 576u);
  EXPECT_EQ(line.purges, 1);
  EXPECT_THAT(started, ElementsAre(0s));
  line.set_requested(true);
  run_until(60s + 100ms);
  EXPECT_EQ(line.take(), telegram_at(60s, size)) << "no rest of the one that was cut";
}

TEST_F(LineSession, ReleaseMayLetTheTelegramFinish) {
  options.schedule.on_release = OnRelease::kFinish;
  size = 1152;
  FakeLine line(kCable);
  begin({&line});
  run_until(50ms);
  line.set_requested(false);
  run_until(60s);
  EXPECT_EQ(line.take(), telegram_at(0s, size));
  EXPECT_EQ(line.purges, 0);
  EXPECT_THAT(started, ElementsAre(0s));
}

TEST_F(LineSession, AHubAsksWhileAnyReaderAsks) {
  size = 1152;
  FakeLine first(kCable), second(kCable);
  second.set_requested(false);
  begin({&first, &second});
  run_until(50ms);
  second.set_requested(true);
  first.set_requested(false);
  run_until(12s);
  EXPECT_LE(first.take().size(), 576u) << "cut for the one that released";
  const std::string all = telegram_at(0s, size) + telegram_at(10s, size);
  const std::string got = second.take();
  EXPECT_GE(got.size(), 576u + size);
  EXPECT_TRUE(all.ends_with(got)) << "joined in the middle";
  EXPECT_THAT(started, ElementsAre(0s, 10s));
}

TEST_F(LineSession, AtMaxSpeedANewRequestIsLaterThanTheLastTelegram) {
  options.speed = kMaxSpeed;
  options.schedule.phase = Phase::kEdge;
  FakeLine line(kCable);
  line.room = 150;
  begin({&line});
  line.set_requested(false);
  line.room = FakeLine::kEndless;
  line.set_requested(true);
  ASSERT_GE(started.size(), 3u);
  EXPECT_EQ(started[1], 10s);
  EXPECT_EQ(started[2], 20s);
}

TEST_F(LineSession, ARequestThatIsForcedNeedsNoReaderToAsk) {
  options.request = RequestMode::kOn;
  FakeLine line(kCable);
  line.set_requested(false);
  begin({&line});
  run_until(15s);
  EXPECT_THAT(started, ElementsAre(0s, 10s));
  EXPECT_EQ(line.take(), telegram_at(0s, size) + telegram_at(10s, size));
}

TEST_F(LineSession, ARequestThatIsForbiddenSilencesEveryLine) {
  options.request = RequestMode::kOff;
  options.until = kNoon + 60s;
  FakeLine wire(kWire), cable(kCable);
  begin({&wire, &cable});
  run_until(60s);
  EXPECT_THAT(started, IsEmpty());
  EXPECT_EQ(wire.take() + cable.take(), "");
  EXPECT_EQ(session->end(), SessionEnd::kUntil);
}

TEST_F(LineSession, ScriptedEdgesBeginAndCutTelegrams) {
  size = 1152;  // 100 ms
  options.request = RequestMode::kOff;
  options.request_edges = {{kNoon + 3400ms, RequestMode::kOn},
                           {kNoon + 10s + 50ms, RequestMode::kOff}};
  FakeLine line(kWire);
  begin({&line});
  run_until(60s);
  EXPECT_THAT(started, ElementsAre(3s, 10s)) << "at once, and then on the multiple";
  const std::string got = line.take();
  const std::string all = telegram_at(3s, size) + telegram_at(10s, size);
  EXPECT_TRUE(all.starts_with(got));
  EXPECT_LE(got.size(), size + size / 2);
  EXPECT_GT(got.size(), size + size / 2 - 17);
}

TEST_F(LineSession, AScriptedEdgeIsWaitedForBetweenPieces) {
  size = 1152;
  options.request_edges = {{kNoon + 50ms, RequestMode::kOff}};
  FakeLine line(kWire);
  begin({&line});
  run_until(49900us);  // pieces are due at 48.7 ms and at 50.2 ms
  EXPECT_EQ(session->advance(), SteadyTime{50ms});
}

TEST_F(LineSession, ALateHostDoesNotMoveAScriptedEdge) {
  options.speed = 1000;
  options.schedule.phase = Phase::kEdge;
  options.request = RequestMode::kOff;
  options.request_edges = {{kNoon + 3s, RequestMode::kOn}};
  FakeLine line(kWire);
  begin({&line});
  clock.set(SteadyTime{5ms});  // two seconds of the meter too late
  session->advance();
  run_until(15ms);
  EXPECT_THAT(started, ElementsAre(3s, 13s));
}

TEST_F(LineSession, ScriptedReleaseMayLetTheTelegramFinish) {
  size = 1152;
  options.schedule.on_release = OnRelease::kFinish;
  options.request_edges = {{kNoon + 50ms, RequestMode::kOff}};
  FakeLine line(kWire);
  begin({&line});
  run_until(60s);
  EXPECT_EQ(line.take(), telegram_at(0s, size));
}

TEST_F(LineSession, TheLastEdgeBeforeTheStartHolds) {
  options.request_edges = {{kNoon - 20s, RequestMode::kOn},
                           {kNoon - 10s, RequestMode::kOff},
                           {kNoon + 30s, RequestMode::kOn}};
  FakeLine line(kWire);
  begin({&line});
  run_until(45s);
  EXPECT_THAT(started, ElementsAre(30s, 40s));
}

TEST_F(LineSession, ScriptedEdgesComeAtTheMeterTimeAtAnySpeed) {
  options.schedule.phase = Phase::kEdge;
  options.request = RequestMode::kOff;
  options.until = kNoon + 60s;
  options.request_edges = {{kNoon + 3s, RequestMode::kOn},
                           {kNoon + 25s, RequestMode::kOff},
                           {kNoon + 41s, RequestMode::kOn}};
  for (const double speed : {1.0, 1000.0, kMaxSpeed}) {
    options.speed = speed;
    started.clear();
    FakeLine line(kPipe);
    begin({&line});
    run_until(60s);
    EXPECT_THAT(started, ElementsAre(3s, 13s, 23s, 41s, 51s)) << speed;
    EXPECT_EQ(session->end(), SessionEnd::kUntil) << speed;
  }
}

TEST_F(LineSession, TheSupplyFollowsTheGrid) {
  options.supply_edges = {{kNoon + 3s, false}, {kNoon + 25s, true}, {kNoon + 40s, false}};
  FakeLine line(kWire), other(kWire);
  begin({&line, &other});
  run_until(2999ms);
  EXPECT_THAT(line.supplies, IsEmpty());
  run_until(3s);
  EXPECT_THAT(line.supplies, ElementsAre(false));
  run_until(26s);
  EXPECT_THAT(line.supplies, ElementsAre(false, true));
  EXPECT_THAT(other.supplies, ElementsAre(false, true));
}

TEST_F(LineSession, TheSupplyFollowsTheGridWhileNobodyAsks) {
  options.supply_edges = {{kNoon + 3s, false}};
  FakeLine line(kCable);
  line.set_requested(false);
  begin({&line});
  run_until(3s);
  EXPECT_THAT(line.supplies, ElementsAre(false));
}

TEST_F(LineSession, TheSupplyFollowsTheGridAtTheMetersSpeed) {
  options.supply_edges = {{kNoon + 3s, false}};
  options.speed = 10;
  FakeLine line(kWire);
  begin({&line});
  run_until(299ms);
  EXPECT_THAT(line.supplies, IsEmpty());
  run_until(300ms);
  EXPECT_THAT(line.supplies, ElementsAre(false));
}

}  // namespace
}  // namespace p1rig::line_session_request_test
