#include "conformance/learn/learn_times.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "protocol/decimal.h"
#include "protocol/timestamp.h"
#include "protocol/unit.h"
#include "protocol/wording.h"

namespace p1rig {
namespace {

using std::chrono::seconds;

constexpr Obis kClock{0, 0, 1, 0, 0};
constexpr std::int64_t kLongestSkew = 60;

/// The power in mW, 0 if there is no such object; `any` tells whether there is.
std::int64_t power_mw(const Telegram& telegram, std::uint8_t c, bool& any) {
  for (const std::uint8_t b : {std::uint8_t{0}, std::uint8_t{1}}) {
    const DataLine* const line = telegram.find({1, b, c, 7, 0});
    if (line == nullptr || line->brackets.empty()) continue;
    const auto [digits, unit] = split_unit(line->brackets[0].text);
    const auto number = parse_decimal(digits);
    const auto known = find_unit(unit);
    if (!number || !known) continue;
    const auto exact = scaled(*number, known->exponent + 3);
    if (!exact || exact->decimals != 0) continue;
    any = true;
    return exact->digits;
  }
  return 0;
}

std::optional<std::int64_t> net_mw(const Telegram& telegram, std::span<const std::uint8_t> import) {
  bool any = false;
  std::int64_t sum = 0;
  for (const std::uint8_t c : import) {
    sum += power_mw(telegram, c, any);
    sum -= power_mw(telegram, static_cast<std::uint8_t>(c + 1), any);
  }
  return any ? std::optional(sum) : std::nullopt;
}

std::uint64_t mix(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1'099'511'628'211U;
  return hash;
}

std::string in_seconds(std::int64_t count) { return fmt::format("{} s", count); }

}  // namespace

void TimeLearner::take(const Telegram& telegram, Received received) {
  const auto instant_of = [&](const DataLine& line) -> std::optional<std::int64_t> {
    for (const Bracket& bracket : line.brackets) {
      const auto time = parse_timestamp(bracket.text);
      const auto instant = time ? to_instant(*time, normal_offset_) : std::nullopt;
      if (instant) return instant->time_since_epoch().count();
    }
    return std::nullopt;
  };
  Moment moment;
  if (const DataLine* const clock = telegram.find(kClock)) moment.clock = instant_of(*clock);
  if (received) moment.received = std::chrono::duration<double>(*received).count();
  constexpr std::array<std::uint8_t, 1> kTotal{1};
  constexpr std::array<std::uint8_t, 3> kPhases{21, 41, 61};
  moment.total_mw = net_mw(telegram, kTotal);
  moment.phases_mw = net_mw(telegram, kPhases);
  for (const DataLine& line : telegram.lines) {
    if (!line.code || line.brackets.empty()) continue;
    const Obis code = line.code->code;
    if (code.a == 1 && code.d == 8) moment.registers = mix(moment.registers, line.brackets[0].text);
    if (!is_mbus_reading(code)) continue;
    const auto time = instant_of(line);
    auto& captures = captures_[code.b];
    if (!time || (!captures.empty() && captures.back().time == *time)) continue;
    captures.push_back({*time, captures.empty() ? std::nullopt : moment.clock});
  }
  moments_.push_back(moment);
}

LearnedTimes TimeLearner::finish(const Dialect& dialect) const {
  LearnedTimes times;
  learn_period(times);
  learn_captures(dialect, times);
  if (!times.period) return times;
  learn_jitter(times);
  learn_phase(times);
  learn_update(times);
  learn_skew(times);
  return times;
}

/// The interval that comes most often: telegrams may be missing in between.
void TimeLearner::learn_period(LearnedTimes& times) const {
  std::map<std::int64_t, std::size_t> by_clock, by_arrival;
  for (std::size_t i = 1; i < moments_.size(); ++i) {
    const Moment &before = moments_[i - 1], &now = moments_[i];
    if (before.clock && now.clock && *now.clock > *before.clock) {
      ++by_clock[*now.clock - *before.clock];
    }
    if (before.received && now.received && *now.received > *before.received) {
      ++by_arrival[std::llround(*now.received - *before.received)];
    }
  }
  const auto& intervals = by_clock.empty() ? by_arrival : by_clock;
  if (intervals.empty()) {
    times.notes.emplace_back(moments_.size() < 2
                                 ? "period: not known from one telegram; the dialect's"
                                 : "period: neither message times nor arrivals show it, nor how "
                                   "often registers are updated; the dialect's");
    return;
  }
  const auto most =
      std::ranges::max_element(intervals, {}, [](const auto& interval) { return interval.second; });
  std::size_t all = 0;
  for (const auto& [interval, count] : intervals) all += count;
  constexpr std::int64_t kLongest = 3600;
  if (most->first < 1 || most->first > kLongest) {
    times.notes.push_back(
        fmt::format("period: intervals of {} are none; the dialect's", in_seconds(most->first)));
    return;
  }
  times.period = seconds(most->first);
  times.notes.push_back(fmt::format("period: {} in {} of {}, by {}", in_seconds(most->first),
                                    most->second, counted(all, "interval"),
                                    by_clock.empty() ? "arrival" : "message time"));
}

/// How far arrivals are from an even beat, telegram by telegram.
void TimeLearner::learn_jitter(LearnedTimes& times) const {
  double most = 0;
  std::size_t count = 0;
  for (std::size_t i = 1; i < moments_.size(); ++i) {
    if (!moments_[i].received || !moments_[i - 1].received) continue;
    const double interval = *moments_[i].received - *moments_[i - 1].received;
    const double period = static_cast<double>(times.period->count());
    const double off = std::abs(interval - std::round(interval / period) * period);
    most = std::max(most, off);
    ++count;
  }
  if (count == 0) return;
  times.notes.push_back(
      fmt::format("jitter: intervals are up to {:.0f} ms off, of {}", most * 1000, count));
}

void TimeLearner::learn_phase(LearnedTimes& times) const {
  const std::int64_t period = times.period->count();
  // Of others the multiples depend on the zone.
  constexpr std::int64_t kHour = 3600;
  if (kHour % period != 0) {
    times.notes.emplace_back("phase: not known for a period that no hour is a multiple of");
    return;
  }
  std::map<std::int64_t, std::size_t> phases;
  for (const Moment& moment : moments_) {
    if (moment.clock) ++phases[*moment.clock % period];
  }
  if (phases.empty()) return;
  if (phases.size() > 1) {
    times.notes.push_back(
        fmt::format("phase: message times are at {} of the period: taken for "
                    "multiples of it",
                    counted(phases.size(), "place")));
    return;
  }
  times.counts_from_request = phases.begin()->first != 0;
  if (times.counts_from_request) {
    times.notes.push_back(
        fmt::format("phase: message times are {} past the multiples of the period, so it counts "
                    "from the request",
                    in_seconds(phases.begin()->first)));
  }
}

void TimeLearner::learn_captures(const Dialect& dialect, LearnedTimes& times) const {
  const std::int64_t usual = seconds(dialect.capture_period).count();
  std::int64_t period = 0;
  std::size_t count = 0;
  for (const auto& [channel, captures] : captures_) {
    for (std::size_t i = 1; i < captures.size(); ++i) {
      const std::int64_t step = captures[i].time - captures[i - 1].time;
      if (step <= 0) continue;
      period = std::gcd(period, step);
      ++count;
    }
  }
  std::optional<std::int64_t> time;
  for (const auto& [channel, captures] : captures_) {
    if (!captures.empty()) time = captures.front().time;
  }
  if (!time) return;
  constexpr std::int64_t kLeast = 60;
  constexpr std::size_t kFewest = 3;
  // Captures are minutes apart, most often; what is not may be because each is at another place.
  const bool may_be_spread = period % kLeast != 0 && count < kFewest;
  if (period == 0) {
    times.notes.push_back(
        fmt::format("M-Bus: the readings are of one moment each: the capture "
                    "period is not known; the dialect's, {}",
                    in_seconds(usual)));
    period = usual;
  } else if (period < kLeast && learn_spread(times)) {
    return learn_delay(times.capture_period->count(), times);
  } else if (period < kLeast || may_be_spread) {
    times.notes.push_back(fmt::format(
        "M-Bus: no common period is to be seen in {} of capture time; the dialect's, {}",
        counted(count, "change"), in_seconds(usual)));
    times.capture_period = seconds(usual);
    return;
  } else {
    times.notes.push_back(fmt::format("M-Bus: captured every {}, from {}", in_seconds(period),
                                      counted(count, "change")));
  }
  times.capture_period = seconds(period);
  times.capture_offset = seconds(*time % period);
  learn_delay(period, times);
}

/// Captures that are not evenly apart, but never far from a multiple of some minutes.
bool TimeLearner::learn_spread(LearnedTimes& times) const {
  constexpr std::int64_t kMinute = 60;
  std::vector<std::int64_t> steps, all;
  for (const auto& [channel, captures] : captures_) {
    for (std::size_t i = 0; i < captures.size(); ++i) {
      all.push_back(captures[i].time);
      if (i > 0) steps.push_back(captures[i].time - captures[i - 1].time);
    }
  }
  constexpr std::size_t kFewest = 3;
  if (steps.size() < kFewest) return false;
  std::ranges::nth_element(steps, steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2));
  const std::int64_t median = steps[steps.size() / 2];
  const std::int64_t period = (median + kMinute / 2) / kMinute * kMinute;
  if (period <= 0) return false;
  for (std::int64_t& time : all) time %= period;
  const auto [least, most] = std::ranges::minmax(all);
  if (most - least > period / 4) return false;
  times.capture_period = seconds(period);
  times.capture_offset = seconds(least);
  times.capture_spread = seconds(most - least);
  times.notes.push_back(fmt::format("M-Bus: captured about every {}, {} to {} past it, from {}",
                                    in_seconds(period), least, in_seconds(most),
                                    counted(steps.size(), "change")));
  return true;
}

void TimeLearner::learn_delay(std::int64_t period, LearnedTimes& times) const {
  std::optional<std::int64_t> least, most;
  for (const auto& [channel, captures] : captures_) {
    for (const Capture& capture : captures) {
      if (!capture.first_shown) continue;
      const std::int64_t delay = *capture.first_shown - capture.time;
      least = std::min(least.value_or(delay), delay);
      most = std::max(most.value_or(delay), delay);
    }
  }
  if (!least) {
    times.notes.emplace_back("M-Bus: no new reading came: the delay is not known; taken as 0");
    return;
  }
  times.delay_is_known = true;
  const std::int64_t between = times.period ? times.period->count() : 0;
  times.notes.push_back(fmt::format("M-Bus: shown {} to {} after its capture, to within {}", *least,
                                    in_seconds(*most), in_seconds(between)));
  if (*least < 0) {
    times.notes.emplace_back("M-Bus: the device's clock is ahead of the meter's; the delay is 0");
  }
  const bool is_at_once = *least < between || *least < 0;
  times.capture_delay = seconds(is_at_once ? 0 : std::min(*least, period - 1));
}

/// Registers that change only at multiples of a step do so by chance once in many.
void TimeLearner::learn_update(LearnedTimes& times) const {
  const std::int64_t period = times.period->count();
  std::vector<std::int64_t> changes;
  for (std::size_t i = 1; i < moments_.size(); ++i) {
    const Moment &before = moments_[i - 1], &now = moments_[i];
    if (!before.clock || !now.clock || *now.clock - *before.clock != period) continue;
    if (now.registers != before.registers) changes.push_back(*now.clock);
  }
  constexpr std::size_t kFewest = 3;
  constexpr double kChance = 0.01;
  if (changes.size() < kFewest) {
    times.notes.push_back(
        fmt::format("registers: {}: how often they are updated is not known; taken as at once",
                    changes.empty() ? "none changed" : counted(changes.size(), "change")));
    return;
  }
  for (const std::int64_t step : {7200, 3600, 1800, 900, 600, 300, 120, 60, 30, 20, 15, 10, 5, 2}) {
    if (step <= period) break;
    const bool fits =
        std::ranges::all_of(changes, [&](std::int64_t change) { return change % step < period; });
    const double chance = std::pow(static_cast<double>(period) / static_cast<double>(step),
                                   static_cast<double>(changes.size()) - 1);
    if (!fits || chance > kChance) continue;
    times.register_update = seconds(step);
    times.notes.push_back(fmt::format("registers: updated every {}, from {}", in_seconds(step),
                                      counted(changes.size(), "change")));
    return;
  }
  times.notes.push_back(fmt::format("registers: updated with each telegram, from {}",
                                    counted(changes.size(), "change")));
}

/// By how much the sums of the phases must be put forward to be the totals.
void TimeLearner::learn_skew(LearnedTimes& times) const {
  const std::int64_t period = times.period->count();
  std::vector<const Moment*> known;
  for (const Moment& moment : moments_) {
    if (moment.total_mw && moment.phases_mw && moment.clock) known.push_back(&moment);
  }
  constexpr std::size_t kFewest = 10;
  constexpr std::int64_t kRounding = 4'000;  // mW, of four numbers
  const auto apart = [](std::int64_t a, std::int64_t b) { return std::abs(a - b) > kRounding; };
  std::size_t changes = 0;
  for (std::size_t i = 1; i < known.size(); ++i) {
    changes +=
        apart(*known[i]->total_mw, *known[i - 1]->total_mw) ? std::size_t{1} : std::size_t{0};
  }
  if (known.empty()) return;
  if (changes < kFewest) {
    times.notes.push_back(
        fmt::format("totals against phases: {} of power: their skew is not known; taken as 0",
                    counted(changes, "change")));
    return;
  }
  std::size_t best_misses = 0;
  std::int64_t best = -1;
  for (std::int64_t steps = 0; steps * period <= kLongestSkew; ++steps) {
    const auto lag = static_cast<std::size_t>(steps);
    std::size_t misses = 0, compared = 0;
    for (std::size_t i = lag + 1; i < known.size(); ++i) {
      const Moment &now = *known[i], &then = *known[i - lag];
      if (*now.clock - *then.clock != steps * period) continue;
      ++compared;
      misses += apart(*then.total_mw, *now.phases_mw) ? std::size_t{1} : std::size_t{0};
    }
    if (compared == 0) continue;
    if (best < 0 || misses < best_misses) {
      best_misses = misses;
      best = steps * period;
    }
  }
  // What differs at no lag changed between two telegrams: the share says how long before.
  constexpr double kNoise = 0.02;
  const double share = static_cast<double>(best_misses) / static_cast<double>(changes);
  const bool in_between = share > kNoise && period > 1;
  times.phase_skew = seconds(best);
  times.notes.push_back(
      fmt::format("totals against phases: {} s apart{}, from {}", best,
                  in_between ? fmt::format(", and up to {} more or less", in_seconds(period)) : "",
                  counted(changes, "change")));
}

}  // namespace p1rig
