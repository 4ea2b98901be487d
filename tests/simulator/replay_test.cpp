#include "simulator/line/replay.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "simulator/line/fake_line.h"
#include "simulator/line/session.h"

namespace p1rig::replay_test {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// What a reader got, and when after the first byte could come.
using Got = std::vector<std::pair<nanoseconds, std::string>>;

const std::vector<ReplayStep> kSteps{{1s, "abc"}, {1s + 123456ns, "de"}, {11s, "f"}};

class Replaying : public ::testing::Test {
 protected:
  Replay make(const ReplayOptions& options = {}) {
    return Replay(
        [this]() -> std::optional<ReplayStep> {
          if (next_ == kSteps.size()) return std::nullopt;
          return kSteps[next_++];
        },
        options, line, clock);
  }

  /// Runs to the end, or until the line has to change. Time stands still while anything is done.
  Got run(Replay& replay) {
    Got got;
    for (SteadyTime due{}; due != SteadyTime::max();) {
      due = replay.advance();
      if (std::string bytes = line.take(); !bytes.empty()) {
        got.emplace_back(clock.now() - began, std::move(bytes));
      }
      if (due != SteadyTime::max() && due > clock.now()) clock.set(due);
    }
    return got;
  }

  FakeLine line;
  FakeClock clock;
  /// A reader gets 100 ms to set up its port.
  SteadyTime began = clock.now() + 100ms;

 private:
  std::size_t next_ = 0;
};

TEST_F(Replaying, SendsEveryByteAtItsTime) {
  Replay replay = make();
  EXPECT_EQ(run(replay), (Got{{1s, "abc"}, {1s + 123456ns, "de"}, {11s, "f"}}));
  EXPECT_TRUE(replay.ended());
  EXPECT_TRUE(replay.result().complete);
  EXPECT_EQ(replay.result().sent, 6U);
  EXPECT_EQ(replay.result().lateness.max(), 0ns);
  EXPECT_TRUE(line.loses_nothing);
}

TEST_F(Replaying, AtSpeedTheGapsShrink) {
  Replay replay = make({.speed = 10});
  const Got got = run(replay);
  ASSERT_EQ(got.size(), 3U);
  EXPECT_EQ(got[0].first, 100ms);
  EXPECT_EQ(got[2].first, 1100ms);
}

TEST_F(Replaying, WithoutPacingThereAreNoGaps) {
  Replay replay = make({.speed = kMaxSpeed});
  EXPECT_EQ(run(replay), (Got{{0s, "abcdef"}}));
  EXPECT_EQ(replay.result().lateness.count(), 0U);
}

TEST_F(Replaying, WaitsForAReader) {
  line.set_present(false);
  Replay replay = make();
  EXPECT_EQ(replay.advance(), SteadyTime::max());
  clock.advance(30s);
  began = clock.now() + 100ms;
  line.set_present(true);
  EXPECT_EQ(run(replay).front().first, 1s);
}

TEST_F(Replaying, SaysThatItWaitsForAReader) {
  std::vector<bool> waits;
  line.set_present(false);
  Replay replay = make({.on_waiting = [&](bool begun) { waits.push_back(begun); }});
  replay.advance();
  replay.advance();
  EXPECT_EQ(waits, std::vector<bool>{false});
  line.set_present(true);
  clock.set(replay.advance());
  clock.set(replay.advance());
  line.set_present(false);
  replay.advance();
  replay.advance();
  EXPECT_EQ(waits, (std::vector<bool>{false, true})) << "it left before the end";
  line.set_present(true);
  run(replay);
  line.set_present(false);
  replay.advance();
  EXPECT_EQ(waits.size(), 2U) << "it left behind the last byte";
}

// What a reader does not fetch is late, and lateness is measured; what comes after it is not.
TEST_F(Replaying, LeavesNothingOut) {
  line.room = 2;
  Replay replay = make();
  clock.set(replay.advance());  // 1 s: "ab", and then there is no room
  clock.set(replay.advance());
  EXPECT_EQ(line.take(), "ab");
  clock.advance(4s);
  line.room = FakeLine::kEndless;
  const SteadyTime due = replay.advance();
  EXPECT_EQ(line.take(), "cde");
  EXPECT_EQ(due, began + 11s);
  clock.set(due);
  replay.advance();
  EXPECT_EQ(line.take(), "f");
  EXPECT_GE(replay.result().lateness.max(), 4s - 123456ns);
  EXPECT_LT(replay.result().lateness.max(), 5s);
}

TEST_F(Replaying, EndsWithTheLine) {
  Replay replay = make();
  clock.set(replay.advance());
  line.set({.ended = true, .error = "gone"});
  EXPECT_EQ(replay.advance(), SteadyTime::max());
  EXPECT_TRUE(replay.ended());
  EXPECT_FALSE(replay.result().complete);
  EXPECT_EQ(replay.result().error, "gone");
}

TEST_F(Replaying, GivesTheLastBytesASecond) {
  line.is_drained = false;
  Replay replay = make();
  run(replay);
  EXPECT_EQ(clock.now(), began + 12s);
  EXPECT_TRUE(replay.result().complete);
}

}  // namespace
}  // namespace p1rig::replay_test
