#include "simulator/line/session.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "simulator/line/line_uri.h"

namespace p1rig {
namespace {

using std::chrono::nanoseconds;

// A reader opens a port and then sets and flushes it (pyserial does so some milliseconds later): a
// telegram that must not be lost waits until that is done.
constexpr nanoseconds kSettle = std::chrono::milliseconds(100);

// Starts that are missed by more than this, and by more than a period, are left out.
constexpr nanoseconds kCatchUp = std::chrono::seconds(2);

constexpr nanoseconds kLastBytes = std::chrono::seconds(1);
constexpr nanoseconds kDrainCheck = std::chrono::milliseconds(5);

// What one advance() does at most, so that signals and other lines get their turn.
constexpr int kPiecesPerTurn = 64;

nanoseconds divided(nanoseconds time, double by) {
  return nanoseconds(static_cast<nanoseconds::rep>(static_cast<long double>(time.count()) /
                                                   static_cast<long double>(by)));
}

nanoseconds multiplied(nanoseconds time, double by) {
  return nanoseconds(static_cast<nanoseconds::rep>(static_cast<long double>(time.count()) *
                                                   static_cast<long double>(by)));
}

/// A line with what the session knows of it.
struct Slot {
  Line* line;
  Line::State state;
  bool served = false;  ///< gets the bytes that pass: asks for them, or may have the rest
  SteadyTime ready{};   ///< from when on its reader is set up
  std::size_t at = 0;   ///< bytes of the telegram that are settled: taken, or lost
  LineStats stats;
  std::uint64_t dropped = 0;  ///< of the telegram on its way
  std::uint64_t lost = 0;     ///< what the line had counted as dropped when the last one ended
};

/// The telegram on its way.
struct Transmission {
  std::string bytes;
  std::vector<Piece> pieces;
  std::size_t next = 0;  ///< piece
  bool begun = false;    ///< the piece is being handed over
  SteadyTime start;
};

}  // namespace

struct Session::Impl {
  Impl(const SessionOptions& session_options, TelegramSource telegram_source,
       const Clock& session_clock, Listener session_listener)
      : options(session_options),
        source(std::move(telegram_source)),
        clock(session_clock),
        listener(std::move(session_listener)),
        schedule(session_options.schedule),
        period(divided(session_options.schedule.period, session_options.speed)),
        began(session_options.began.value_or(session_clock.now())),
        meter_time(session_options.start),
        request(session_options.request) {
    while (next_edge < options.request_edges.size() &&
           options.request_edges[next_edge].at <= options.start) {
      request = options.request_edges[next_edge++].mode;
    }
  }

  SessionOptions options;  ///< `start` and `speed` are those since `began`
  const TelegramSource source;
  const Clock& clock;
  const Listener listener;
  Schedule schedule;
  nanoseconds period;  ///< of the host's time
  SteadyTime began;
  std::optional<MeterTime> paused_at;
  MeterTime meter_time;  ///< at kMaxSpeed, where it stands still between telegrams
  std::vector<Slot> slots;
  std::optional<Transmission> current;
  RequestMode request;          ///< what holds now
  std::size_t next_edge = 0;    ///< of SessionOptions::request_edges
  std::size_t next_supply = 0;  ///< of SessionOptions::supply_edges
  bool requested = false;
  bool counting = false;
  std::uint64_t counted = 0;
  SessionStats stats;
  std::optional<SessionEnd> end_after_draining;
  SteadyTime drained_by{};
  std::optional<SessionEnd> end;

  bool unpaced() const { return std::isinf(options.speed); }
  SteadyTime host_time(MeterTime time) const {
    return began + divided(time - options.start, options.speed);
  }
  MeterTime meter_now() const {
    if (unpaced()) return meter_time;
    if (paused_at) return *paused_at;
    return options.start + multiplied(clock.now() - began, options.speed);
  }

  SteadyTime edge_time() const {
    if (unpaced() || paused_at || next_edge == options.request_edges.size()) {
      return SteadyTime::max();
    }
    return host_time(options.request_edges[next_edge].at);
  }
  /// When something of the scenario is due, beside telegrams.
  SteadyTime scripted_time() const {
    if (unpaced() || paused_at || next_supply == options.supply_edges.size()) return edge_time();
    return std::min(edge_time(), host_time(options.supply_edges[next_supply].at));
  }
  Line::State state_of(const Line& line) const {
    Line::State state = line.state();
    if (request != RequestMode::kLine) state.requested = request == RequestMode::kOn;
    return state;
  }

  void add_lines(std::span<Line* const> lines);
  void watch_lines(MeterTime now);
  void watch_reader(Slot& slot, const Line::State& state);
  void watch_requests(MeterTime now);
  bool any_request() const;
  bool take_edge();
  void switch_supply(MeterTime now);
  bool is_over() const;
  SteadyTime turn();
  SteadyTime wait_for_start();
  SteadyTime ready_at() const;
  void begin_telegram(MeterTime start);
  bool hand_over(std::size_t limit);
  void end_telegram();
  SteadyTime drain();
  void drain_then(SessionEnd reason);
  void go_on_from(MeterTime start, double speed);
  void tell(const SessionEvent& event) const {
    if (listener) listener(event);
  }
};

void Session::Impl::add_lines(std::span<Line* const> lines) {
  bool always_requested = request == RequestMode::kOn;
  for (Line* line : lines) {
    Slot slot{.line = line, .state = state_of(*line), .stats = {.name = line->name()}};
    slot.served = slot.state.requested;
    always_requested =
        always_requested || (request == RequestMode::kLine && line->kind().always_requested);
    if (unpaced()) line->lose_nothing();
    slots.push_back(std::move(slot));
  }
  if (always_requested) {
    requested = true;
    schedule.assume_requested(options.start);
  }
  watch_requests(meter_now());
}

/// Sees what readers did since the last turn.
void Session::Impl::watch_lines(MeterTime now) {
  for (Slot& slot : slots) {
    Line::State state = state_of(*slot.line);
    if (state.settings) slot.stats.settings = state.settings;
    if (state.present != slot.state.present) watch_reader(slot, state);
    if (state.note != slot.state.note && !state.note.empty()) {
      tell(LineNoted{slot.line->name(), state.note});
    }
    if (state.requested && !slot.state.requested) slot.served = true;
    if (!state.requested && slot.state.requested &&
        (!current || options.schedule.on_release == OnRelease::kCut)) {
      slot.served = false;
      slot.line->purge();
    }
    slot.state = std::move(state);
  }
  watch_requests(now);
}

void Session::Impl::watch_reader(Slot& slot, const Line::State& state) {
  if (state.present) {
    slot.ready = clock.now() + kSettle;
    tell(ReaderCame{slot.line->name()});
  } else {
    tell(ReaderLeft{slot.line->name()});
  }
}

/// Data Request of the meter is that of all lines together, as behind a hub.
bool Session::Impl::any_request() const {
  if (request != RequestMode::kLine) return request == RequestMode::kOn;
  return std::any_of(slots.begin(), slots.end(), [](const Slot& slot) {
    return slot.line->kind().always_requested || slot.state.requested;
  });
}

void Session::Impl::watch_requests(MeterTime now) {
  const bool now_requested = any_request();
  if (now_requested == requested) return;
  requested = now_requested;
  if (requested) {
    schedule.request(now);
  } else if (schedule.release() && current) {
    end_telegram();
  }
}

/// Takes the next scripted edge of Data Request where everything before it is done.
bool Session::Impl::take_edge() {
  if (next_edge == options.request_edges.size()) return false;
  const RequestEdge& edge = options.request_edges[next_edge];
  const auto start = schedule.next_start();
  if (paused_at) return false;
  if (unpaced()) {
    if (current || (start && *start < edge.at) || (options.until && *options.until <= edge.at)) {
      return false;
    }
    meter_time = std::max(meter_time, edge.at);
  } else {
    const SteadyTime at = edge_time();
    if (at > clock.now()) return false;
    if (current ? current->start + current->pieces[current->next].due < at
                : start && host_time(*start) < at) {
      return false;
    }
  }
  request = edge.mode;
  ++next_edge;
  watch_lines(edge.at);
  return true;
}

/// The reader's 5 V follow the grid.
void Session::Impl::switch_supply(MeterTime now) {
  std::optional<bool> powered;
  while (next_supply < options.supply_edges.size() && options.supply_edges[next_supply].at <= now) {
    powered = options.supply_edges[next_supply++].powered;
  }
  if (!powered) return;
  for (Slot& slot : slots) slot.line->supply(*powered);
}

SteadyTime Session::Impl::turn() {
  for (int i = 0; i < kPiecesPerTurn && !end; ++i) {
    switch_supply(meter_now());
    watch_lines(meter_now());
    if (!slots.empty() && std::all_of(slots.begin(), slots.end(),
                                      [](const Slot& slot) { return slot.state.ended; })) {
      end = SessionEnd::kLine;
      break;
    }
    if (end_after_draining) return drain();
    if (take_edge()) continue;
    if (!current) {
      const SteadyTime start = wait_for_start();
      if (end_after_draining) continue;
      if (start > clock.now()) return std::min(start, scripted_time());
      begin_telegram(*schedule.next_start());
      if (!current) continue;
    }
    const Piece& piece = current->pieces[current->next];
    const SteadyTime due = current->start + piece.due;
    const SteadyTime now = clock.now();
    if (now < due) return std::min(due, scripted_time());
    if (!current->begun && !unpaced()) stats.lateness.add(now - due);
    current->begun = true;
    if (!hand_over(piece.end)) return SteadyTime::max();
    current->begun = false;
    if (++current->next == current->pieces.size()) end_telegram();
  }
  return end ? SteadyTime::max() : clock.now();
}

/// When the next telegram starts; decides whether there is one.
SteadyTime Session::Impl::wait_for_start() {
  auto start = schedule.next_start();
  const SteadyTime now = clock.now();
  if (options.count && counted >= *options.count) {
    drain_then(SessionEnd::kCount);
    return now;
  }
  if (paused_at) return SteadyTime::max();
  if (start && !unpaced() && now - host_time(*start) > std::max(period, kCatchUp)) {
    schedule.skip_to(meter_now());
    start = schedule.next_start();
  }
  if (options.until && (start ? *start >= *options.until : is_over())) {
    drain_then(SessionEnd::kUntil);
    return now;
  }
  if (unpaced()) return start ? ready_at() : SteadyTime::max();
  if (start) return host_time(*start);
  return options.until ? host_time(*options.until) : SteadyTime::max();
}

/// Where no telegram is to come: has the end come?
bool Session::Impl::is_over() const {
  const bool never_again = unpaced() && request == RequestMode::kOff;
  return never_again || meter_now() >= *options.until;
}

/// When the first reader is set up, or has been.
SteadyTime Session::Impl::ready_at() const {
  SteadyTime ready = SteadyTime::max();
  for (const Slot& slot : slots) {
    if (slot.state.present) ready = std::min(ready, slot.ready);
  }
  return ready;
}

void Session::Impl::begin_telegram(MeterTime start) {
  Transmission next;
  const auto second = std::chrono::floor<std::chrono::seconds>(start);
  Emission emission = source(second);
  meter_time = start + options.schedule.period;
  if (emission.bytes.empty()) {
    schedule.begin(nanoseconds{});
    return;
  }
  nanoseconds duration{};
  if (unpaced()) {
    next.pieces = {{emission.bytes.size(), nanoseconds{}}};
    next.start = clock.now();
  } else {
    next.pieces = cut_into_pieces(emission, options.settings,
                                  options.speed > 1 ? period : nanoseconds::max(), options.pace);
    next.start = host_time(start);
    duration = multiplied(next.pieces.back().due, options.speed);
  }
  next.bytes = std::move(emission.bytes);
  // Rounding must not make a telegram that just fits in its period miss the next start.
  schedule.begin(options.speed > 1 ? std::min<nanoseconds>(duration, options.schedule.period)
                                   : duration);
  counting = counting || ready_at() <= clock.now();
  if (counting) ++counted;
  ++stats.telegrams;
  for (Slot& slot : slots) {
    slot.at = 0;
    slot.dropped = 0;
    slot.served = slot.state.requested;
  }
  tell(TelegramStarted{counting ? counted : 0, second, next.bytes.size()});
  current = std::move(next);
}

/// Offers the telegram up to `limit` to all lines. False if a line that loses nothing is full.
bool Session::Impl::hand_over(std::size_t limit) {
  bool done = true;
  for (Slot& slot : slots) {
    if (slot.served && slot.state.present && slot.at < limit) {
      const std::string_view bytes = current->bytes;
      const std::size_t taken = slot.line->send(bytes.substr(slot.at, limit - slot.at));
      slot.at += taken;
      slot.stats.sent += taken;
      const Line::State state = slot.line->state();
      if (slot.at < limit && state.present && !state.ended) {
        if (unpaced() || slot.line->kind().lossless) {
          done = false;
          continue;
        }
        slot.dropped += limit - slot.at;
      }
    }
    slot.at = limit;
  }
  return done;
}

void Session::Impl::end_telegram() {
  const std::size_t passed = current->next == 0 ? 0 : current->pieces[current->next - 1].end;
  stats.bytes += passed;
  current.reset();
  for (Slot& slot : slots) {
    slot.stats.dropped += slot.dropped;
    const std::uint64_t lost = slot.line->state().dropped;
    slot.dropped += lost - std::exchange(slot.lost, lost);
    if (slot.dropped > 0) tell(BytesDropped{slot.line->name(), slot.dropped});
    slot.dropped = 0;
    slot.served = slot.state.requested;
  }
}

void Session::Impl::go_on_from(MeterTime start, double speed) {
  options.start = start;
  options.speed = speed;
  began = clock.now();
  period = divided(options.schedule.period, speed);
  tell(SpeedChanged{start, began, speed});
}

void Session::Impl::drain_then(SessionEnd reason) {
  end_after_draining = reason;
  drained_by = clock.now() + kLastBytes;
}

SteadyTime Session::Impl::drain() {
  bool drained = true;
  for (Slot& slot : slots) {
    if (slot.state.present && !slot.state.ended && !slot.line->drained()) drained = false;
  }
  const SteadyTime now = clock.now();
  if (drained || now >= drained_by) {
    end = end_after_draining;
    return SteadyTime::max();
  }
  return now + kDrainCheck;
}

Session::Session(const SessionOptions& options, TelegramSource source, std::span<Line* const> lines,
                 const Clock& clock, Listener listener)
    : impl_(std::make_unique<Impl>(options, std::move(source), clock, std::move(listener))) {
  impl_->add_lines(lines);
}

Session::~Session() = default;

SteadyTime Session::advance() { return impl_->end ? SteadyTime::max() : impl_->turn(); }

std::optional<SessionEnd> Session::end() const { return impl_->end; }

void Session::stop(SessionEnd reason) {
  if (!impl_->end) impl_->end = reason;
}

void Session::set_speed(double speed) {
  if (impl_->unpaced() || std::isinf(speed)) return;
  if (impl_->paused_at) {
    impl_->options.speed = speed;
  } else {
    impl_->go_on_from(impl_->meter_now(), speed);
  }
}

void Session::pause(bool paused) {
  if (paused == impl_->paused_at.has_value()) return;
  const MeterTime now = impl_->meter_now();
  if (paused) {
    impl_->paused_at = now;
    return;
  }
  impl_->paused_at.reset();
  if (!impl_->unpaced()) impl_->go_on_from(now, impl_->options.speed);
}

void Session::set_script(std::vector<RequestEdge> request_edges,
                         std::vector<SupplyEdge> supply_edges) {
  impl_->options.request_edges = std::move(request_edges);
  impl_->options.supply_edges = std::move(supply_edges);
  impl_->tell(ScriptChanged{impl_->options.request_edges});
}

SessionNow Session::now() const {
  SessionNow now{.meter = impl_->meter_now(),
                 .speed = impl_->options.speed,
                 .paused = impl_->paused_at.has_value(),
                 .request = impl_->request,
                 .requested = impl_->requested};
  now.settled = std::chrono::floor<std::chrono::seconds>(now.meter);
  if (const auto start = impl_->schedule.next_start()) {
    now.settled = std::min(now.settled, std::chrono::floor<std::chrono::seconds>(*start));
  }
  return now;
}

SessionStats Session::stats() const {
  SessionStats stats = impl_->stats;
  for (const Slot& slot : impl_->slots) {
    stats.lines.push_back(slot.stats);
    stats.lines.back().dropped += slot.dropped;
    const Line::State state = slot.line->state();
    stats.lines.back().received = state.received;
    stats.lines.back().breaks = state.breaks;
    stats.lines.back().dropped += state.dropped;
  }
  return stats;
}

}  // namespace p1rig
