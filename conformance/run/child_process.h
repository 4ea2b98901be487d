#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "conformance/run/subject.h"
#include "protocol/result.h"
#include "simulator/fd.h"

namespace p1rig {

/// What a file of /proc says, as far as it can be read: a process may end amid it.
std::string read_of_process(const std::filesystem::path& file);

/// A program that p1rig started, the leader of a process group of its own, which ends with it.
class ChildProcess {
 public:
  /// Starts command[0], looked for in $PATH, with these variables added to our own. `input` becomes
  /// its standard input, /dev/null where there is none. An error names the command and the reason.
  static Result<ChildProcess> start(const std::vector<std::string>& command,
                                    const std::map<std::string, std::string>& environment,
                                    const Fd& input);

  /// Ends the whole group: asks it first, then makes it. Then those that left the group, which are
  /// known by a variable of their environment.
  ~ChildProcess();
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;

  int output() const { return output_.get(); }  ///< its standard output; never blocks
  int errors() const { return errors_.get(); }  ///< its standard error
  int watch() const { return watch_.get(); }    ///< readable when it has ended

  /// Once the leader has ended: ends those that it has left behind in its group. Nothing more is sent
  /// to the group then: its number may be that of a stranger's.
  void end_group();

  /// How it ended, as waitpid() tells it; nothing while it runs. To be asked after end_group(): the
  /// leader's number is its own only until then.
  std::optional<int> status();

  /// Bytes of memory of all processes of the group that are in RAM.
  std::uint64_t memory() const;

  /// Time of the processor and most memory of all processes of the group, and of those that they
  /// have waited for.
  ReaderUsage usage() const;

 private:
  ChildProcess(pid_t pid, std::string mark, Fd output, Fd errors, Fd watch);

  /// By their numbers in proc(5).
  using StatFields = std::array<std::string, 18>;

  void reap_group();
  void end_escaped() const;
  void for_each_of_group(const std::function<void(const std::filesystem::path& folder,
                                                  const StatFields& stat)>& told) const;

  pid_t pid_ = -1;
  std::string mark_;  ///< the variable
  Fd output_, errors_, watch_;
  std::optional<int> status_;
  bool group_ended_ = false;  ///< nobody is left in it, its number is no longer ours
};

}  // namespace p1rig
