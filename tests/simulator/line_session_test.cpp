// How a session lets telegrams out: periods, pace, speed, and readers that come, go and do not read.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/simulator/line_session_fixture.h"

namespace p1rig::line_session_test {
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

TEST_F(LineSession, TelegramsStartOnMultiplesOfThePeriod) {
  options.start = kNoon + 3400ms;
  FakeLine line;
  begin({&line});
  run_until(6590ms);
  EXPECT_THAT(started, IsEmpty());
  run_until(27s);
  EXPECT_THAT(started, ElementsAre(10s, 20s, 30s));
  EXPECT_EQ(line.take(), telegram_at(10s, 115) + telegram_at(20s, 115) + telegram_at(30s, 115));
}

TEST_F(LineSession, BytesPassAtTheBaudRate) {
  size = 1152;  // 100 ms
  FakeLine line;
  begin({&line});
  run_until(50ms);
  const std::size_t sent = line.take().size();
  EXPECT_LE(sent, 576u);
  EXPECT_GT(sent, 576u - 17u);
  run_until(100ms);
  EXPECT_EQ(sent + line.take().size(), 1152u);
}

TEST_F(LineSession, ALateReaderJoinsInTheMiddleOfATelegram) {
  size = 1152;
  FakeLine line;
  line.set_present(false);
  begin({&line});
  run_until(50ms);
  line.set_present(true);
  run_until(200ms);
  const std::string all = telegram_at(0s, size);
  const std::string got = line.take();
  EXPECT_LE(got.size(), 576u + 17u);
  EXPECT_GE(got.size(), 576u);
  EXPECT_TRUE(all.ends_with(got));
  EXPECT_EQ(events, "came ");
}

TEST_F(LineSession, WhatPassedWhileNobodyWasThereIsNotLate) {
  FakeLine line;
  line.set_present(false);
  begin({&line});
  run_until(25s);
  EXPECT_THAT(started, ElementsAre(0s, 10s, 20s));
  line.set_present(true);
  run_until(29s);
  EXPECT_EQ(line.take(), "");
  EXPECT_EQ(session->stats().lines[0].dropped, 0u) << "nobody lost anything";
  EXPECT_EQ(session->stats().bytes, 345u);
}

TEST_F(LineSession, AReaderThatDoesNotReadLosesBytesAndTheMeterDoesNotCare) {
  FakeLine line(kWire);
  line.room = 100;
  begin({&line});
  run_until(15s);
  EXPECT_THAT(started, ElementsAre(0s, 10s));
  EXPECT_EQ(line.take(), telegram_at(0s, size).substr(0, 100));
  EXPECT_EQ(events, "dropped 15 dropped 115 ");
  EXPECT_EQ(session->stats().lines[0].sent, 100u);
  EXPECT_EQ(session->stats().lines[0].dropped, 130u);
}

TEST_F(LineSession, ALosslessLineHoldsTheMeterUp) {
  FakeLine line(kPipe);
  line.room = 100;
  begin({&line});
  run_until(9s);
  line.room = FakeLine::kEndless;
  run_until(15s);
  EXPECT_EQ(line.take(), telegram_at(0s, size) + telegram_at(10s, size));
  EXPECT_EQ(session->stats().lines[0].dropped, 0u);
}

TEST_F(LineSession, StartsThatWereHeldUpForLongAreLeftOut) {
  FakeLine line(kPipe);
  line.room = 100;
  begin({&line});
  run_until(95s);
  line.room = FakeLine::kEndless;
  run_until(105s);
  EXPECT_EQ(line.take(), telegram_at(0s, size) + telegram_at(100s, size));
}

TEST_F(LineSession, ABriefHoldUpIsCaughtUpWith) {
  FakeLine line(kPipe);
  line.room = 100;
  begin({&line});
  run_until(17s);
  line.room = FakeLine::kEndless;
  run_until(25s);
  EXPECT_EQ(line.take(), telegram_at(0s, size) + telegram_at(10s, size) + telegram_at(20s, size));
}

TEST_F(LineSession, SpeedMakesTheMeterRunFaster) {
  options.speed = 100;
  FakeLine line;
  begin({&line});
  run_until(250ms);
  EXPECT_THAT(started, ElementsAre(0s, 10s, 20s));
  EXPECT_EQ(line.take(), telegram_at(0s, size) + telegram_at(10s, size) + telegram_at(20s, size));
}

TEST_F(LineSession, AtHighSpeedTelegramsAreShortenedToFit) {
  options.speed = 5000;  // a telegram every 2 ms that needs 9.98 ms
  FakeLine line;
  begin({&line});
  run_until(5ms);
  EXPECT_THAT(started, ElementsAre(0s, 10s, 20s));
  EXPECT_TRUE(line.take().starts_with(telegram_at(0s, size) + telegram_at(10s, size)));
}

TEST_F(LineSession, OddSpeedsLoseNoTelegramToRounding) {
  options.speed = 7777.7;
  FakeLine line;
  begin({&line});
  run_until(2s);
  ASSERT_GT(started.size(), 1500u);
  for (std::size_t i = 0; i < started.size(); ++i) {
    ASSERT_EQ(started[i], std::chrono::seconds(10 * i));
  }
}

TEST_F(LineSession, AtNormalSpeedALongTelegramCostsTheNextStart) {
  options.schedule.period = 1s;
  size = 12'000;  // 1.04 s
  FakeLine line;
  begin({&line});
  run_until(4500ms);
  EXPECT_THAT(started, ElementsAre(0s, 2s, 4s));
}

TEST_F(LineSession, MaxSpeedWaitsForNothingButTheReader) {
  options.speed = kMaxSpeed;
  options.count = 3;
  FakeLine line(kWire);
  line.room = 150;
  begin({&line});
  run_until(0s);
  EXPECT_EQ(line.take().size(), 150u);
  line.room = FakeLine::kEndless;
  run_until(0s);
  EXPECT_THAT(started, ElementsAre(0s, 10s, 20s));
  EXPECT_EQ(session->end(), SessionEnd::kCount);
  EXPECT_EQ(session->stats().lines[0].sent, 345u);
  EXPECT_EQ(session->stats().lines[0].dropped, 0u);
}

TEST_F(LineSession, MaxSpeedStandsStillWhileNobodyReadsAndUntilTheReaderIsSetUp) {
  options.speed = kMaxSpeed;
  FakeLine line(kWire);
  line.set_present(false);
  begin({&line});
  run_until(60s);
  EXPECT_THAT(started, IsEmpty());
  line.set_present(true);
  EXPECT_THAT(started, IsEmpty());
  EXPECT_EQ(session->advance(), SteadyTime{60s + 100ms});
  clock.advance(100ms);
  session->advance();
  EXPECT_FALSE(started.empty());
  EXPECT_EQ(started.front(), 0s) << "the meter's clock stood still, too";
}

TEST_F(LineSession, AtMaxSpeedAReaderThatLeavesLosesTheRestOfItsTelegram) {
  options.speed = kMaxSpeed;
  FakeLine line(kWire);
  line.room = 50;
  begin({&line});
  line.room = FakeLine::kEndless;
  line.set_present(false);
  EXPECT_THAT(started, ElementsAre(0s));
  EXPECT_EQ(line.take().size(), 50u);
}

TEST_F(LineSession, EveryReaderOfAHubGetsTheSameBytes) {
  FakeLine first(kWire), second(kPipe);
  begin({&first, &second});
  run_until(15s);
  EXPECT_EQ(first.take(), telegram_at(0s, size) + telegram_at(10s, size));
  EXPECT_EQ(second.take(), telegram_at(0s, size) + telegram_at(10s, size));
}

TEST_F(LineSession, TellsWhenReadersComeAndGo) {
  FakeLine line;
  begin({&line});
  line.set_present(false);
  line.set_present(true);
  EXPECT_EQ(events, "left came ");
}

TEST_F(LineSession, MeasuresHowLatePiecesAre) {
  FakeLine line;
  begin({&line});
  for (int piece = 0; piece < 7; ++piece) {  // 115 bytes in pieces of 17
    clock.set(session->advance() + 30us);
    session->advance();
  }
  const Lateness lateness = session->stats().lateness;
  EXPECT_EQ(lateness.count(), 7u);
  EXPECT_EQ(lateness.max(), 30us);
}

TEST_F(LineSession, AHeldUpPieceCountsOnce) {
  FakeLine line(kPipe);
  line.room = 0;
  begin({&line});
  clock.set(session->advance());
  for (int i = 0; i < 5; ++i) session->advance();
  EXPECT_EQ(session->stats().lateness.count(), 1u);
}

TEST_F(LineSession, TheMeterIsSilentWhereThereIsNothingToSend) {
  options.count = 2;
  silent_at = 10s;
  FakeLine line;
  begin({&line});
  run_until(100s);
  EXPECT_THAT(started, ElementsAre(0s, 20s));
  EXPECT_THAT(numbers, ElementsAre(1u, 2u));
  EXPECT_EQ(session->stats().telegrams, 2u);
}

TEST_F(LineSession, CountsWhatReadersWrite) {
  FakeLine line;
  begin({&line});
  line.set({.present = true, .requested = true, .received = 7});
  EXPECT_EQ(session->stats().lines[0].received, 7u);
}

TEST(LineState, CountsFlowControlApart) {
  Line::State state;
  state.receive("a\x11\x13");
  state.receive("\x13");
  EXPECT_EQ(state.received, 4u);
  EXPECT_EQ(state.flow_control, 3u);
}

TEST_F(LineSession, WithoutPacingATelegramGoesOutAtOnce) {
  options.pace = Pace::kNone;
  size = 100'000;
  FakeLine line;
  begin({&line});
  run_until(0s);
  EXPECT_EQ(line.take(), telegram_at(0s, size));
  run_until(10s);
  EXPECT_EQ(line.take(), telegram_at(10s, size));
  EXPECT_THAT(started, ElementsAre(0s, 10s)) << "the line is never busy";
}

TEST_F(LineSession, PacedByByteEveryByteHasItsTime) {
  options.pace = Pace::kByte;
  FakeLine line;
  begin({&line});
  run_until(868055ns);  // 10 characters of 86.805 us
  EXPECT_EQ(line.take().size(), 10u);
  run_until(9s);
  EXPECT_EQ(session->stats().lateness.count(), size);
}

TEST_F(LineSession, RemembersWhatTheReaderSet) {
  FakeLine line(kCable);
  begin({&line});
  EXPECT_EQ(session->stats().lines[0].settings, std::nullopt);
  line.set({.present = true, .requested = true, .settings = LineSettings{9600, 7, 'E', 1}});
  line.set_present(false);
  line.set({});
  EXPECT_EQ(session->stats().lines[0].settings, (LineSettings{9600, 7, 'E', 1}));
}

TEST_F(LineSession, CountsWhatOneReaderOfSeveralLost) {
  FakeLine line;
  begin({&line});
  line.set({.present = true, .requested = true, .dropped = 40});
  run_until(9s);
  line.set({.present = true, .requested = true, .dropped = 50});
  run_until(19s);
  EXPECT_EQ(events, "dropped 40 dropped 10 ");
  EXPECT_EQ(session->stats().lines[0].dropped, 50u);
}

}  // namespace
}  // namespace p1rig::line_session_test
