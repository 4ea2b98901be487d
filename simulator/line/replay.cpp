#include "simulator/line/replay.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cmath>
#include <string_view>
#include <utility>

#include "simulator/line/event_loop.h"

namespace p1rig {
namespace {

using std::chrono::nanoseconds;

// A reader opens a port and then sets and flushes it.
constexpr nanoseconds kSettle = std::chrono::milliseconds(100);
constexpr nanoseconds kDrainLimit = std::chrono::seconds(1);
constexpr nanoseconds kLookAgain = std::chrono::milliseconds(5);

// What one advance() does at most, so that signals get their turn.
constexpr int kStepsPerTurn = 64;

}  // namespace

Replay::Replay(ReplaySource source, const ReplayOptions& options, Line& line, const Clock& clock)
    : source_(std::move(source)), options_(options), line_(line), clock_(clock), step_(source_()) {
  line_.lose_nothing();
}

SteadyTime Replay::due_of(const ReplayStep& step) const {
  if (std::isinf(options_.speed)) return *began_;
  const double due = static_cast<double>(step.due.count()) / options_.speed;
  constexpr double kFarAway = 1e18;  // 30 years: a recording's times are whatever the file says
  return *began_ + nanoseconds(std::llround(std::min(due, kFarAway)));
}

SteadyTime Replay::advance() {
  const Line::State state = line_.state();
  if (state.ended) {
    result_.error = state.error;
    ended_ = true;
  }
  if (ended_) return SteadyTime::max();
  const bool was_waiting = std::exchange(is_waiting_, !state.present && step_.has_value());
  if (is_waiting_ && !was_waiting && options_.on_waiting) options_.on_waiting(began_.has_value());
  if (!began_) {
    if (!state.present) return SteadyTime::max();
    began_ = clock_.now() + kSettle;
  }
  for (int i = 0; i < kStepsPerTurn && step_; ++i) {
    const SteadyTime due = due_of(*step_);
    const SteadyTime now = clock_.now();
    if (now < due || now < *began_) return std::max(due, *began_);
    if (!std::exchange(begun_, true) && !std::isinf(options_.speed)) {
      result_.lateness.add(now - due);
    }
    if (!send_step()) return clock_.now() + kLookAgain;
  }
  return step_ ? clock_.now() : drain();
}

/// False if the line is full.
bool Replay::send_step() {
  const std::string_view rest = std::string_view(step_->bytes).substr(at_);
  const std::size_t taken = line_.send(rest);
  result_.sent += taken;
  at_ += taken;
  if (taken < rest.size()) return false;
  at_ = 0;
  begun_ = false;
  step_ = source_();
  return true;
}

SteadyTime Replay::drain() {
  result_.complete = true;
  const SteadyTime now = clock_.now();
  if (!drain_by_) drain_by_ = now + kDrainLimit;
  if (line_.drained() || now >= *drain_by_) {
    ended_ = true;
    return SteadyTime::max();
  }
  return now + kLookAgain;
}

ReplayResult replay(ReplaySource source, const ReplayOptions& options, Line& line,
                    const Clock& clock, EventLoop& loop) {
  Replay session(std::move(source), options, line, clock);
  boost::asio::steady_timer timer(loop.io());
  int signal = 0;
  const std::function<void()> advance = [&] {
    const SteadyTime due = session.advance();
    if (session.ended()) return loop.stop();
    timer.expires_at(due);
    if (due == SteadyTime::max()) return;
    timer.async_wait([&](const boost::system::error_code& error) {
      if (!error) advance();
    });
  };
  line.on_change(advance);
  loop.on_signal([&](int number) {
    signal = number;
    loop.stop();
  });
  boost::asio::post(loop.io(), advance);
  loop.run();
  loop.on_signal({});
  line.on_change({});
  ReplayResult result = session.result();
  result.signal = signal;
  return result;
}

}  // namespace p1rig
