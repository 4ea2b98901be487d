#include "process/child_process.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace {

std::vector<pid_t>* signalled = nullptr;  // whom a signal was sent to, while somebody looks
int interrupts = 0;                       // so many calls of waitpid() are interrupted

}  // namespace

// In place of those of the C library, for the whole program: they do the same, and are looked at.
extern "C" int kill(pid_t pid, int signal) noexcept {
  if (signalled != nullptr) signalled->push_back(pid);
  return static_cast<int>(::syscall(SYS_kill, pid, signal));
}

extern "C" pid_t waitpid(pid_t pid, int* status, int options) {
  if (interrupts > 0) {
    --interrupts;
    errno = EINTR;
    return -1;
  }
  return static_cast<pid_t>(::syscall(SYS_wait4, pid, status, options, nullptr));
}

namespace p1rig {
namespace {

class ChildProcessTest : public testing::Test {
 protected:
  ~ChildProcessTest() override {
    signalled = nullptr;
    interrupts = 0;
  }

  static ChildProcess start(const std::string& script) {
    auto child =
        ChildProcess::start({.words = {"sh", "-c", script}, .input = ChildCommand::kNothing});
    EXPECT_TRUE(child) << child.error().message;
    return std::move(*child);
  }

  /// One that has run `script` and now runs on.
  static ChildProcess start_ready(const std::string& script) {
    auto child = ChildProcess::start(
        {.words = {"sh", "-c", script + "; echo ready; while :; do sleep 0.01; done"},
         .input = ChildCommand::kNothing,
         .output = ChildCommand::kPipe});
    EXPECT_TRUE(child) << child.error().message;
    pollfd ready{.fd = child->output(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&ready, 1, -1), 1);
    return std::move(*child);
  }

  static void wait_for_end(const ChildProcess& child) {
    pollfd ended{.fd = child.watch(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&ended, 1, -1), 1);
  }

  static bool has_no_children() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }
};

TEST_F(ChildProcessTest, EndsWhatItsLeaderLeavesBehind) {
  ChildProcess child = start("sleep 1000 & exit 3");
  wait_for_end(child);
  child.end_group();
  EXPECT_EQ(child.exit(), ProcessExit{.code = 3});
  EXPECT_TRUE(has_no_children());
}

// The number of a group that has ended may be that of another group by now.
TEST_F(ChildProcessTest, SignalsNoGroupThatHasEnded) {
  std::vector<pid_t> seen;
  signalled = &seen;
  {
    ChildProcess child = start("exit 0");
    wait_for_end(child);
    child.end_group();
    EXPECT_EQ(seen.size(), 1U);
    ChildProcess moved(std::move(child));
    moved.end_group();
  }
  EXPECT_EQ(seen.size(), 1U);
}

TEST_F(ChildProcessTest, LeavesNoDeadChildForASignalInBetween) {
  {
    ChildProcess child = start("sleep 1000");
    interrupts = 1;
  }
  EXPECT_EQ(interrupts, 0);
  EXPECT_TRUE(has_no_children());
  ChildProcess ended = start("sleep 1000 & exit 3");
  wait_for_end(ended);
  interrupts = 1;
  ended.end_group();
  EXPECT_EQ(interrupts, 0);
  EXPECT_EQ(ended.exit(), ProcessExit{.code = 3});
  EXPECT_TRUE(has_no_children());
}

// As /proc/PID/stat of a process that ends between opening and reading: nothing, and no exception.
TEST(ReadOfProcess, WhatCannotBeReadIsNothing) {
  EXPECT_EQ(read_of_process("/proc/self/mem"), "");
  EXPECT_EQ(read_of_process("/proc/self"), "");
  EXPECT_EQ(read_of_process("/no/such"), "");
  EXPECT_NE(read_of_process("/proc/self/stat"), "");
}

TEST(ChildProcess, SaysWhyItCannotStart) {
  const auto child = ChildProcess::start({.words = {"/no/such/program"}});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().message, "cannot start /no/such/program: No such file or directory");
  EXPECT_EQ(ChildProcess::start({}).error().message, "no program is given");
}

TEST_F(ChildProcessTest, GivesTimeToEndAndThenMakesItEnd) {
  ChildProcess willing = start("exit 5");
  EXPECT_EQ(willing.finish(std::chrono::hours(1)), ProcessExit{.code = 5});
  ChildProcess asked = start_ready("trap 'exit 7' TERM");
  asked.signal(SIGTERM);
  EXPECT_EQ(asked.finish(std::chrono::hours(1)), ProcessExit{.code = 7});
  EXPECT_EQ(start_ready("trap '' TERM").finish({}), ProcessExit{.signal = SIGKILL});
  EXPECT_TRUE(has_no_children());
}

}  // namespace
}  // namespace p1rig
