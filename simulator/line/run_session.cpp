#include "simulator/line/run_session.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "simulator/line/alive.h"

namespace p1rig {
namespace {

/// Calls the session when its time has come, when a line changed, and when a signal came.
class Driver {
 public:
  Driver(Session& session, std::span<Line* const> lines, EventLoop& loop)
      : session_(session), lines_(lines), loop_(loop), timer_(loop.io()) {
    for (Line* line : lines_) line->on_change([this] { advance(); });
    loop_.on_signal([this](int number) {
      signal_ = number;
      session_.stop(SessionEnd::kSignal);
      advance();
    });
    boost::asio::post(loop_.io(), alive_.guard([this] { advance(); }));
  }
  ~Driver() {
    loop_.on_signal({});
    for (Line* line : lines_) line->on_change({});
  }
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  int signal() const { return signal_; }

  void advance() {
    const SteadyTime due = session_.advance();
    if (session_.end()) {
      loop_.stop();
      return;
    }
    // Setting the time takes back the wait before: there is never more than one.
    timer_.expires_at(due);
    if (due == SteadyTime::max()) return;
    timer_.async_wait(alive_.guard([this](const boost::system::error_code& error) {
      if (!error) advance();
    }));
  }

 private:
  Session& session_;
  std::span<Line* const> lines_;
  EventLoop& loop_;
  boost::asio::steady_timer timer_;
  int signal_ = 0;
  Alive alive_;
};

}  // namespace

SessionResult run_session(const SessionOptions& options, TelegramSource source,
                          std::span<Line* const> lines, const Clock& clock, EventLoop& loop,
                          Session::Listener listener,
                          const std::function<void(Session&, std::function<void()>)>& begun) {
  Session session(options, std::move(source), lines, clock, std::move(listener));
  SessionResult result;
  {
    Driver driver(session, lines, loop);
    if (begun) begun(session, [&driver] { driver.advance(); });
    loop.run();
    result.signal = driver.signal();
  }
  result.end = session.end().value_or(SessionEnd::kStopped);
  result.stats = session.stats();
  for (const Line* line : lines) {
    const Line::State state = line->state();
    if (result.error.empty() && !state.error.empty())
      result.error = line->name() + ": " + state.error;
  }
  return result;
}

}  // namespace p1rig
