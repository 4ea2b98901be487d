#include "conformance/speed/speed.h"

#include <fmt/core.h>

#include <algorithm>

#include "conformance/speed/speed_feed.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

using std::chrono::duration;
using std::chrono::nanoseconds;
using Pace = SpeedStep::Pace;

constexpr std::size_t kFirstTelegrams = 16, kMostToCheck = 4000;

/// Of a core: from here on we are what is measured.
constexpr double kBusy = 0.85;

class Measurement {
 public:
  Measurement(Subject& subject, const TelegramSupply& supply, const SpeedSettings& settings)
      : subject_(subject), settings_(settings), feed_(subject, supply, settings) {}

  SpeedResult run() {
    if (start()) search();
    subject_.stop();
    if (const auto& stopped = feed_.stopped()) {
      result_.verdict = stopped->verdict;
      result_.message = stopped->message;
      if (!result_.steps.empty() && !stopped->message.empty()) result_.message += after_what();
    }
    if (result_.verdict != SpeedVerdict::kMeasured) forget_numbers();
    result_.reader = feed_.hello().name;
    result_.version = feed_.hello().version;
    return std::move(result_);
  }

 private:
  bool start() {
    if (auto started = subject_.start(); !started) {
      feed_.stop(SpeedVerdict::kEnvironment, started.error().message);
      return false;
    }
    if (!subject_.wait_until_open(settings_.startup)) {
      feed_.look();
      feed_.stop(SpeedVerdict::kSilent, fmt::format("it did not open its endpoint within {} ms",
                                                    settings_.startup.count()));
      return false;
    }
    feed_.warm_up();
    return !feed_.stopped();
  }

  /// Keeps the step; nothing if the reader ended.
  const SpeedStep* keep(std::optional<SpeedStep> step) {
    if (!step) return nullptr;
    result_.steps.push_back(std::move(*step));
    if (settings_.told) settings_.told(result_.steps.back());
    return &result_.steps.back();
  }

  void search() {
    const SpeedStep* step = keep(feed_.one_at_a_time(kFirstTelegrams, true));
    if (step == nullptr) return;
    if (step->lost() > 0) return lose(*step);
    RateSearch search;
    bool checked = false;
    while (const auto next = search.next()) {
      step = keep(feed_.attempt(*next));
      if (step == nullptr) return;
      const bool lost = step->lost() > 0;
      search.tell({.lost = lost, .kept_up = step->kept_up, .reached = step->reached});
      if (!lost || checked) continue;
      // One that loses each hundredth telegram loses it at any rate: only more of them show it than
      // it took to see the first loss.
      checked = true;
      step = keep(feed_.one_at_a_time(std::min(kMostToCheck, 3 * sent()), false));
      if (step == nullptr) return;
      if (step->lost() > 0) return lose(*step);
    }
    conclude(search);
  }

  std::size_t sent() const {
    std::size_t all = 0;
    for (const SpeedStep& step : result_.steps) all += step.sent;
    return all;
  }

  void lose(const SpeedStep& step) {
    result_.verdict = SpeedVerdict::kLoses;
    result_.message = fmt::format(
        "loses telegrams at any rate, first lost: number {} of {} sent one at a time; {} in all",
        *step.first_lost, step.sent, step.lost());
    if (step.damaged > 0) {
      result_.message +=
          fmt::format("; {} with values of another telegram", counted(step.damaged, "report"));
    }
  }

  void conclude(const RateSearch& search) {
    if (search.rate() <= 0) {
      result_.verdict = SpeedVerdict::kLoses;
      result_.message =
          "loses telegrams at every rate tried, but none when each is sent after the report of the "
          "previous one";
      return;
    }
    const SpeedStep* const at_best = best(search);
    const double rate = search.rate();
    result_.telegrams_per_second = rate;
    if (at_best != nullptr) {
      result_.bytes_per_second =
          rate * static_cast<double>(at_best->bytes) / static_cast<double>(at_best->sent);
      quote_costs(*at_best);
    }
    const bool busy = at_best != nullptr && at_best->took > nanoseconds{0} &&
                      duration<double>(at_best->own_processor) > kBusy * at_best->took;
    result_.limit = search.limit() == RateSearch::Limit::kLoss ? SpeedLimit::kLoss
                    : busy                                     ? SpeedLimit::kHarness
                                                               : SpeedLimit::kReader;
    relax(settings_.latency_rate.value_or(rate / 2));
    if (const auto usage = subject_.usage()) result_.peak_memory = usage->peak_memory;
  }

  /// The step without a loss that came closest to the rate.
  const SpeedStep* best(const RateSearch& search) const {
    const SpeedStep* found = nullptr;
    const auto distance = [&](const SpeedStep& step) {
      return std::max(step.reached, search.rate()) /
             std::max(1e-9, std::min(step.reached, search.rate()));
    };
    const bool full = search.limit() == RateSearch::Limit::kPace;
    for (const SpeedStep& step : result_.steps) {
      if (step.lost() > 0 || step.pace == Pace::kOneAtATime) continue;
      if (full != (step.pace == Pace::kFull)) continue;
      if (found == nullptr || distance(step) <= distance(*found)) found = &step;
    }
    return found;
  }

  void quote_costs(const SpeedStep& step) {
    if (!step.processor) return;
    result_.processor_per_telegram = *step.processor / static_cast<std::int64_t>(step.sent);
    if (step.took > nanoseconds{0}) {
      result_.processor_share = duration<double>(*step.processor) / duration<double>(step.took);
    }
  }

  /// Latencies of a reader that is not at its limit.
  void relax(double rate) {
    constexpr double kFewest = 50, kMost = 4000, kSeconds = 2;
    const auto telegrams = static_cast<std::size_t>(std::clamp(kSeconds * rate, kFewest, kMost));
    const SpeedStep* const step = keep(feed_.attempt({.rate = rate, .telegrams = telegrams}));
    if (step == nullptr) return;
    result_.relaxed = *step;
    if (step->lost() > 0) {
      result_.message =
          fmt::format("lost {} of {} at {} per second, while the latency was measured",
                      step->lost(), counted(step->sent, "telegram"), readable(rate));
    }
  }

  std::string after_what() const {
    const SpeedStep& last = result_.steps.back();
    if (last.pace == Pace::kOneAtATime) return ", after telegrams sent one at a time";
    return ", after it had accepted " + readable(last.reached) + " telegrams per second";
  }

  void forget_numbers() {
    result_.telegrams_per_second = result_.bytes_per_second = result_.processor_share = 0;
    result_.relaxed.reset();
    result_.processor_per_telegram.reset();
    result_.peak_memory.reset();
  }

  Subject& subject_;
  const SpeedSettings& settings_;
  SpeedFeed feed_;
  SpeedResult result_;
};

}  // namespace

std::string_view to_string(SpeedVerdict verdict) {
  switch (verdict) {
    case SpeedVerdict::kMeasured:
      return "measured";
    case SpeedVerdict::kLoses:
      return "loses";
    case SpeedVerdict::kSilent:
      return "silent";
    case SpeedVerdict::kEnded:
      return "ended";
    case SpeedVerdict::kFloods:
      return "floods";
    case SpeedVerdict::kBreach:
      return "breach";
    case SpeedVerdict::kUnmeasurable:
      return "unmeasurable";
    case SpeedVerdict::kEnvironment:
      return "environment";
    case SpeedVerdict::kInterrupted:
      break;
  }
  return "interrupted";
}

std::string_view to_string(SpeedLimit limit) {
  switch (limit) {
    case SpeedLimit::kLoss:
      return "loss";
    case SpeedLimit::kReader:
      return "reader";
    case SpeedLimit::kHarness:
      break;
  }
  return "harness";
}

SpeedResult measure_speed(Subject& subject, const TelegramSupply& supply,
                          const SpeedSettings& settings) {
  return Measurement(subject, supply, settings).run();
}

}  // namespace p1rig
