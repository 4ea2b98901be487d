#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace p1rig {

/// The one loop that lines, timers and signals of a program wait in.
///
/// From its construction on, SIGINT and SIGTERM no longer end the program: they are kept for
/// on_signal(), so that a link made before the loop runs is removed as well. It also sets the timer
/// slack of the calling thread to 1 ns: with the kernel's default of 50 us, bytes are late by that.
/// There is one at a time, used from one thread.
class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// For the .cpp files that include Boost.Asio.
  boost::asio::io_context& io();

  /// Sets the function that is called with the number of the signal. An earlier signal is delivered
  /// when the loop runs.
  void on_signal(std::function<void(int)> handler);

  /// Runs until stop(). May be run again.
  void run();
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
