#include <gtest/gtest.h>

#include "simulator/line/tcp_address.h"

namespace p1rig::line_tcp_address_test {
namespace {

TEST(TcpAddress, TakesHostAndPortApart) {
  EXPECT_EQ(parse_tcp_address("localhost:4001"), (TcpAddress{"localhost", 4001}));
  EXPECT_EQ(parse_tcp_address("0.0.0.0:0"), (TcpAddress{"0.0.0.0", 0}));
  EXPECT_EQ(parse_tcp_address("[::1]:65535"), (TcpAddress{"::1", 65535}));
}

TEST(TcpAddress, TheHostMayBeLeftOut) {
  EXPECT_EQ(parse_tcp_address("4001"), (TcpAddress{"", 4001}));
  EXPECT_EQ(parse_tcp_address(":4001"), (TcpAddress{"", 4001}));
}

TEST(TcpAddress, RefusesWhatIsNone) {
  for (const char* text : {"", ":", "host", "host:", "host:65536", "host:-1", "host:4001x",
                           "::1:4001", "[::1", "[::1]", "host: 4001"}) {
    EXPECT_EQ(parse_tcp_address(text), std::nullopt) << text;
  }
}

TEST(TcpAddress, SaysWhatItExpects) {
  EXPECT_EQ(read_tcp_address("nowhere", false).error().message,
            "\"nowhere\" is not an address, expected [HOST:]PORT, such as 127.0.0.1:4001");
  EXPECT_EQ(read_tcp_address("4001", true).error().message,
            "\"4001\" is not an address, expected HOST:PORT, such as 127.0.0.1:4001");
  EXPECT_EQ(read_tcp_address("99999", false).error().message, "\"99999\": a port is 0 to 65535");
  EXPECT_EQ(read_tcp_address("host:65536", true).error().message,
            "\"host:65536\": a port is 1 to 65535");
  EXPECT_FALSE(read_tcp_address("host:0", true)) << "nobody listens there";
}

}  // namespace
}  // namespace p1rig::line_tcp_address_test
