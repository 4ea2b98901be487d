// When a session is over, and what it waits for then.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/simulator/line_session_fixture.h"

namespace p1rig::line_session_end_test {
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

TEST_F(LineSession, CountBeginsWithTheFirstTelegramThatAReaderCanSeeWhole) {
  options.count = 2;
  FakeLine line(kWire);
  line.set_present(false);
  begin({&line});
  run_until(20s + 5ms);
  line.set_present(true);
  run_until(100s);
  EXPECT_THAT(started, ElementsAre(0s, 10s, 20s, 30s, 40s));
  EXPECT_THAT(numbers, ElementsAre(0u, 0u, 0u, 1u, 2u));
  EXPECT_EQ(session->end(), SessionEnd::kCount);
  EXPECT_TRUE(line.take().ends_with(telegram_at(30s, size) + telegram_at(40s, size)));
}

TEST_F(LineSession, CountDoesNotBeginWhileAReaderIsSettingUp) {
  options.count = 1;
  FakeLine line(kWire);
  line.set_present(false);
  begin({&line});
  run_until(9990ms);
  line.set_present(true);
  run_until(100s);
  EXPECT_THAT(numbers, ElementsAre(0u, 0u, 1u));
}

TEST_F(LineSession, CountGoesOnWhenTheReaderLeaves) {
  options.count = 3;
  FakeLine line(kWire);
  begin({&line});
  run_until(5s);
  line.set_present(false);
  run_until(100s);
  EXPECT_EQ(session->end(), SessionEnd::kCount);
  EXPECT_EQ(started.size(), 3u);
}

TEST_F(LineSession, CountOfNothingEndsAtOnce) {
  options.count = 0;
  FakeLine line;
  begin({&line});
  EXPECT_EQ(session->end(), SessionEnd::kCount);
  EXPECT_THAT(started, IsEmpty());
}

TEST_F(LineSession, NothingStartsAtUntilOrLater) {
  options.until = kNoon + 20s;
  FakeLine line;
  begin({&line});
  run_until(100s);
  EXPECT_THAT(started, ElementsAre(0s, 10s));
  EXPECT_EQ(session->end(), SessionEnd::kUntil);
}

TEST_F(LineSession, UntilComesAlsoWhileNobodyAsks) {
  options.until = kNoon + 20s;
  FakeLine line(kCable);
  line.set_requested(false);
  begin({&line});
  run_until(19s);
  EXPECT_EQ(session->end(), std::nullopt);
  run_until(20s);
  EXPECT_EQ(session->end(), SessionEnd::kUntil);
}

TEST_F(LineSession, MaxSpeedEndsAtUntil) {
  options.speed = kMaxSpeed;
  options.until = kNoon + 24h;
  FakeLine line(kPipe);
  begin({&line});
  run_until(0s);
  EXPECT_EQ(session->end(), SessionEnd::kUntil);
  EXPECT_EQ(started.size(), 8640u);
}

TEST_F(LineSession, EndWaitsUntilTheReaderHasFetchedTheLastBytes) {
  options.count = 1;
  FakeLine line;
  line.is_drained = false;
  begin({&line});
  run_until(500ms);
  EXPECT_EQ(session->end(), std::nullopt);
  line.is_drained = true;
  run_until(510ms);
  EXPECT_EQ(session->end(), SessionEnd::kCount);
}

TEST_F(LineSession, EndDoesNotWaitForeverForTheReader) {
  options.count = 1;
  FakeLine line;
  line.is_drained = false;
  begin({&line});
  run_until(1s + 20ms);
  EXPECT_EQ(session->end(), SessionEnd::kCount);
}

TEST_F(LineSession, StopEndsInTheMiddleOfATelegram) {
  FakeLine line;
  line.is_drained = false;
  begin({&line});
  run_until(5ms);
  session->stop(SessionEnd::kSignal);
  EXPECT_EQ(session->end(), SessionEnd::kSignal);
  EXPECT_EQ(session->advance(), SteadyTime::max());
  EXPECT_LT(line.take().size(), size);
}

TEST_F(LineSession, EndsWhenNoLineIsLeft) {
  FakeLine first(kPipe), second(kPipe);
  begin({&first, &second});
  run_until(5s);
  first.set({.ended = true});
  EXPECT_EQ(session->end(), std::nullopt);
  second.set({.ended = true});
  EXPECT_EQ(session->end(), SessionEnd::kLine);
}

}  // namespace
}  // namespace p1rig::line_session_end_test
