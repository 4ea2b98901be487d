#pragma once

#include <functional>
#include <span>
#include <string>

#include "simulator/line/event_loop.h"
#include "simulator/line/session.h"

namespace p1rig {

struct SessionResult {
  SessionEnd end = SessionEnd::kCount;
  int signal = 0;     ///< the number of the signal where `end` is kSignal
  std::string error;  ///< why no line is left, where that is not just a reader that went away
  SessionStats stats;
};

/// Runs a session in `loop` until it ends, by itself or by SIGINT or SIGTERM. At the end it waits,
/// for at most a second, until the readers have fetched the last bytes: hanging up a terminal
/// discards what nobody has read. Close the lines afterwards by destroying them.
///
///   EventLoop loop;
///   RealClock clock;
///   auto uri = parse_line_uri("pty:/tmp/p1");
///   auto line = open_line(*uri, settings, loop);
///   Line* lines[] = {line->get()};
///   SessionOptions options{.settings = settings, .start = clock.time_of_day()};
///   SessionResult result = run_session(options, source, lines, clock, loop, listener);
///
/// `begun` is called before the loop runs, for whoever steers the session meanwhile: with the session,
/// and with what advances it at once.
SessionResult run_session(
    const SessionOptions& options, TelegramSource source, std::span<Line* const> lines,
    const Clock& clock, EventLoop& loop, Session::Listener listener,
    const std::function<void(Session&, std::function<void()> advance)>& begun = {});

}  // namespace p1rig
