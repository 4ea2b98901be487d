#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "simulator/line/rfc2217.h"
#include "simulator/line/rfc2217_client.h"

namespace p1rig::line_rfc2217_client_test {
namespace {

using Heard = Rfc2217Client::Heard;
const LineSettings kSlow{.baud = 9600, .data_bits = 7, .parity = 'E'};

// RFC 854: IAC 255, WILL 251, WONT 252, DO 253, DONT 254; COM-PORT-OPTION is 44 (RFC 2217).
const std::string kDoComPort("\xff\xfd\x2c", 3);

/// A client and the port that it opens, wired together.
struct Both {
  explicit Both(Wiring wiring = Wiring::kRts) : client({kSlow, wiring}) {}

  /// Carries bytes to and fro until both are silent.
  void settle(std::string to_port) {
    for (int turn = 0; turn < 20 && !to_port.empty(); ++turn) {
      const auto outcome = client.take(port.take(to_port).answer);
      heard.insert(heard.end(), outcome.heard.begin(), outcome.heard.end());
      to_port = outcome.answer;
    }
    EXPECT_EQ(to_port, "") << "they never stop talking";
  }
  void request(bool active) {
    const auto outcome = client.request(active);
    heard.insert(heard.end(), outcome.heard.begin(), outcome.heard.end());
    settle(outcome.answer);
  }

  Rfc2217Client client;
  Rfc2217Port port{LineSettings{}};
  std::vector<Heard> heard;
};

TEST(Rfc2217Client, SetsThePort) {
  Both both;
  both.settle(both.client.greeting());
  EXPECT_EQ(both.port.settings(), kSlow);
  EXPECT_TRUE(both.port.lines().rts);
  EXPECT_TRUE(both.port.lines().dtr);
  EXPECT_EQ(both.heard, (std::vector<Heard>{{.requested = true}}));
}

TEST(Rfc2217Client, MovesDataRequest) {
  Both both;
  both.request(false);
  EXPECT_TRUE(both.heard.empty()) << "before the port is open nothing is known";
  both.settle(both.client.greeting());
  EXPECT_FALSE(both.port.lines().rts);
  both.request(true);
  EXPECT_TRUE(both.port.lines().rts);
  both.request(false);
  EXPECT_EQ(both.heard,
            (std::vector<Heard>{{.requested = false}, {.requested = true}, {.requested = false}}));
}

// The line that is not Data Request stays asserted.
TEST(Rfc2217Client, GoesByTheWiring) {
  struct Row {
    Wiring wiring;
    ModemLines active, released;
  };
  const std::vector<Row> rows{
      {Wiring::kRts, {.rts = true, .dtr = true}, {.rts = false, .dtr = true}},
      {Wiring::kRtsInverted, {.rts = false, .dtr = true}, {.rts = true, .dtr = true}},
      {Wiring::kDtr, {.rts = true, .dtr = true}, {.rts = true, .dtr = false}},
      {Wiring::kDtrInverted, {.rts = true, .dtr = false}, {.rts = true, .dtr = true}},
  };
  for (const Row& row : rows) {
    Both both(row.wiring);
    both.settle(both.client.greeting());
    EXPECT_EQ(both.port.lines(), row.active);
    both.request(false);
    EXPECT_EQ(both.port.lines(), row.released);
    EXPECT_EQ(both.heard, (std::vector<Heard>{{.requested = true}, {.requested = false}}));
  }
}

// What was on its way when Data Request was released comes before the confirmation (105, value 12).
TEST(Rfc2217Client, AReleaseIsHeardInItsPlaceAmongTheData) {
  Rfc2217Client client(kSlow, Wiring::kRts);
  client.greeting();
  client.take(kDoComPort);
  client.request(false);
  const auto outcome = client.take(std::string("ab\xff\xfa\x2c\x69\x0c\xff\xf0", 9) + "c");
  EXPECT_EQ(outcome.heard,
            (std::vector<Heard>{{.data = "ab"}, {.requested = false}, {.data = "c"}}));
}

TEST(Rfc2217Client, UndoublesFfAndTakesAnyPieces) {
  const std::string stream("x\xff\xff\xff\xfby\xff\xfa\x2c\x6a\x10\xff\xf0z", 14);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Rfc2217Client client(kSlow, Wiring::kRts);
    std::string data;
    for (const auto& part : {stream.substr(0, cut), stream.substr(cut)}) {
      for (const Heard& each : client.take(part).heard) data += each.data;
    }
    EXPECT_EQ(data, "x\xffz") << cut;
  }
}

TEST(Rfc2217Client, KnowsAServerWithoutPort) {
  Rfc2217Client client(kSlow, Wiring::kRts);
  client.greeting();
  EXPECT_TRUE(client.take(std::string("\xff\xfe\x2c", 3)).refused);
}

// WILL ECHO, as servers offer it: DONT ECHO. And WILL BINARY, which was asked for: no answer.
TEST(Rfc2217Client, AgreesToWhatItAskedForOnly) {
  Rfc2217Client client(kSlow, Wiring::kRts);
  client.greeting();
  EXPECT_EQ(client.take(std::string("\xff\xfb\x01", 3)).answer, std::string("\xff\xfe\x01", 3));
  EXPECT_EQ(client.take(std::string("\xff\xfb\x00", 3)).answer, "");
}

}  // namespace
}  // namespace p1rig::line_rfc2217_client_test
