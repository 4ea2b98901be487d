#include "conformance/speed/speed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace p1rig::speed_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr Obis kImport{1, 0, 1, 8, 1};

ContractTelegram telegram_of(std::uint64_t number) {
  ContractTelegram telegram;
  telegram.values[kImport] = {.kind = ContractValue::Kind::kText,
                              .text = std::to_string(number) + ".000 kWh"};
  return telegram;
}

/// How a reader of these tests is.
struct Habits {
  nanoseconds service = milliseconds{1};  ///< for each telegram, one after the other
  std::size_t room = 20;                  ///< telegrams that wait
  bool drops = false;                     ///< what has no room; else the line blocks
  std::uint64_t loses_each = 0;           ///< each so-manieth, whatever the rate
  std::uint64_t dies_at = 0, silent_from = 0, breach_at = 0;
  bool opens = true;
  bool one_behind = false;  ///< tells a telegram when it has the next
  std::size_t chatter = 0;  ///< bytes of log beside each report
};

/// A reader without a process, and a clock that goes on where anybody would wait.
class FakeReader final : public Subject {
 public:
  explicit FakeReader(const Habits& habits) : habits_(habits) {}

  Result<void> start() override { return {}; }
  void stop() override {}
  bool wait_until_open(milliseconds patience) override {
    if (!habits_.opens) now_ += patience;
    return habits_.opens;
  }
  SendResult send(const Emission& emission, bool) override {
    const std::uint64_t number = std::stoull(emission.bytes);
    ++sent_;
    if (dead_) return SendResult::kNobody;
    const auto full = habits_.service * static_cast<std::int64_t>(habits_.room);
    if (free_at_ > now_ + full) {
      if (habits_.drops) return SendResult::kSent;
      now_ = free_at_ - full;
    }
    free_at_ = std::max(free_at_, now_) + habits_.service;
    if (sent_ == habits_.dies_at) {
      dead_ = true;
      coming_.push_back({free_at_, ReaderExited{.exit = {.signal = 11}}});
    } else if (sent_ == habits_.breach_at) {
      say("", ContractBreach{"of another shape"});
    } else if (habits_.silent_from == 0 || sent_ < habits_.silent_from) {
      if (habits_.chatter > 0) say(std::string(habits_.chatter, 'x'), ContractLog{});
      const bool lost = habits_.loses_each > 0 && sent_ % habits_.loses_each == 0;
      if (!lost && !habits_.one_behind) say("", telegram_of(number));
      if (habits_.one_behind && held_) say("", telegram_of(*held_));
      held_ = number;
    }
    return SendResult::kSent;
  }
  void act(LineAction, milliseconds) override {}
  std::optional<SubjectEvent> next(nanoseconds patience) override {
    if (coming_.empty() || coming_.front().at > now_ + patience) {
      now_ += patience;
      return std::nullopt;
    }
    now_ = std::max(now_, coming_.front().at);
    SubjectEvent event = std::move(coming_.front().event);
    coming_.pop_front();
    return event;
  }
  void begin_log() override {}
  LineLog log() const override { return {}; }
  steady_clock::time_point now() const override { return now_; }
  bool can_act(LineAction) const override { return false; }
  std::optional<ProcessUsage> usage() const override {
    return ProcessUsage{
        .processor = static_cast<std::int64_t>(sent_) * std::chrono::microseconds{40},
        .peak_memory = 5'000'000};
  }

 private:
  struct Coming {
    steady_clock::time_point at;
    SubjectEvent event;
  };

  void say(std::string line, ContractLine what) {
    coming_.push_back({free_at_, ReaderSaid{std::move(line), std::move(what), free_at_}});
  }

  Habits habits_;
  steady_clock::time_point now_{}, free_at_{};
  std::deque<Coming> coming_;
  std::uint64_t sent_ = 0;
  std::optional<std::uint64_t> held_;
  bool dead_ = false;
};

SpeedResult measure(const Habits& habits, const SpeedSettings& settings = {}) {
  FakeReader reader(habits);
  std::uint64_t number = 0;
  const auto supply = [&number] {
    Stimulus stimulus;
    stimulus.emission.bytes = std::to_string(++number);
    stimulus.telegram.emplace();
    stimulus.telegram->meant = telegram_of(number);
    return stimulus;
  };
  return measure_speed(reader, supply, settings);
}

TEST(Speed, OfAReaderWhoseLineBlocksIsTheRateOfItsReports) {
  const SpeedResult result = measure({.service = milliseconds{1}});
  EXPECT_EQ(result.verdict, SpeedVerdict::kMeasured) << result.message;
  EXPECT_EQ(result.limit, SpeedLimit::kReader);
  EXPECT_NEAR(result.telegrams_per_second, 1000, 10);  // a telegram a millisecond
  for (const SpeedStep& step : result.steps) EXPECT_EQ(step.lost(), 0U);
}

TEST(Speed, OfAReaderThatDropsWhatItCannotHoldIsTheRateWithoutALoss) {
  const SpeedResult result = measure({.service = milliseconds{10}, .room = 1, .drops = true});
  EXPECT_EQ(result.verdict, SpeedVerdict::kMeasured) << result.message;
  EXPECT_EQ(result.limit, SpeedLimit::kLoss);
  EXPECT_LE(result.telegrams_per_second, 105);  // a hundred, and what its room forgives
  EXPECT_GE(result.telegrams_per_second, 90);
}

TEST(Speed, LatencyIsFromTheLastByteToTheReport) {
  const SpeedResult result = measure({.service = milliseconds{2}});
  ASSERT_TRUE(result.relaxed && result.relaxed->latency);
  EXPECT_NEAR(result.relaxed->rate, 250, 5);  // half of what it sustains
  EXPECT_EQ(result.relaxed->latency->p50, milliseconds{2});
  EXPECT_EQ(result.relaxed->latency->longest, milliseconds{2});
}

TEST(Speed, LatencyMayBeAskedForAtAnyRate) {
  const SpeedResult result = measure({}, {.latency_rate = 100.0});
  ASSERT_TRUE(result.relaxed);
  EXPECT_EQ(result.relaxed->rate, 100);
}

TEST(Speed, SaysWhatTheReaderCosts) {
  const SpeedResult result = measure({});
  EXPECT_EQ(result.peak_memory, 5'000'000U);
  ASSERT_TRUE(result.processor_per_telegram);
  EXPECT_EQ(*result.processor_per_telegram, std::chrono::microseconds{40});
  EXPECT_NEAR(result.processor_share, 0.04, 0.002);  // 40 us in each of 1000
}

TEST(Speed, OfAReaderThatLosesEachSecondTelegramIsNoNumber) {
  const SpeedResult result = measure({.loses_each = 2});
  EXPECT_EQ(result.verdict, SpeedVerdict::kLoses);
  EXPECT_EQ(result.telegrams_per_second, 0);
  EXPECT_NE(result.message.find("at any rate, first lost: number "), std::string::npos);
}

TEST(Speed, OfAReaderThatLosesEachHundredthTelegramIsNoNumber) {
  // The few telegrams of slow rates do not show it: those after the first loss do.
  for (const std::uint64_t each : {50U, 100U, 500U}) {
    const SpeedResult result = measure({.loses_each = each});
    EXPECT_EQ(result.verdict, SpeedVerdict::kLoses) << each;
    EXPECT_EQ(result.telegrams_per_second, 0);
  }
}

TEST(Speed, OfAReaderThatDiesIsNoNumber) {
  const SpeedResult result = measure({.dies_at = 500});
  EXPECT_EQ(result.verdict, SpeedVerdict::kEnded);
  EXPECT_NE(result.message.find("signal 11"), std::string::npos) << result.message;
  EXPECT_EQ(result.telegrams_per_second, 0);
  EXPECT_FALSE(result.relaxed || result.peak_memory || result.processor_per_telegram);
}

TEST(Speed, OfAReaderThatFallsSilentIsNoNumber) {
  const SpeedResult result = measure({.silent_from = 500});
  EXPECT_EQ(result.verdict, SpeedVerdict::kSilent);
  EXPECT_EQ(result.telegrams_per_second, 0);
}

TEST(Speed, OfAReaderThatTellsNothingIsNoNumber) {
  EXPECT_EQ(measure({.silent_from = 1}).verdict, SpeedVerdict::kSilent);
}

TEST(Speed, OfAReaderThatOpensNothingIsNoNumber) {
  EXPECT_EQ(measure({.opens = false}).verdict, SpeedVerdict::kSilent);
}

TEST(Speed, OfAReaderThatIsOneTelegramBehindIsNoNumber) {
  const SpeedResult result = measure({.one_behind = true});
  EXPECT_EQ(result.verdict, SpeedVerdict::kUnmeasurable);
  EXPECT_NE(result.message.find("only after the next one has arrived"), std::string::npos);
}

TEST(Speed, OfAReaderThatFloodsIsNoNumber) {
  EXPECT_EQ(measure({.chatter = 200'000}).verdict, SpeedVerdict::kFloods);
  EXPECT_EQ(measure({.chatter = 20'000}).verdict, SpeedVerdict::kMeasured);
}

TEST(Speed, OfAReaderThatBreaksTheContractIsNoNumber) {
  const SpeedResult result = measure({.breach_at = 300});
  EXPECT_EQ(result.verdict, SpeedVerdict::kBreach);
  EXPECT_EQ(result.telegrams_per_second, 0);
}

TEST(Speed, AnInterruptedRunHasNoNumber) {
  int asked = 0;
  const SpeedResult result = measure({}, {.interrupted = [&asked] { return ++asked > 200; }});
  EXPECT_EQ(result.verdict, SpeedVerdict::kInterrupted);
  EXPECT_EQ(result.telegrams_per_second, 0);
}

}  // namespace
}  // namespace p1rig::speed_test
