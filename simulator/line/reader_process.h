#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "process/child_process.h"
#include "protocol/result.h"

namespace p1rig {

class EventLoop;

/// A reader that we start, watched by an event loop.
class ReaderProcess {
 public:
  /// `ended` is called once, from the event loop, when the program itself has ended; the rest of its
  /// group has been ended then. Fails if the program cannot be started.
  static Result<ReaderProcess> start(const ChildCommand& command, EventLoop& loop,
                                     std::function<void(const ProcessExit&)> ended);

  ReaderProcess(ReaderProcess&&) noexcept;
  ReaderProcess& operator=(ReaderProcess&&) noexcept;
  ~ReaderProcess();

  /// Waits without the event loop, see ChildProcess::finish(); `ended` is not called.
  ProcessExit finish(std::chrono::milliseconds patience);

 private:
  struct Impl;
  explicit ReaderProcess(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace p1rig
