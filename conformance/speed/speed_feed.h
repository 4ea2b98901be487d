#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "conformance/reader/observer.h"
#include "conformance/speed/speed.h"
#include "conformance/speed/telegram_matcher.h"

namespace p1rig {

/// Feeds a started reader, one step after the other, and counts what it reports.
///
/// Nothing is lost because it is late: a telegram counts as lost when a later one was reported, and each
/// step ends with one that was.
class SpeedFeed {
 public:
  SpeedFeed(Subject& subject, const TelegramSupply& supply, const SpeedSettings& settings);

  /// Takes what the reader has done already, such as to end.
  void look();

  /// Sends telegrams one at a time until one is reported, and learns what its reports have right.
  void warm_up();

  /// Nothing if the reader has ended: see stopped().
  std::optional<SpeedStep> one_at_a_time(std::size_t telegrams, bool learns);
  std::optional<SpeedStep> attempt(const RateAttempt& attempt);

  struct Stop {
    SpeedVerdict verdict = SpeedVerdict::kMeasured;
    std::string message;
  };
  const std::optional<Stop>& stopped() const { return stop_; }
  void stop(SpeedVerdict verdict, std::string message);

  const ContractHello& hello() const { return hello_; }

 private:
  using Time = std::chrono::steady_clock::time_point;

  struct Sending {
    Emission emission;
    Time sent_at{};
    std::optional<Time> told_at;
  };

  void prepare(std::size_t telegrams);
  bool interrupted();
  bool send(std::size_t number);
  void send_all(const RateAttempt& attempt, std::size_t first, SpeedStep& step);
  bool send_and_wait(std::size_t number);
  bool await(std::size_t number, std::chrono::nanoseconds patience);
  bool settle(std::size_t last);
  void collect(std::chrono::nanoseconds patience);
  void collect_until(Time due);
  void drain();
  bool is_one_behind(std::size_t sent) const;
  void take(SubjectEvent event);
  void understand();
  void understand(const ContractLine& what, Time at);
  void finish(std::size_t first, Time begin, SpeedStep& step);
  std::chrono::nanoseconds short_patience() const;

  Subject& subject_;
  const TelegramSupply& supply_;
  const SpeedSettings& settings_;
  TelegramMatcher matcher_;
  ObservedStream stream_;
  ContractHello hello_;
  std::optional<Stop> stop_;
  std::vector<Sending> sendings_;
  std::size_t next_ = 0;                   ///< of them that were not sent yet
  std::vector<ReaderSaid> pieces_;         ///< not understood yet
  std::size_t kept_ = 0;                   ///< bytes of them
  std::uint64_t heard_ = 0, allowed_ = 0;  ///< bytes in this step
  bool learns_ = false;
  Time piece_at_{};  ///< of what is understood now
  Time last_sent_{};
  std::chrono::nanoseconds slowest_{};
};

}  // namespace p1rig
