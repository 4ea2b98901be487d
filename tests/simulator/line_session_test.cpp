#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "simulator/line/fake_line.h"
#include "simulator/line/session.h"

namespace p1rig {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr MeterTime kNoon{std::chrono::sys_days{std::chrono::year{2026} / 5 / 4} + 12h};
constexpr LineKind kWire{.scheme = "wire", .form = "wire:"};
constexpr LineKind kPipe{.scheme = "pipe", .form = "pipe:", .lossless = true};
constexpr LineKind kCable{.scheme = "cable", .form = "cable:", .always_requested = false};

/// "005.....!" of the telegram sent 5 s after noon.
std::string telegram_at(std::chrono::seconds since_noon, std::size_t size) {
  std::string text = std::to_string(1000 + since_noon.count()).substr(1);
  text.resize(size - 1, '.');
  return text + '!';
}

/// A session with its clock, moved by hand from one due time to the next.
class LineSession : public testing::Test {
 protected:
  LineSession() { options.schedule.period = 10s; }

  void begin(std::vector<Line*> lines) {
    const auto source = [this](std::chrono::sys_seconds time) {
      if (time - kNoon == silent_at) return Emission{};
      const auto since_noon = std::chrono::duration_cast<std::chrono::seconds>(time - kNoon);
      return Emission{.bytes = telegram_at(since_noon, size)};
    };
    session =
        std::make_unique<Session>(options, source, lines, clock, [this](const SessionEvent& e) {
          if (const auto* telegram = std::get_if<TelegramStarted>(&e)) {
            started.push_back(telegram->time - kNoon);
            numbers.push_back(telegram->number);
          } else if (std::holds_alternative<ReaderCame>(e)) {
            events += "came ";
          } else if (std::holds_alternative<ReaderLeft>(e)) {
            events += "left ";
          } else {
            events += "dropped " + std::to_string(std::get<BytesDropped>(e).bytes) + ' ';
          }
        });
    for (Line* line : lines) line->on_change([this] { session->advance(); });
    session->advance();
  }

  /// Lets time pass until then, stopping at every due time.
  void run_until(nanoseconds since_begin) {
    const SteadyTime stop{since_begin};
    for (int turns = 0; turns < 1'000'000 && !session->end(); ++turns) {
      const SteadyTime due = session->advance();
      if (due > stop) break;
      if (due > clock.now()) clock.set(due);
    }
    if (!session->end()) clock.set(stop);
    session->advance();
  }

  FakeClock clock;
  SessionOptions options{.start = kNoon};
  std::size_t size = 115;  // 9.98 ms at 115200 8N1
  nanoseconds silent_at{-1};
  std::unique_ptr<Session> session;
  std::vector<nanoseconds> started;
  std::vector<std::uint64_t> numbers;
  std::string events;
};

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

TEST_F(LineSession, EveryReaderOfAHubGetsTheSameBytes) {
  FakeLine first(kWire), second(kPipe);
  begin({&first, &second});
  run_until(15s);
  EXPECT_EQ(first.take(), telegram_at(0s, size) + telegram_at(10s, size));
  EXPECT_EQ(second.take(), telegram_at(0s, size) + telegram_at(10s, size));
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

TEST_F(LineSession, CountsWhatReadersWrite) {
  FakeLine line;
  begin({&line});
  line.set({.present = true, .requested = true, .received = 7});
  EXPECT_EQ(session->stats().lines[0].received, 7u);
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
  options.request_edges = {{kNoon + 3400ms, true}, {kNoon + 10s + 50ms, false}};
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
  options.request_edges = {{kNoon + 50ms, false}};
  FakeLine line(kWire);
  begin({&line});
  run_until(49900us);  // pieces are due at 48.7 ms and at 50.2 ms
  EXPECT_EQ(session->advance(), SteadyTime{50ms});
}

TEST_F(LineSession, ALateHostDoesNotMoveAScriptedEdge) {
  options.speed = 1000;
  options.schedule.phase = Phase::kEdge;
  options.request = RequestMode::kOff;
  options.request_edges = {{kNoon + 3s, true}};
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
  options.request_edges = {{kNoon + 50ms, false}};
  FakeLine line(kWire);
  begin({&line});
  run_until(60s);
  EXPECT_EQ(line.take(), telegram_at(0s, size));
}

TEST_F(LineSession, TheLastEdgeBeforeTheStartHolds) {
  options.request_edges = {{kNoon - 20s, true}, {kNoon - 10s, false}, {kNoon + 30s, true}};
  FakeLine line(kWire);
  begin({&line});
  run_until(45s);
  EXPECT_THAT(started, ElementsAre(30s, 40s));
}

TEST_F(LineSession, ScriptedEdgesComeAtTheMeterTimeAtAnySpeed) {
  options.schedule.phase = Phase::kEdge;
  options.request = RequestMode::kOff;
  options.until = kNoon + 60s;
  options.request_edges = {{kNoon + 3s, true}, {kNoon + 25s, false}, {kNoon + 41s, true}};
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
}  // namespace p1rig
