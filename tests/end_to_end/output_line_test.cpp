// The standard output as a line: a pipe stands in for it while the line is opened.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "process/fd.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/line_uri.h"
#include "simulator/line/session.h"

namespace p1rig::output_line_test {
namespace {

using namespace std::chrono_literals;

class OutputLine : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2] = {};
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    read_end.reset(ends[0]);
    ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
    open_on(Fd(ends[1]));
  }
  void open_on(Fd output) {
    const Fd real_stdout(::dup(STDOUT_FILENO));
    ::dup2(output.get(), STDOUT_FILENO);
    auto opened = open_line({.scheme = "stdout"}, LineSettings{}, loop);
    ::dup2(real_stdout.get(), STDOUT_FILENO);
    ASSERT_TRUE(opened) << opened.error().message;
    line = std::move(*opened);
    line->on_change([this] { ++changes; });
  }
  std::string read_all() {
    std::string all;
    std::array<char, 65536> buffer;
    ssize_t count = 0;
    while ((count = ::read(read_end.get(), buffer.data(), buffer.size())) > 0) {
      all.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return all;
  }
  /// Lets the line see what the kernel has to tell, in case it has something to tell.
  void run_loop() {
    loop.io().restart();
    loop.io().run_for(5ms);
  }
  void wait_for_a_change() {
    for (int i = 0; i < 5000 && changes == 0; ++i) run_loop();
    EXPECT_EQ(changes, 1);
  }

  Fd read_end;
  EventLoop loop;
  std::unique_ptr<Line> line;
  int changes = 0;
};

TEST_F(OutputLine, AFullPipeTakesNoMoreUntilItIsRead) {
  const std::string flood(1'000'000, 'x');
  const std::size_t taken = line->send(flood);
  EXPECT_LT(taken, flood.size());
  EXPECT_GT(taken, 0u);
  EXPECT_EQ(line->send(flood), 0u);
  run_loop();
  EXPECT_EQ(changes, 0);
  EXPECT_EQ(read_all().size(), taken);
  wait_for_a_change();  // there is room again
  EXPECT_GT(line->send(flood), 0u);
}

TEST_F(OutputLine, AReaderThatGoesAwayEndsTheLine) {
  read_end.reset();
  EXPECT_EQ(line->send("abc"), 0u);
  EXPECT_TRUE(line->state().ended);
  EXPECT_EQ(line->state().error, "") << "that is nothing to complain about";
}

TEST_F(OutputLine, AReaderThatGoesAwayIsSeenWithoutWriting) {
  run_loop();
  EXPECT_FALSE(line->state().ended);
  read_end.reset();
  wait_for_a_change();
  EXPECT_TRUE(line->state().ended);
}

TEST_F(OutputLine, StaysBlockingForThoseWhoShareIt) {
  int ends[2] = {};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const Fd reader(ends[0]), shared(::dup(ends[1]));
  line.reset();
  open_on(Fd(ends[1]));
  line->send(std::string(1'000'000, 'x'));
  run_loop();
  EXPECT_EQ(::fcntl(shared.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(OutputLine, AFileIsNeverFull) {
  char path[] = "/tmp/p1rig-stdout-XXXXXX";
  Fd file(::mkstemp(path));
  ::unlink(path);
  const Fd again(::dup(file.get()));
  line.reset();
  open_on(std::move(file));
  const std::string flood(1'000'000, 'x');
  EXPECT_EQ(line->send(flood), flood.size());
  EXPECT_EQ(::lseek(again.get(), 0, SEEK_END), 1'000'000);
}

TEST_F(OutputLine, AFullDiskIsAnError) {
  line.reset();
  open_on(Fd(::open("/dev/full", O_WRONLY | O_CLOEXEC)));
  EXPECT_EQ(line->send("abc"), 0u);
  EXPECT_TRUE(line->state().ended);
  EXPECT_EQ(line->state().error, "No space left on device");
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST(FileLine, EmptiesTheFileAndWritesToIt) {
  const auto path = std::filesystem::path(testing::TempDir()) / "p1rig-file-line";
  std::ofstream(path) << "what was there before";
  EventLoop loop;
  auto line = open_line({.scheme = "file", .address = path}, LineSettings{}, loop);
  ASSERT_TRUE(line) << line.error().message;
  EXPECT_EQ((*line)->send("abc"), 3u);
  EXPECT_EQ(text_of(path), "abc");
  std::filesystem::remove(path);
}

TEST(FileLine, SaysWhichFileCannotBeWritten) {
  EventLoop loop;
  const auto line = open_line({.scheme = "file", .address = "/nowhere/f"}, LineSettings{}, loop);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().message, "/nowhere/f: No such file or directory");
}

}  // namespace
}  // namespace p1rig::output_line_test
