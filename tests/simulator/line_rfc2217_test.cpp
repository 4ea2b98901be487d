// Byte values are those of RFC 854 (IAC 255, DONT 254, DO 253, WONT 252, WILL 251, SB 250, SE 240)
// and RFC 2217 §3 (COM-PORT-OPTION 44; server to client: code + 100).
#include <gtest/gtest.h>

#include <array>
#include <random>

#include "simulator/line/rfc2217.h"

namespace p1rig::line_rfc2217_test {
namespace {

using Bytes = std::initializer_list<int>;

std::string text(Bytes bytes) {
  std::string result;
  for (const int byte : bytes) result += static_cast<char>(byte);
  return result;
}

/// IAC SB COM-PORT-OPTION … IAC SE
std::string sub(Bytes inner) { return text({255, 250, 44}) + text(inner) + text({255, 240}); }

class Rfc2217 : public testing::Test {
 protected:
  std::string answer(const std::string& bytes) { return port.take(bytes).answer; }

  Rfc2217Port port{LineSettings{}};
};

TEST_F(Rfc2217, AgreesToBinaryGoAheadAndComPort) {
  for (const int option : {0, 3, 44}) {
    EXPECT_EQ(answer(text({255, 253, option})), text({255, 251, option})) << "DO, WILL";
  }
  EXPECT_EQ(answer(text({255, 251, 0})), text({255, 253, 0})) << "WILL, DO";
}

TEST_F(Rfc2217, RefusesOtherOptions) {
  EXPECT_EQ(answer(text({255, 253, 1})), text({255, 252, 1})) << "DO ECHO, WONT";
  EXPECT_EQ(answer(text({255, 251, 24})), text({255, 254, 24})) << "WILL TERMINAL-TYPE, DONT";
}

TEST_F(Rfc2217, ConfirmsOnlyChanges) {
  EXPECT_NE(answer(text({255, 253, 44})), "");
  EXPECT_EQ(answer(text({255, 253, 44})), "");
  EXPECT_EQ(answer(text({255, 254, 44})), text({255, 252, 44}));
  EXPECT_EQ(answer(text({255, 254, 44})), "");
  EXPECT_EQ(answer(text({255, 252, 1})), "") << "WONT of what is off already";
}

TEST_F(Rfc2217, TellsTheModemStateUnasked) {
  EXPECT_EQ(answer(text({255, 251, 44})), text({255, 253, 44}) + sub({107, 0}));
}

TEST_F(Rfc2217, SetsWhatAnOldMeterNeeds) {
  EXPECT_FALSE(port.settings_chosen());
  EXPECT_EQ(answer(sub({1, 0, 0, 0x25, 0x80})), sub({101, 0, 0, 0x25, 0x80}));
  EXPECT_EQ(answer(sub({2, 7})), sub({102, 7}));
  EXPECT_EQ(answer(sub({3, 3})), sub({103, 3}));
  EXPECT_EQ(answer(sub({4, 1})), sub({104, 1}));
  EXPECT_EQ(port.settings(), (LineSettings{9600, 7, 'E', 1}));
  EXPECT_TRUE(port.settings_chosen());
}

TEST_F(Rfc2217, ZeroAsks) {
  EXPECT_EQ(answer(sub({1, 0, 0, 0, 0})), sub({101, 0, 1, 0xC2, 0})) << "115200";
  EXPECT_EQ(answer(sub({2, 0})), sub({102, 8}));
  EXPECT_EQ(answer(sub({3, 0})), sub({103, 1}));
  EXPECT_EQ(answer(sub({4, 0})), sub({104, 1}));
  EXPECT_FALSE(port.settings_chosen());
}

TEST_F(Rfc2217, AnswersWhatHoldsWhereItRefuses) {
  EXPECT_EQ(answer(sub({2, 9})), sub({102, 8}));
  EXPECT_EQ(answer(sub({3, 4})), sub({103, 1})) << "mark parity";
  EXPECT_EQ(answer(sub({4, 3})), sub({104, 1})) << "one and a half stop bits";
  EXPECT_EQ(answer(sub({1, 0xFE, 0, 0, 0})), sub({101, 0, 1, 0xC2, 0}));
}

TEST_F(Rfc2217, RtsDtrAndBreak) {
  EXPECT_EQ(answer(sub({5, 10})), sub({105, 12})) << "off until it is set";
  EXPECT_EQ(answer(sub({5, 11})), sub({105, 11}));
  EXPECT_EQ(port.lines(), (ModemLines{.rts = true, .dtr = false}));
  EXPECT_EQ(answer(sub({5, 8})), sub({105, 8}));
  EXPECT_EQ(answer(sub({5, 12})), sub({105, 12}));
  EXPECT_EQ(port.lines(), (ModemLines{.rts = false, .dtr = true}));
  EXPECT_EQ(answer(sub({5, 7})), sub({105, 8}));
  EXPECT_EQ(answer(sub({5, 9})), sub({105, 9}));
  EXPECT_EQ(answer(sub({5, 5})), sub({105, 5}));
  EXPECT_TRUE(port.breaks());
  EXPECT_EQ(answer(sub({5, 4})), sub({105, 5}));
  EXPECT_EQ(answer(sub({5, 6})), sub({105, 6}));
  EXPECT_FALSE(port.breaks());
}

TEST_F(Rfc2217, CountsBreaksHoweverTheyAreSaid) {
  port.take(sub({5, 5}) + sub({5, 6}));
  EXPECT_EQ(port.break_count(), 1U);
  const auto outcome = port.take(text({255, 243}));  // RFC 854: BREAK
  EXPECT_EQ(port.break_count(), 2U);
  EXPECT_TRUE(outcome.changed);
  EXPECT_EQ(outcome.answer, "");
}

TEST_F(Rfc2217, NotesFlowControl) {
  EXPECT_EQ(answer(sub({5, 0})), sub({105, 1})) << "none";
  EXPECT_EQ(answer(sub({5, 3})), sub({105, 3}));
  EXPECT_EQ(answer(sub({5, 0})), sub({105, 3}));
  EXPECT_EQ(answer(sub({5, 13})), sub({105, 14}));
}

TEST_F(Rfc2217, MasksAreConfirmed) {
  EXPECT_EQ(answer(sub({10, 0x10})), sub({110, 0x10}));
  EXPECT_EQ(answer(sub({11, 255, 255})), sub({111, 255, 255})) << "255 is doubled";
}

TEST_F(Rfc2217, PurgesWhatTheClientHasNotGot) {
  Rfc2217Port::Outcome outcome = port.take(sub({12, 1}));
  EXPECT_EQ(outcome.answer, sub({112, 1}));
  EXPECT_TRUE(outcome.purge);
  outcome = port.take(sub({12, 2}));
  EXPECT_EQ(outcome.answer, sub({112, 2}));
  EXPECT_FALSE(outcome.purge) << "what it wrote itself";
  EXPECT_TRUE(port.take(sub({12, 3})).purge);
}

TEST_F(Rfc2217, SaysWhoItIs) {
  EXPECT_EQ(answer(sub({0})), text({255, 250, 44, 100}) + "p1rig" + text({255, 240}));
  EXPECT_EQ(answer(text({255, 250, 44, 0}) + "client" + text({255, 240})), "");
}

TEST_F(Rfc2217, SuspendsAndResumes) {
  EXPECT_TRUE(port.take(sub({8})).changed);
  EXPECT_TRUE(port.suspended());
  EXPECT_EQ(answer(sub({9})), "");
  EXPECT_FALSE(port.suspended());
}

TEST_F(Rfc2217, CountsDataAndNothingElse) {
  const std::string bytes = "ab" + sub({5, 11}) + text({255, 255}) + "c" + text({255, 241});
  EXPECT_EQ(port.take(bytes).written,
            "ab\xFF"
            "c")
      << "a, b, 255 doubled, c; NOP is none";
}

TEST_F(Rfc2217, PortionsDoNotMatter) {
  const std::string bytes = text({255, 251, 44}) + sub({1, 0, 0, 0x25, 0x80}) + "x" +
                            text({255, 255}) + sub({5, 11}) + sub({12, 3});
  const Rfc2217Port::Outcome whole = port.take(bytes);
  Rfc2217Port other{LineSettings{}};
  Rfc2217Port::Outcome sum;
  for (const char byte : bytes) {
    const Rfc2217Port::Outcome one = other.take({&byte, 1});
    sum.answer += one.answer;
    sum.written += one.written;
    sum.purge = sum.purge || one.purge;
  }
  EXPECT_EQ(sum.answer, whole.answer);
  EXPECT_EQ(sum.written, whole.written);
  EXPECT_EQ(sum.purge, whole.purge);
  EXPECT_EQ(other.settings(), port.settings());
  EXPECT_EQ(other.lines(), port.lines());
}

TEST_F(Rfc2217, ASubnegotiationWithoutEndIsForgotten) {
  EXPECT_EQ(answer(text({255, 250, 44, 0}) + std::string(1'000'000, 'x')), "");
  EXPECT_EQ(answer(text({255, 240})), "");
  EXPECT_EQ(answer(sub({5, 11})), sub({105, 11})) << "and the next is heard";
}

TEST_F(Rfc2217, OddSubnegotiationsAreIgnored) {
  for (const std::string& odd : {sub({}), sub({1}), sub({1, 1, 2, 3}), sub({2}), sub({5}),
                                 sub({99, 1}), sub({106, 1}), text({255, 250, 24, 1, 255, 240}),
                                 text({255, 250, 255, 240}), text({255, 250, 44, 5, 255, 241})}) {
    EXPECT_EQ(answer(odd), "") << testing::PrintToString(odd);
  }
  EXPECT_EQ(answer(sub({5, 11})), sub({105, 11}));
}

TEST_F(Rfc2217, AnyBytesAreTaken) {
  std::mt19937 random(2217);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes(random() % 200, '\0');
    for (char& byte : bytes) {
      static constexpr std::array<unsigned, 10> kLikely = {255, 250, 240, 44, 251,
                                                           253, 0,   1,   5,  12};
      const auto dice = random();
      byte = static_cast<char>(dice % 3 == 0 ? dice / 3 % 256 : kLikely[dice / 3 % 10]);
    }
    const Rfc2217Port::Outcome outcome = port.take(bytes);
    EXPECT_LE(outcome.written.size(), bytes.size());
    EXPECT_LE(outcome.answer.size(), 10 * bytes.size());
    const LineSettings& settings = port.settings();
    ASSERT_GT(settings.baud, 0);
    ASSERT_GE(settings.data_bits, 5);
    ASSERT_LE(settings.data_bits, 8);
  }
}

TEST(EncodeTelnet, Doubles255) {
  EXPECT_EQ(encode_telnet(text({1, 255, 2, 255})), text({1, 255, 255, 2, 255, 255}));
  EXPECT_EQ(encode_telnet("/ISk5"), "/ISk5");
}

}  // namespace
}  // namespace p1rig::line_rfc2217_test
