// Sessions in their event loop, with the clock of the host and a reader in another thread.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "simulator/line/line_uri.h"
#include "simulator/line/reader_tty.h"
#include "simulator/line/run_session.h"

namespace p1rig::pty_session_test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

std::string telegram(std::chrono::sys_seconds time) {
  return "/" + std::to_string(time.time_since_epoch().count()) + std::string(500, '.') + "!";
}

class PtySession : public testing::Test {
 protected:
  PtySession() : path(fs::path(testing::TempDir()) / ("p1rig-" + std::to_string(::getpid()))) {}

  void SetUp() override {
    auto opened = open_line({.scheme = "pty", .address = path}, LineSettings{}, loop);
    ASSERT_TRUE(opened) << opened.error().message;
    line = std::move(*opened);
  }
  SessionResult run() {
    Line* lines[] = {line.get()};
    const auto source = [](std::chrono::sys_seconds time) { return Emission{telegram(time)}; };
    return run_session(options, source, lines, clock, loop, {});
  }

  fs::path path;
  RealClock clock;
  EventLoop loop;
  SessionOptions options;
  std::unique_ptr<Line> line;
};

TEST_F(PtySession, AReaderBesideTheMeterGetsAllTelegramsThatCount) {
  options.speed = 500;  // one every 20 ms
  options.count = 20;
  std::string got;
  std::thread reading([&] {
    const auto reader = open_reader_tty(path, LineSettings{});
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ(read_to_end(reader->get(),
                          [&](std::string_view bytes) {
                            got += bytes;
                            return true;
                          }),
              ReadEnd::kEnd);
  });
  const SessionResult result = run();
  line.reset();
  reading.join();
  EXPECT_EQ(result.end, SessionEnd::kCount);
  EXPECT_EQ(result.stats.lines[0].dropped, 0u);
  ASSERT_GE(result.stats.telegrams, 20u);
  std::string expected;
  for (std::uint64_t i = result.stats.telegrams - 20; i < result.stats.telegrams; ++i) {
    expected += telegram(std::chrono::sys_seconds{std::chrono::seconds(10 * i)});
  }
  EXPECT_TRUE(got.ends_with(expected)) << got.size() << " bytes, nothing lost at the end";
}

TEST_F(PtySession, MaxSpeedLosesNothing) {
  options.speed = kMaxSpeed;
  options.count = 2000;
  std::size_t got = 0;
  std::thread reading([&] {
    const auto reader = open_reader_tty(path, LineSettings{});
    ASSERT_TRUE(reader) << reader.error().message;
    ASSERT_TRUE(read_to_end(reader->get(), [&](std::string_view bytes) {
      got += bytes.size();
      return true;
    }));
  });
  const SessionResult result = run();
  line.reset();
  reading.join();
  EXPECT_EQ(result.stats.telegrams, 2000u);
  EXPECT_EQ(got, result.stats.bytes);
}

TEST_F(PtySession, ASignalEndsItAndTheLinkIsRemoved) {
  for (const int signal : {SIGINT, SIGTERM}) {
    boost::asio::post(loop.io(), [signal] { std::raise(signal); });
    const SessionResult result = run();
    EXPECT_EQ(result.end, SessionEnd::kSignal);
    EXPECT_EQ(result.signal, signal);
  }
  EXPECT_TRUE(fs::is_symlink(path));
  line.reset();
  EXPECT_FALSE(fs::is_symlink(path));
}

TEST_F(PtySession, ASignalBeforeTheSessionRunsIsNotLost) {
  std::raise(SIGTERM);
  EXPECT_EQ(run().end, SessionEnd::kSignal);
}

TEST_F(PtySession, StoppingTheLoopEndsIt) {
  boost::asio::post(loop.io(), [this] { loop.stop(); });
  EXPECT_EQ(run().end, SessionEnd::kStopped);
}

TEST(ReadToEnd, ASignalEndsIt) {
  int ends[2] = {};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd read_end(ends[0]), write_end(ends[1]);
  ASSERT_EQ(::write(write_end.get(), "x", 1), 1);
  std::string got;
  const auto end = read_to_end(read_end.get(), [&](std::string_view bytes) {
    got += bytes;
    std::raise(SIGTERM);
    return true;
  });
  EXPECT_EQ(end, ReadEnd::kSignal);
  EXPECT_EQ(got, "x");
}

TEST(ReadToEnd, EndsWhereTheTakerHasEnough) {
  const Fd zeros(::open("/dev/zero", O_RDONLY | O_CLOEXEC));
  int portions = 0;
  EXPECT_EQ(read_to_end(zeros.get(), [&](std::string_view) { return ++portions < 3; }),
            ReadEnd::kStopped);
  EXPECT_EQ(portions, 3);
}

TEST(ReadToEnd, SaysWhyItCannotRead) {
  const Fd folder(::open("/", O_RDONLY | O_CLOEXEC));
  const auto end = read_to_end(folder.get(), [](std::string_view) { return true; });
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().message, "Is a directory");
}

TEST(OpenReaderTty, SaysWhyItCannotOpen) {
  EXPECT_EQ(open_reader_tty("/nowhere", {}).error().message, "/nowhere: No such file or directory");
  EXPECT_EQ(open_reader_tty("/dev/null", {}).error().message, "/dev/null: is not a terminal");
  EXPECT_FALSE(is_tty_path("/dev/null"));
  EXPECT_FALSE(is_tty_path("/nowhere"));
}

}  // namespace
}  // namespace p1rig::pty_session_test
