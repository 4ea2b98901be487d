// A meter on a real pseudo terminal. Only the kernel's side is real: the clock stands still until a
// test moves it, so that nothing here depends on how fast the machine is.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "process/fd.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/line_uri.h"
#include "simulator/line/reader_tty.h"
#include "simulator/line/run_session.h"

namespace p1rig::pty_line_test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr std::size_t kSize = 1152;  // 100 ms at 115200 8N1

std::string telegram(std::chrono::sys_seconds time) {
  std::string text = "/" + std::to_string(time.time_since_epoch().count()) + " ";
  while (text.size() < kSize)
    text += "\x11\x13\r\n\x03\x04\x1a\xff\x7f" + std::to_string(text.size());
  text.resize(kSize - 1);
  return text + '!';
}

class PtyLine : public testing::Test {
 protected:
  PtyLine() {
    folder = fs::path(testing::TempDir()) / ("p1rig-pty-" + std::to_string(::getpid()));
    fs::create_directory(folder);
    path = folder / "meter";
    options.schedule.period = 1s;
  }
  ~PtyLine() override {
    session.reset();
    line.reset();
    fs::remove_all(folder);
  }

  void open() {
    auto opened = open_line({.scheme = "pty", .address = path}, options.settings, loop);
    ASSERT_TRUE(opened) << opened.error().message;
    line = std::move(*opened);
  }
  void begin() {
    open();
    Line* lines[] = {line.get()};
    const auto source = [](std::chrono::sys_seconds time) { return Emission{telegram(time)}; };
    session = std::make_unique<Session>(options, source, lines, clock, Session::Listener{});
    session->advance();
  }

  /// Lets the line see what the kernel has to tell, until `done`.
  template <class Condition>
  void wait_until(Condition done) {
    for (int i = 0; i < 5000 && !done(); ++i) {
      loop.io().restart();
      loop.io().run_for(1ms);
    }
    ASSERT_TRUE(done()) << "waited for 5 s";
  }
  Fd open_reader() {
    auto reader = open_reader_tty(path, options.settings);
    EXPECT_TRUE(reader) << reader.error().message;
    wait_until([&] { return line->state().present; });
    return std::move(*reader);
  }
  void close_reader(Fd& reader) {
    reader.reset();
    wait_until([&] { return !line->state().present; });
  }
  void run_until(std::chrono::nanoseconds since_begin) {
    while (!session->end()) {
      const SteadyTime due = session->advance();
      if (due > SteadyTime{since_begin}) break;
      clock.set(std::max(due, clock.now()));
    }
  }

  fs::path folder, path;
  FakeClock clock;
  EventLoop loop;
  SessionOptions options;
  std::unique_ptr<Line> line;
  std::unique_ptr<Session> session;
};

bool readable(const Fd& reader, int milliseconds) {
  pollfd wait_for{.fd = reader.get(), .events = POLLIN, .revents = 0};
  return ::poll(&wait_for, 1, milliseconds) == 1;
}

/// Reads `count` bytes; fewer where no more come.
std::string read_bytes(const Fd& reader, std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t got = 0;
  while (got < count && readable(reader, 2000)) {
    const ssize_t portion = ::read(reader.get(), bytes.data() + got, count - got);
    if (portion <= 0) break;
    got += static_cast<std::size_t>(portion);
  }
  bytes.resize(got);
  return bytes;
}

std::chrono::sys_seconds second(int n) { return std::chrono::sys_seconds{std::chrono::seconds(n)}; }

TEST_F(PtyLine, APlainReaderGetsTheBytesOfTheTelegram) {
  begin();
  const Fd reader(::open(path.c_str(), O_RDONLY | O_NOCTTY));
  wait_until([&] { return line->state().present; });
  run_until(1900ms);
  EXPECT_EQ(read_bytes(reader, 2 * kSize), telegram(second(0)) + telegram(second(1)));
}

TEST_F(PtyLine, ALateReaderJoinsInTheMiddleAndGetsNoStaleByte) {
  begin();
  run_until(3s + 50ms);
  const Fd reader = open_reader();
  run_until(4s + 500ms);
  const std::string all = telegram(second(3)) + telegram(second(4));
  const std::string got = read_bytes(reader, all.size() - 576 / 17 * 17);
  EXPECT_EQ(got.size(), all.size() - 33 * 17) << "33 pieces had passed after 50 ms";
  EXPECT_TRUE(all.ends_with(got));
  EXPECT_FALSE(readable(reader, 0));
}

TEST_F(PtyLine, AReaderDoesNotGetWhatAnEarlierOneLeft) {
  begin();
  Fd first = open_reader();
  run_until(5s + 50ms);
  close_reader(first);
  run_until(6s + 50ms);
  const Fd second_reader = open_reader();
  EXPECT_FALSE(readable(second_reader, 20));
  run_until(7s + 500ms);
  const std::string all = telegram(second(6)) + telegram(second(7));
  const std::string got = read_bytes(second_reader, all.size() - 33 * 17);
  EXPECT_EQ(got.size(), all.size() - 33 * 17);
  EXPECT_TRUE(all.ends_with(got));
}

TEST_F(PtyLine, AReaderThatNeverReadsCostsNothing) {
  begin();
  const Fd reader = open_reader();
  run_until(100s + 500ms);
  const SessionStats stats = session->stats();
  EXPECT_EQ(stats.telegrams, 101u);
  EXPECT_EQ(stats.bytes, 101 * kSize);
  EXPECT_GT(stats.lines[0].dropped, 0u);
  EXPECT_EQ(stats.lines[0].sent + stats.lines[0].dropped, 101 * kSize);
  EXPECT_EQ(stats.lateness.max(), 0ns);
}

TEST_F(PtyLine, AtMaxSpeedTheMeterWaitsForTheReader) {
  options.speed = kMaxSpeed;
  options.count = 100;
  begin();
  line->on_change([this] { session->advance(); });
  const Fd reader = open_reader();
  clock.advance(1s);  // the reader is set up
  session->advance();
  std::string expected, got;
  for (int i = 0; i < 100; ++i) expected += telegram(second(i));
  for (int turns = 0; got.size() < expected.size() && turns < 100'000; ++turns) {
    got += read_bytes(reader, readable(reader, 0) ? 1 : 0);
    std::string more(4096, '\0');
    int waiting = 0;
    ::ioctl(reader.get(), FIONREAD, &waiting);
    got += read_bytes(reader, static_cast<std::size_t>(waiting));
    loop.io().restart();
    loop.io().poll();
  }
  EXPECT_TRUE(got == expected) << got.size() << " of " << expected.size() << " bytes";
  EXPECT_EQ(session->stats().lines[0].dropped, 0u);
}

TEST_F(PtyLine, TheSessionEndsWhenTheLastBytesAreRead) {
  options.count = 1;
  begin();
  const Fd reader = open_reader();
  run_until(1s + 100ms);
  const SteadyTime sent = clock.now();
  ASSERT_TRUE(readable(reader, 2000));
  for (int look = 0; look < 10; ++look) {
    clock.advance(5ms);
    session->advance();
    ASSERT_FALSE(session->end()) << "nothing was read";
  }
  const std::string all = telegram(second(0)) + telegram(second(1));  // the first began too early
  EXPECT_EQ(read_bytes(reader, all.size()), all);
  wait_until([&] {
    clock.set(std::min(clock.now() + 5ms, sent + 900ms));
    session->advance();
    return session->end().has_value();
  });
}

TEST_F(PtyLine, TellsWhetherTheReaderHasFetchedEverything) {
  open();
  const Fd reader = open_reader();
  const std::string bytes = telegram(second(0));
  ASSERT_EQ(line->send(bytes), bytes.size());
  ASSERT_TRUE(readable(reader, 2000));
  for (int look = 0; look < 10; ++look) EXPECT_FALSE(line->drained());
  EXPECT_EQ(read_bytes(reader, bytes.size()), bytes);
  EXPECT_FALSE(line->drained()) << "one look is not enough";
  wait_until([&] { return line->drained(); });
}

TEST_F(PtyLine, WhatNobodyWillReadIsDrained) {
  open();
  EXPECT_TRUE(line->drained());
  Fd reader = open_reader();
  ASSERT_GT(line->send("abc"), 0u);
  reader.reset();
  EXPECT_TRUE(line->drained());
}

TEST_F(PtyLine, TakesNothingWhileNobodyIsThere) {
  open();
  EXPECT_FALSE(line->state().present);
  EXPECT_EQ(line->send("abc"), 0u);
  const Fd reader = open_reader();
  EXPECT_FALSE(readable(reader, 20));
  EXPECT_EQ(line->send("abc"), 3u);
}

TEST_F(PtyLine, CountsWhatTheReaderWritesAndEchoesNothing) {
  open();
  const Fd reader = open_reader();
  const std::string words = "/?!\r\n";
  ASSERT_EQ(::write(reader.get(), words.data(), words.size()), 5);
  wait_until([&] { return line->state().received == 5; });
  EXPECT_FALSE(readable(reader, 20));
}

TEST_F(PtyLine, AReaderThatWritesALotIsNeverBlocked) {
  open();
  const Fd reader = open_reader();
  const std::string flood(100'000, 'x');
  std::size_t written = 0;
  wait_until([&] {
    const ssize_t portion = ::write(reader.get(), flood.data() + written, flood.size() - written);
    if (portion > 0) written += static_cast<std::size_t>(portion);
    return written == flood.size() && line->state().received == flood.size();
  });
}

TEST_F(PtyLine, StartsRawAtTheBaudRateOfTheMeter) {
  options.settings = {.baud = 9600, .data_bits = 7, .parity = 'E'};
  open();
  const Fd reader(::open(path.c_str(), O_RDONLY | O_NOCTTY));
  termios seen{};
  ASSERT_EQ(::tcgetattr(reader.get(), &seen), 0);
  EXPECT_EQ(::cfgetispeed(&seen), B9600);
  EXPECT_EQ(seen.c_lflag & (ECHO | ICANON | ISIG), 0u);
  EXPECT_EQ(seen.c_iflag & (IXON | ICRNL | ISTRIP), 0u);
  EXPECT_EQ(seen.c_oflag & OPOST, 0u);
}

/// As pyserial does it.
int ask_for_7e1(const Fd& reader) {
  termios wanted{};
  ::tcgetattr(reader.get(), &wanted);
  ::cfmakeraw(&wanted);
  ::cfsetspeed(&wanted, B9600);
  wanted.c_cflag &= ~static_cast<tcflag_t>(CSIZE);
  wanted.c_cflag |= CS7 | PARENB;
  return ::tcsetattr(reader.get(), TCSANOW, &wanted);
}

TEST_F(PtyLine, EveryReaderMayAskFor7E1) {
  open();
  for (int turn = 0; turn < 5; ++turn) {
    Fd reader(::open(path.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK));
    wait_until([&] { return line->state().present; });
    EXPECT_EQ(ask_for_7e1(reader), 0) << "reader " << turn;
    close_reader(reader);
  }
}

TEST_F(PtyLine, OurReaderMayAskFor7E1AgainAndAgain) {
  open();
  const LineSettings settings{.baud = 9600, .data_bits = 7, .parity = 'E'};
  const Fd first = *open_reader_tty(path, settings);
  const auto second_reader = open_reader_tty(path, settings);
  EXPECT_TRUE(second_reader) << second_reader.error().message;
}

TEST_F(PtyLine, SeesEveryReaderComeAndGo) {
  open();
  for (int turn = 0; turn < 50; ++turn) {
    Fd reader = open_reader();
    close_reader(reader);
  }
}

std::ptrdiff_t open_descriptors() {
  return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator{});
}

TEST_F(PtyLine, OpeningAndClosingLeaksNoDescriptor) {
  const auto before = open_descriptors();
  for (int turn = 0; turn < 50; ++turn) {
    open();
    Fd reader = open_reader();
    if (turn % 2 == 0) close_reader(reader);
    line.reset();
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(PtyLine, ReaderSeesTheMeterHangUp) {
  open();
  const Fd reader = open_reader();
  line.reset();
  EXPECT_EQ(read_to_end(reader.get(), [](std::string_view) { return true; }), ReadEnd::kEnd);
}

TEST_F(PtyLine, TheLinkIsThereWhileTheLineIsOpen) {
  open();
  EXPECT_TRUE(fs::is_symlink(path));
  EXPECT_TRUE(is_tty_path(path));
  EXPECT_EQ(line->name(), path.string() + " -> " + fs::read_symlink(path).string());
  line.reset();
  EXPECT_FALSE(fs::is_symlink(path));
}

TEST_F(PtyLine, ALinkThatLeadsElsewhereByNowIsLeftAlone) {
  open();
  fs::remove(path);
  fs::create_symlink("/dev/pts/9999", path);
  line.reset();
  EXPECT_TRUE(fs::is_symlink(path));
}

TEST_F(PtyLine, ReplacesTheLinkOfADeadTerminal) {
  fs::create_symlink("/dev/pts/999999", path);
  open();
  EXPECT_NE(fs::read_symlink(path), "/dev/pts/999999");
}

std::string why_not(const fs::path& path, EventLoop& loop) {
  const auto line = open_line({.scheme = "pty", .address = path}, LineSettings{}, loop);
  return line ? "it was opened" : line.error().message;
}

TEST_F(PtyLine, RefusesALinkToALiveTerminal) {
  open();
  const std::string target = fs::read_symlink(path).string();
  EXPECT_EQ(why_not(path, loop), path.string() + " is a link to " + target +
                                     ", which is in use: remove it if no simulator is running");
  EXPECT_EQ(fs::read_symlink(path).string(), target);
}

TEST_F(PtyLine, RefusesToReplaceAFile) {
  std::ofstream(path) << "precious";
  EXPECT_EQ(why_not(path, loop), path.string() + " exists and is not a symbolic link");
  EXPECT_EQ(fs::file_size(path), 8u);
}

TEST_F(PtyLine, RefusesToReplaceALinkToSomethingElse) {
  fs::create_symlink("/dev/ttyUSB0", path);
  EXPECT_EQ(why_not(path, loop),
            path.string() + " is a link to /dev/ttyUSB0, which is not a pseudo-terminal");
}

TEST_F(PtyLine, SaysWhyThePathCannotBeWritten) {
  const fs::path nowhere = folder / "missing" / "meter";
  EXPECT_EQ(why_not(nowhere, loop),
            "cannot make the link " + nowhere.string() + ": No such file or directory");
}

}  // namespace
}  // namespace p1rig::pty_line_test
