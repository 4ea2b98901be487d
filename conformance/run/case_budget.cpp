#include "conformance/run/case_budget.h"

#include <algorithm>

#include "conformance/run/ordinary.h"
#include "protocol/dialect.h"

namespace p1rig {
namespace {

using std::chrono::milliseconds;

/// The time of a telegram at the slowest line, 9600 baud.
constexpr milliseconds kSlowestTelegram{4000};

}  // namespace

milliseconds own_time_of(const Case& one, const RunnerSettings& settings, const Dialect& dialect) {
  milliseconds a_telegram = settings.min_interval;
  if (settings.period > milliseconds{0} || one.at_line_pace) {
    a_telegram = std::max(a_telegram + kSlowestTelegram, settings.period);
  }
  milliseconds time = (kSentinels + (is_ordinary(one) ? kOrdinaryTelegrams : 0)) * a_telegram;
  for (const CaseStep& step : one.steps) {
    time += step.duration + step.count * a_telegram;
    if (step.action == LineAction::kFreeze) time += settings.reconnect;
    if (step.action == LineAction::kUnplug) time += settings.startup;
    for (const FaultRequest& fault : step.faults) {
      if (faults()[fault.row].id == "silence") time += step.count * dialect.period;
    }
  }
  return time;
}

milliseconds likely_time_of(const Case& one, const RunnerSettings& settings,
                            const Dialect& dialect) {
  constexpr milliseconds kUsual{20};
  constexpr int kUsualBytes = 1000;
  const int characters_a_second = dialect.line.baud / dialect.line.bits_per_character();
  const milliseconds apart = std::max({kUsual, settings.min_interval, settings.period});
  const auto on_the_line = [&](std::size_t bytes) {
    return milliseconds{1000 * bytes / static_cast<std::size_t>(characters_a_second)};
  };
  milliseconds time = apart;  // the sentinel
  for (const CaseStep& step : one.steps) {
    time += step.duration;
    if (step.action) continue;
    const std::size_t size = step.bytes ? step.bytes->size() : kUsualBytes;
    const milliseconds each = one.at_line_pace ? on_the_line(size) : milliseconds{size / 10'000};
    time += step.count * std::max(step.bytes ? milliseconds{0} : apart, each);
    for (const FaultRequest& fault : step.faults) {
      if (faults()[fault.row].id == "silence") time += step.count * dialect.period;
    }
  }
  return time;
}

}  // namespace p1rig
