// How a meter gets over months and years: what its registers count on a day depends only on the kind
// of the day, so whole days are counted by their kinds, and each kind is added up once. What only the
// last hours leave behind (averages, captures on their way) is lived through again afterwards.

#include <algorithm>
#include <optional>
#include <utility>

#include "simulator/meter/day_total.h"
#include "simulator/meter/mbus_use.h"
#include "simulator/meter/meter_impl.h"

namespace p1rig {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

/// Less than that is stepped through.
constexpr days kLeastLeap{3};
/// All that a meter knows of days before is in its thirteen month peaks: fourteen months.
constexpr days kRemembered{430};

/// The part of a local day on one side of a change of the clock; mostly the whole day.
struct DayPart {
  sys_seconds begin;
  std::int64_t day = 0;              ///< since 1970, of the local date
  std::int64_t from = 0, until = 0;  ///< minutes by the local clock
  bool summer = false;
};

/// Goes from local midnight to local midnight.
class LocalDays {
 public:
  LocalDays(const Zone& zone, sys_seconds midnight) : zone_(zone), now_(midnight) { enter(now_); }

  sys_seconds now() const { return now_; }

  /// The parts of the next day, and on to its end; none if that is after `limit`, or if the zone does
  /// something out of the ordinary on that day.
  std::size_t next(sys_seconds limit, std::array<DayPart, 2>& parts) {
    const std::int64_t day = std::chrono::floor<days>(now_ + offset_).time_since_epoch().count();
    sys_seconds end = now_ + days{1};
    if (end <= switch_) {
      if (end > limit) return 0;
      parts[0] = {now_, day, 0, kMinutesPerDay, summer_};
      now_ = end;
      return 1;
    }
    const sys_seconds at = switch_;
    const seconds before = offset_;
    const bool was_summer = summer_;
    enter(at);
    end += before - offset_;
    const std::int64_t from = minute_of(at, day), until = (at - now_) / std::chrono::minutes{1};
    const bool ordinary = end <= switch_ && from >= 0 && from < kMinutesPerDay && at != now_ &&
                          (at - now_) % seconds{kQuarter} == seconds{0} &&
                          offset_ % seconds{kQuarter} == seconds{0};
    if (!ordinary || end > limit) {
      enter(now_);
      return 0;
    }
    parts[0] = {now_, day, 0, until, was_summer};
    parts[1] = {at, day, from, kMinutesPerDay, summer_};
    now_ = end;
    return 2;
  }

 private:
  void enter(sys_seconds t) {
    offset_ = zone_.offset(t);
    summer_ = zone_.local(t).season == 'S';
    switch_ = zone_.next_switch(t);
  }
  std::int64_t minute_of(sys_seconds t, std::int64_t day) const {
    return (t + offset_ - sys_seconds{days{day}}) / std::chrono::minutes{1};
  }

  const Zone& zone_;
  sys_seconds now_, switch_;
  seconds offset_{};
  bool summer_ = false;
};

/// Local midnight at `t` or the first after it; nothing on days on which the clock changes at it.
std::optional<sys_seconds> next_midnight(const Zone& zone, sys_seconds t) {
  const auto is_midnight = [&](sys_seconds at) {
    return (at + zone.offset(at)).time_since_epoch() % days{1} == seconds{0};
  };
  if (is_midnight(t)) return t;
  const sys_seconds local_end = std::chrono::floor<days>(t + zone.offset(t)) + days{1};
  sys_seconds end = local_end - zone.offset(t);
  end = local_end - zone.offset(end);
  return is_midnight(end) && end > t ? std::optional(end) : std::nullopt;
}

}  // namespace

/// How many days there are of each kind, and what each adds up to.
class Meter::Impl::DayKinds {
 public:
  explicit DayKinds(Impl& meter)
      : meter_(meter),
        begin_(meter.ledger.now),
        phases_(meter.ledger.profile->phases_each && meter.ledger.profile->phases == 3 ? 3 : 1),
        sunny_(std::ranges::any_of(meter.scenario->loads, [](const Load& load) {
          return std::holds_alternative<SunLoad>(load.kind);
        })) {
    for (const Calendar::Period& period : meter.scenario->calendar.periods) {
      period_begins_.push_back(period.begin.time_since_epoch().count());
    }
    class_of_.resize(std::max<std::size_t>(period_begins_.size(), 1) * 7, kUnknown);
  }

  void count(const DayPart& part) { ++of(part).count; }

  /// Lets the highest demands of that part of a day be those of its month.
  void remember(const DayPart& part, MeterState& state) {
    const DayTotal& total = total_of_kind(of(part));
    const auto raise = [&](Quantity quantity, std::int64_t value) {
      state[quantity] = std::max(state[quantity], value);
    };
    for (std::size_t i = 0; i < kDemands.size(); ++i) raise(kDemands[i].max, total.max[i]);
    for (std::size_t i = 0; i < 2; ++i) {
      raise(nth(Quantity::kDemandMaxImportT1, i), total.import_max[i]);
      raise(nth(Quantity::kDemandMaxExportT1, i), total.export_max[i]);
    }
    if (total.max[0] <= state[Quantity::kPeakPower]) return;
    const auto time = part.begin + std::chrono::minutes{total.peak_minute - part.from};
    state[Quantity::kPeakPower] = total.max[0];
    state[Quantity::kPeakTime] = time.time_since_epoch().count();
  }

  /// Adds up all that were counted.
  void add_to(MeterState& state) {
    for (Kind& kind : kinds_) {
      const DayTotal& total = total_of_kind(kind);
      for (std::size_t tariff = 0; tariff < DayTotal::kTariffs; ++tariff) {
        each_counted(total.energies[tariff], static_cast<int>(tariff),
                     [&](Quantity quantity, std::int64_t energy) {
                       state[quantity] += energy * kind.count;
                     });
      }
    }
  }

 private:
  /// Days of the same tariffs, weekends apart, and the part of them.
  struct Group {
    std::size_t day_class = 0;
    std::int64_t from = 0, until = 0;
    bool summer = false;
    bool operator==(const Group&) const = default;
  };
  struct DayClass {
    bool weekend = false;
    std::vector<TariffRun> runs;
    bool operator==(const DayClass&) const = default;
  };
  struct Kind {
    DayKind day;
    Group group;
    std::int64_t count = 0;
    std::optional<DayTotal> total;
  };
  static constexpr std::size_t kUnknown = SIZE_MAX;

  Kind& of(const DayPart& part) {
    const DayKind day = day_kind(part.day);
    const Group group{class_of(part.day, day.weekday), part.from, part.until,
                      sunny_ && part.summer};
    const std::size_t index =
        (place_in(groups_, group) * kSeasons + day.season) * kDayPatterns + day.pattern;
    if (index >= places_.size()) places_.resize(index + 1, kUnknown);
    if (places_[index] == kUnknown) {
      places_[index] = kinds_.size();
      kinds_.push_back({day, group, 0, std::nullopt});
    }
    return kinds_[places_[index]];
  }

  const DayTotal& total_of_kind(Kind& kind) {
    if (kind.total) return *kind.total;
    ++meter_.effort;
    const auto& loads = meter_.scenario->loads;
    const bool connected = meter_.ledger.state[Quantity::kBreaker] == 1;
    auto& minutes = minutes_[kind.day.pattern][kind.day.weekend() ? 1 : 0];
    if (!minutes) {
      PhasesOfDay<MinutesOfDay> powers(phases_);
      for (const Load& load : loads) {
        if (connected) add_minutes(load, meter_.seed, kind.day, begin_, powers);
      }
      minutes.emplace(std::move(powers));
    }
    PhasesOfDay<SlotsOfDay> slots(phases_);
    for (const Load& load : loads) {
      if (connected) add_slots(load, meter_.seed, kind.day, kind.group.summer, begin_, slots);
    }
    kind.total = total_of(*minutes, slots, classes_[kind.group.day_class].runs, kind.group.from,
                          kind.group.until, meter_.follows_apparent);
    return *kind.total;
  }

  std::size_t class_of(std::int64_t day, std::size_t weekday) {
    const auto& periods = meter_.scenario->calendar.periods;
    std::size_t period = 0;
    while (period + 1 < period_begins_.size() && day >= period_begins_[period + 1]) ++period;
    std::size_t& known = class_of_[period * 7 + weekday];
    if (known == kUnknown) {
      known = place_in(
          classes_, DayClass{weekday >= 5,
                             tariff_runs(periods.empty() ? nullptr : &periods[period], weekday)});
    }
    return known;
  }

  /// Where it is in the list, at whose end it is added if it is new.
  template <class Item>
  static std::size_t place_in(std::vector<Item>& list, Item item) {
    const auto found = std::ranges::find(list, item);
    const auto place = static_cast<std::size_t>(found - list.begin());
    if (found == list.end()) list.push_back(std::move(item));
    return place;
  }

  Impl& meter_;
  sys_seconds begin_;
  std::vector<std::int64_t> period_begins_;  ///< of the calendar's periods, days since 1970
  std::vector<std::size_t> class_of_;        ///< of each weekday of each period
  std::vector<DayClass> classes_;
  std::vector<Group> groups_;
  std::vector<std::size_t> places_;
  std::vector<Kind> kinds_;
  std::size_t phases_;
  bool sunny_;  ///< only then does it matter where the sun is by the clock
  std::array<std::array<std::optional<SlotSums>, 2>, kDayPatterns> minutes_;
};

bool Meter::Impl::calm() const {
  const bool disturbed = std::ranges::any_of(
      ledger.disturbances, [](const auto& disturbance) { return disturbance.has_value(); });
  const bool wrong = std::ranges::any_of(
      ledger.devices, [](const LedgerDevice& device) { return device.wrong_captures > 0; });
  return !wrong && !ledger.dark() && ledger.now >= ledger.booted && !disturbed &&
         !ledger.clock_unset && ledger.deviation == seconds{0};
}

/// The next event, or edge of a load.
sys_seconds Meter::Impl::next_incident() const {
  sys_seconds next = sys_seconds::max();
  if (ledger.next_event < scenario->events.size()) next = scenario->events[ledger.next_event].at;
  for (const Load& load : scenario->loads) next = std::min(next, next_edge(load, ledger.now));
  return next;
}

/// After so long, nothing of a leap is left in what the meter shows.
seconds Meter::Impl::settling() const {
  return std::max({seconds{std::chrono::hours{1}}, ledger.profile->register_update,
                   ledger.profile->capture.period + ledger.profile->capture.delay});
}

void Meter::Impl::leap_towards(sys_seconds t) {
  const seconds settled = settling();
  while (t - ledger.now >= kLeastLeap + settled) {
    // Whatever happens, happens to a meter that has lived through the hours before.
    const sys_seconds next = std::min(t, next_incident());
    const auto midnight = next_midnight(ledger.profile->zone, ledger.now);
    if (!calm() || !midnight || next - *midnight < kLeastLeap + settled) {
      step_to(std::min(next, ledger.now + days{1}));
      continue;
    }
    step_to(*midnight);
    if (!leap(next - settled)) step_to(ledger.now + days{1});
  }
}

/// From local midnight on, over whole days of a calm meter to which nothing happens before `limit`.
bool Meter::Impl::leap(sys_seconds limit) {
  const sys_seconds begin = ledger.now;
  DayKinds kinds(*this);
  LocalDays going(ledger.profile->zone, begin);
  std::array<DayPart, 2> parts;
  std::optional<sys_seconds> remembered;
  while (const std::size_t count = going.next(limit, parts)) {
    for (std::size_t i = 0; i < count; ++i) kinds.count(parts[i]);
    if (!remembered && going.now() >= limit - kRemembered) remembered = parts[0].begin;
  }
  const sys_seconds end = going.now();
  if (end == begin) return false;
  ledger.quarter = {};
  for (LocalDays again(ledger.profile->zone, remembered.value_or(end)); again.now() < end;) {
    const std::size_t count = again.next(end, parts);
    for (std::size_t i = 0; i < count; ++i) kinds.remember(parts[i], ledger.state);
    ledger.now = again.now();
    if (ledger.profile->zone.local(ledger.now).day == 1) end_month();
  }
  ledger.now = end;
  kinds.add_to(ledger.state);
  const std::int64_t captures =
      interval_of(end - ledger.profile->capture.offset, ledger.profile->capture.period.count()) -
      interval_of(begin - ledger.profile->capture.offset, ledger.profile->capture.period.count());
  for (LedgerDevice& device : ledger.devices) {
    device.captured = device.captured || device.heard;
    device.pending.reset();
    if (device.shown.valve == 0) continue;
    device.counted += device.use
                          ? *device.use * captures
                          : use_between(device.shown.medium, seed, device.stream, begin, end);
  }
  ledger.ten_minutes = {};
  ledger.averaged = true;
  begin_intervals();
  return true;
}

}  // namespace p1rig
