#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/run/subject.h"
#include "process/fd.h"
#include "protocol/result.h"

namespace p1rig {

class EventLoop;

/// A program that p1rig started, watched by the loop: what it writes, and how it ends. Whatever it
/// does, memory is bounded: the end of its standard error is kept, and its standard output waits in
/// the pipe while nobody reads it.
class WatchedChild {
 public:
  struct Handlers {
    std::function<void(std::string_view bytes)> output;
    std::function<void()> closed;  ///< it closed its standard output but is running
    std::function<void(const ReaderExited& gone)> exited;
  };

  /// An error if there is no such command. None of the handlers is called after the destructor,
  /// which ends the program with all its children.
  static Result<std::unique_ptr<WatchedChild>> start(
      const std::vector<std::string>& command,
      const std::map<std::string, std::string>& environment, const Fd& input, EventLoop& loop,
      Handlers handlers);
  ~WatchedChild();
  WatchedChild(const WatchedChild&) = delete;
  WatchedChild& operator=(const WatchedChild&) = delete;

  /// Stops or resumes reading its standard output.
  void listen(bool on);

  /// The memory of all its processes in bytes.
  std::uint64_t memory() const;

  /// What they have used so far.
  ProcessUsage usage() const;

 private:
  struct Impl;
  explicit WatchedChild(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace p1rig
