#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "protocol/result.h"

namespace p1rig {

class EventLoop;

/// How a program ended.
struct ReaderExit {
  int code = 0;    ///< where `signal` is 0
  int signal = 0;  ///< that killed it
  bool ended_well() const { return code == 0 && signal == 0; }
  bool operator==(const ReaderExit&) const = default;
};

/// "exit code 3", "signal 15 (Terminated)".
std::string to_string(const ReaderExit& exit);

struct ReaderCommand {
  std::vector<std::string> words;  ///< the program, looked for in PATH, and its arguments
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< added to ours
  int input = -1;   ///< its standard input; -1: ours, or /dev/null where ours is a terminal
  int output = -1;  ///< its standard output; -1: ours
  int errors = -1;  ///< its standard error; -1: ours
};

/// A reader that we start: a process group of its own, so that all of it can be ended, and none of it
/// is left behind. What it leaves running when it exits is ended, too, and a program whose parent
/// died is ours to bury: no zombie stays. It gets SIGTERM should we be killed.
class ReaderProcess {
 public:
  /// `ended` is called once, from the event loop, when the program itself has ended; the rest of its
  /// group has been sent SIGKILL then. Fails where the program cannot be started.
  static Result<ReaderProcess> start(const ReaderCommand& command, EventLoop& loop,
                                     std::function<void(const ReaderExit&)> ended);

  ReaderProcess(ReaderProcess&&) noexcept;
  ReaderProcess& operator=(ReaderProcess&&) noexcept;
  /// Kills the group where it still runs.
  ~ReaderProcess();

  int pid() const;

  /// Sends a signal to the whole group.
  void signal(int number);

  /// Waits without the event loop: gives the program `patience` to end by itself, then SIGTERM and
  /// the same again, then SIGKILL. Returns how it ended; `ended` is not called.
  ReaderExit finish(std::chrono::milliseconds patience);

 private:
  struct Impl;
  explicit ReaderProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
