#include "conformance/run/watched_child.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <set>
#include <string>

#include "process/fd.h"
#include "simulator/line/event_loop.h"

namespace p1rig::watched_child_test {
namespace {

std::set<int> descriptors() {
  std::set<int> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    all.insert(std::stoi(entry.path().filename()));
  }
  // That of the folder that was listed is closed by now.
  std::erase_if(all, [](int descriptor) { return ::fcntl(descriptor, F_GETFD) < 0; });
  return all;
}

TEST(WatchedChild, NothingThatIsWatchedIsInherited) {
  EventLoop loop;
  const std::set<int> before = descriptors();
  const auto child = WatchedChild::start({"sleep", "1000"}, {}, Fd(), loop, {});
  ASSERT_TRUE(child) << child.error().message;
  std::size_t count = 0;
  for (const int descriptor : descriptors()) {
    if (before.contains(descriptor)) continue;
    ++count;
    EXPECT_EQ(::fcntl(descriptor, F_GETFD), FD_CLOEXEC) << descriptor;
  }
  EXPECT_GE(count, 6U);  // output, errors and the end: of the child, and of the loop
}

}  // namespace
}  // namespace p1rig::watched_child_test
