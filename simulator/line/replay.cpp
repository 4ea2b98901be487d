#include "simulator/line/replay.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cmath>
#include <string_view>

#include "simulator/line/event_loop.h"

namespace p1rig {
namespace {

using std::chrono::nanoseconds;

// A reader opens a port and then sets and flushes it.
constexpr nanoseconds kSettleFirst = std::chrono::milliseconds(100);
constexpr nanoseconds kDrainLimit = std::chrono::seconds(1);
constexpr nanoseconds kDrainStep = std::chrono::milliseconds(5);

class Replay {
 public:
  Replay(const std::vector<ReplayStep>& steps, const ReplayOptions& options, Line& line,
         EventLoop& loop)
      : steps_(steps), options_(options), line_(line), loop_(loop), timer_(loop.io()) {
    line_.on_change([this] { advance(); });
    loop_.on_signal([this](int number) {
      result_.signal = number;
      loop_.stop();
    });
    boost::asio::post(loop_.io(), [this] { advance(); });
  }
  ~Replay() {
    loop_.on_signal({});
    line_.on_change({});
  }
  Replay(const Replay&) = delete;
  Replay& operator=(const Replay&) = delete;

  ReplayResult run() {
    loop_.run();
    result_.complete = next_ == steps_.size();
    result_.error = line_.state().error;
    return result_;
  }

 private:
  bool unpaced() const { return std::isinf(options_.speed); }

  SteadyTime due_of(const ReplayStep& step) const {
    if (unpaced()) return began_;
    return began_ +
           nanoseconds(std::llround(static_cast<double>(step.due.count()) / options_.speed));
  }

  void advance() {
    const LineState state = line_.state();
    if (state.ended) return loop_.stop();
    const SteadyTime now = RealClock().now();
    if (began_ == SteadyTime{}) {
      if (!state.present) return;
      began_ = now + kSettleFirst;
    }
    while (next_ < steps_.size()) {
      const SteadyTime due = due_of(steps_[next_]);
      if (RealClock().now() < due) return wake_at(due);
      if (!send_step()) return;
    }
    if (drain_by_ == SteadyTime{}) drain_by_ = now + kDrainLimit;
    if (line_.drained() || now >= drain_by_) return loop_.stop();
    wake_at(now + kDrainStep);
  }

  /// False where the line is full, and calls again when there is room.
  bool send_step() {
    const std::string_view bytes = steps_[next_].bytes;
    const std::size_t taken = line_.send(bytes.substr(at_));
    at_ += taken;
    result_.sent += taken;
    if (at_ < bytes.size()) {
      wake_at(RealClock().now() + kDrainStep);
      return false;
    }
    at_ = 0;
    ++next_;
    return true;
  }

  void wake_at(SteadyTime due) {
    timer_.expires_at(due);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) advance();
    });
  }

  const std::vector<ReplayStep>& steps_;
  const ReplayOptions options_;
  Line& line_;
  EventLoop& loop_;
  boost::asio::steady_timer timer_;
  ReplayResult result_;
  SteadyTime began_{};     ///< none before a reader is there
  SteadyTime drain_by_{};  ///< none before the last byte
  std::size_t next_ = 0;   ///< step
  std::size_t at_ = 0;     ///< byte of it
};

}  // namespace

ReplayResult replay(const std::vector<ReplayStep>& steps, const ReplayOptions& options, Line& line,
                    EventLoop& loop) {
  return Replay(steps, options, line, loop).run();
}

}  // namespace p1rig
