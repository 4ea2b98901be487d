// A connection that dies without a word: the reader's side of it, seen from a socket of its own.
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "process/fd.h"
#include "simulator/line/event_loop.h"
#include "simulator/line/line_uri.h"
#include "simulator/line/tcp_address.h"

namespace p1rig::freeze_test {
namespace {

using namespace std::chrono_literals;

class Freeze : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    auto opened = open_line({.scheme = GetParam(), .address = "0"}, LineSettings{}, loop);
    ASSERT_TRUE(opened) << opened.error().message;
    line = std::move(*opened);
    const std::string name = line->name();
    address = *parse_tcp_address(name.substr(name.find(':') + 1));
  }

  Fd connect() const {
    auto client = connect_tcp(address);
    EXPECT_TRUE(client) << client.error().message;
    return client ? std::move(*client) : Fd{};
  }

  /// A hang is a failure of the test program.
  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      loop.io().restart();
      loop.io().run_for(5ms);
    }
  }

  /// Waits for a byte or the end; the error of the socket, 0 where there is none.
  static int end_of(const Fd& client) {
    constexpr int kHang = 60'000;
    pollfd wait_for{.fd = client.get(), .events = POLLIN, .revents = 0};
    if (::poll(&wait_for, 1, kHang) == 0) return EAGAIN;
    char byte = 0;
    return ::recv(client.get(), &byte, 1, 0) < 0 ? errno : 0;
  }

  EventLoop loop;
  std::unique_ptr<Line> line;
  TcpAddress address;
};

TEST_P(Freeze, NothingPassesAnyMoreAndNobodyIsTold) {
  const Fd client = connect();
  run_until([&] { return line->state().present; });
  ASSERT_TRUE(line->freeze());
  EXPECT_FALSE(line->state().present);
  EXPECT_EQ(line->send("x"), 0U);

  // What the reader sends is not even confirmed, so that its own kernel gives up on it.
  constexpr int kMilliseconds = 300;
  ::setsockopt(client.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kMilliseconds, sizeof kMilliseconds);
  ASSERT_EQ(::send(client.get(), "?", 1, MSG_NOSIGNAL), 1);
  EXPECT_EQ(end_of(client), ETIMEDOUT) << "neither an end nor a confirmation came";
}

TEST_P(Freeze, WhoeverConnectsAnewIsServed) {
  const Fd old = connect();
  run_until([&] { return line->state().present; });
  ASSERT_TRUE(line->freeze());
  const Fd anew = connect();
  run_until([&] { return line->state().present; });
  EXPECT_EQ(line->send("/"), 1U);
  EXPECT_EQ(end_of(anew), 0);
  std::array<char, 16> more{};
  EXPECT_EQ(::recv(old.get(), more.data(), more.size(), MSG_DONTWAIT), -1);
  EXPECT_EQ(errno, EAGAIN) << "the old connection is as silent as before";
}

INSTANTIATE_TEST_SUITE_P(
    Lines, Freeze, testing::Values("tcp-listen", "rfc2217-listen"), [](const auto& param) {
      return std::string(param.param).substr(0, std::string(param.param).find('-'));
    });

TEST(FreezeElsewhere, ATerminalHasNoConnectionThatCouldDie) {
  EventLoop loop;
  const auto opened = open_line({.scheme = "pty"}, LineSettings{}, loop);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_FALSE((*opened)->freeze());
}

}  // namespace
}  // namespace p1rig::freeze_test
