#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "process/fd.h"
#include "protocol/result.h"

namespace p1rig {

/// The contents of a file in /proc, as far as readable: the process may end meanwhile.
std::string read_of_process(const std::filesystem::path& file);

/// How a program ended.
struct ProcessExit {
  int code = 0;    ///< where `signal` is 0
  int signal = 0;  ///< that killed it
  bool ended_well() const { return code == 0 && signal == 0; }
  bool operator==(const ProcessExit&) const = default;
};

/// "exit code 3", "signal 15 (Terminated)".
std::string to_string(const ProcessExit& exit);

/// The resources used so far by a program and all processes of its group.
struct ProcessUsage {
  std::chrono::nanoseconds processor{};
  std::uint64_t peak_memory = 0;  ///< bytes in RAM at most
  bool is_running = false;        ///< one of them has something to do: it does not sleep
};

/// A program to be started. Each of its streams is an open descriptor, or one of the constants.
struct ChildCommand {
  /// The stream that we have. A terminal is not given as input: a background group that reads from
  /// one is stopped, which would look like a hang.
  static constexpr int kOurs = -1;
  static constexpr int kNothing = -2;  ///< /dev/null
  static constexpr int kPipe = -3;     ///< to be read from the ChildProcess

  std::vector<std::string> words;  ///< the program, looked for in $PATH, and its arguments
  std::map<std::string, std::string> environment = {};  ///< added to ours
  int input = kOurs;
  int output = kOurs;
  int errors = kOurs;
};

/// A program that p1rig started, the leader of a process group of its own, which ends with it. If
/// p1rig is killed, it gets SIGTERM.
class ChildProcess {
 public:
  /// An error names the program and the reason: "cannot start X: No such file or directory".
  static Result<ChildProcess> start(const ChildCommand& command);

  /// Ends the whole group: politely first, then by force. Then those that left the group, which are
  /// known by a variable of their environment.
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  int output() const { return output_.get(); }  ///< of a pipe; never blocks
  int errors() const { return errors_.get(); }  ///< of a pipe; never blocks
  int watch() const { return watch_.get(); }    ///< readable when it has ended

  /// Sends a signal to the whole group, as long as the leader runs.
  void signal(int number);

  /// Once the leader has ended: ends those that it has left behind in its group. Nothing more is sent
  /// to the group then: its number may be that of a stranger's.
  void end_group();

  /// Gives the program `patience` to end, then SIGTERM and the same again, then SIGKILL.
  /// The group ends with it.
  ProcessExit finish(std::chrono::milliseconds patience);

  /// How it ended; nothing while it runs. To be asked after end_group(): the leader's number is its
  /// own only until then.
  std::optional<ProcessExit> exit();

  /// Bytes of memory of all processes of the group that are in RAM.
  std::uint64_t memory() const;

  /// Processor time and peak memory of all processes of the group, and of those that they
  /// have waited for.
  ProcessUsage usage() const;

 private:
  ChildProcess(pid_t pid, std::string mark, Fd output, Fd errors, Fd watch);

  /// By their numbers in proc(5).
  using StatFields = std::array<std::string, 18>;

  bool ends_within(std::chrono::milliseconds time) const;
  void take_exit(int options);
  void reap_group();
  void end_escaped() const;
  void for_each_of_group(const std::function<void(const std::filesystem::path& folder,
                                                  const StatFields& stat)>& told) const;

  pid_t pid_ = -1;
  std::string mark_;  ///< the variable
  Fd output_, errors_, watch_;
  std::optional<ProcessExit> exit_;
  bool group_ended_ = false;  ///< nobody is left in it, its number is no longer ours
};

}  // namespace p1rig
