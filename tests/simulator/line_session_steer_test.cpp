// What may be changed while a session runs: its speed, its script, and whether its time passes.

#include <gmock/gmock.h>

#include "tests/simulator/line_session_fixture.h"

namespace p1rig::line_session_steer_test {
namespace {

using namespace std::chrono_literals;
using test::kNoon;
using test::kPipe;
using test::kWire;
using test::LineSession;
using ::testing::ElementsAre;

TEST_F(LineSession, FromAChangeOnTimePassesAtTheNewSpeed) {
  FakeLine line(kWire);
  begin({&line});
  run_until(15s);
  session->set_speed(10);
  run_until(17s);  // 20 s of the meter more
  EXPECT_EQ(session->now().meter, kNoon + 35s);
  EXPECT_THAT(started, ElementsAre(0s, 10s, 20s, 30s));
}

TEST_F(LineSession, WhileItIsPausedNothingBegins) {
  size = 1152;  // 100 ms
  FakeLine line(kWire);
  begin({&line});
  run_until(10s + 50ms);
  session->pause(true);
  line.take();
  run_until(60s);
  EXPECT_EQ(line.take().back(), '!') << "the telegram on its way is sent to its end";
  EXPECT_EQ(session->now().meter, kNoon + 10s + 50ms);
  EXPECT_TRUE(session->now().paused);
  session->pause(false);
  run_until(69s);
  EXPECT_THAT(started, ElementsAre(0s, 10s));
  run_until(70s);
  EXPECT_THAT(started, ElementsAre(0s, 10s, 20s));
}

TEST_F(LineSession, ASpeedIsSetDuringAPause) {
  FakeLine line(kWire);
  begin({&line});
  run_until(5s);
  session->pause(true);
  session->set_speed(100);
  run_until(20s);
  EXPECT_EQ(session->now().meter, kNoon + 5s);
  session->pause(false);
  run_until(20s + 100ms);
  EXPECT_EQ(session->now().meter, kNoon + 15s);
}

TEST_F(LineSession, PausedAtFullSpeedItWaits) {
  options.speed = kMaxSpeed;
  options.count = 3;
  FakeLine line(kPipe);
  begin({&line});
  session->pause(true);
  const std::size_t before = started.size();
  clock.advance(1s);
  session->advance();
  EXPECT_EQ(started.size(), before);
  session->pause(false);
  run_until(2s);
  EXPECT_THAT(started, ElementsAre(0s, 10s, 20s));
}

TEST_F(LineSession, WhatIsToComeOfItsScriptMayChange) {
  options.request_edges = {{kNoon + 5s, RequestMode::kOff}};
  FakeLine line(kWire);
  begin({&line});
  run_until(25s);
  EXPECT_THAT(started, ElementsAre(0s));
  session->set_script({{kNoon + 5s, RequestMode::kOff}, {kNoon + 35s, RequestMode::kLine}}, {});
  EXPECT_EQ(session->now().request, RequestMode::kOff);
  run_until(45s);
  EXPECT_EQ(session->now().request, RequestMode::kLine);
  EXPECT_EQ(started.size(), 3U) << "Data Request is active where the line always raises it";
}

TEST_F(LineSession, WhatIsSettledHasNoTelegramToComeBeforeIt) {
  FakeLine line(kWire);
  begin({&line});
  run_until(13s);
  EXPECT_EQ(session->now().settled, kNoon + 13s);
  clock.set(SteadyTime{25s});  // a telegram is due, and not begun
  EXPECT_EQ(session->now().settled, kNoon + 20s);
}

}  // namespace
}  // namespace p1rig::line_session_steer_test
