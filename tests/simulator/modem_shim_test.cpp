#include "simulator/line/modem_shim.h"

#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <termios.h>

namespace p1rig::modem_shim_test {
namespace {

constexpr LineSettings kOld{.baud = 9600, .data_bits = 7, .parity = 'E'};

std::string_view text_of(const ShimDatagram& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(ShimMessage, IsFiveLittleEndianWords) {
  const auto bytes =
      encode_shim({ShimOperation::kSetSettings, 0x01020304, 0xA0B0C0D0, 115200 /* 0x1C200 */});
  constexpr std::string_view kExpected(
      "\x31\x50\x31\x31\x02\0\0\0\x04\x03\x02\x01\xD0\xC0\xB0\xA0\0\xC2\x01\0", 20);
  EXPECT_EQ(text_of(bytes), kExpected);
}

TEST(ShimMessage, ComesBackAsItWas) {
  const ShimMessage message{ShimOperation::kGetLines, 6, 0xFFFFFFFF, 1};
  EXPECT_EQ(decode_shim(text_of(encode_shim(message))), message);
}

TEST(ShimMessage, EverythingElseIsNoMessage) {
  ShimDatagram bytes = encode_shim({});
  EXPECT_FALSE(decode_shim({}));
  EXPECT_FALSE(decode_shim(text_of(bytes).substr(1)));
  EXPECT_FALSE(decode_shim(std::string(text_of(bytes)) + '\0'));
  bytes[4] = 0;  // the operation
  EXPECT_FALSE(decode_shim(text_of(bytes)));
  bytes[4] = 11;
  EXPECT_FALSE(decode_shim(text_of(bytes)));
  bytes[4] = 1;
  EXPECT_TRUE(decode_shim(text_of(bytes)));
  bytes[0] ^= 1;
  EXPECT_FALSE(decode_shim(text_of(bytes)));
}

ShimMessage flags(tcflag_t wanted, std::uint32_t baud = 0) {
  return {.operation = ShimOperation::kSetSettings, .flags = wanted, .baud = baud};
}
ShimMessage lines(ShimOperation operation, int bits) {
  return {.operation = operation, .lines = static_cast<std::uint32_t>(bits)};
}

TEST(ShimPort, OpeningRaisesTheLinesAndClosingDropsThem) {
  ShimPort port(kOld);
  EXPECT_EQ(port.lines(), (ModemLines{}));
  port.open();
  EXPECT_EQ(port.lines(), (ModemLines{.rts = true, .dtr = true}));
  port.close();
  EXPECT_EQ(port.lines(), (ModemLines{}));
}

TEST(ShimPort, WithoutHupclTheyStay) {
  ShimPort port(kOld);
  port.open();
  port.take(flags(B9600 | CS7 | PARENB | CREAD));
  port.close();
  EXPECT_EQ(port.lines(), (ModemLines{.rts = true, .dtr = true}));
}

TEST(ShimPort, SetRaiseAndDrop) {
  ShimPort port(kOld);
  port.take(lines(ShimOperation::kSetLines, TIOCM_DTR));
  EXPECT_EQ(port.lines(), (ModemLines{.rts = false, .dtr = true}));
  port.take(lines(ShimOperation::kRaiseLines, TIOCM_RTS));
  EXPECT_EQ(port.lines(), (ModemLines{.rts = true, .dtr = true}));
  port.take(lines(ShimOperation::kDropLines, TIOCM_DTR));
  EXPECT_EQ(port.lines(), (ModemLines{.rts = true, .dtr = false}));
}

TEST(ShimPort, TellsOutputsAndInputs) {
  ShimPort port(kOld);
  port.take(lines(ShimOperation::kSetLines, TIOCM_RTS));
  const ShimMessage answer = port.take({.operation = ShimOperation::kGetLines});
  EXPECT_EQ(answer.operation, ShimOperation::kGetLines);
  EXPECT_EQ(answer.lines,
            static_cast<std::uint32_t>(TIOCM_RTS | TIOCM_CTS | TIOCM_DSR | TIOCM_CAR));
}

TEST(ShimPort, SeesWhatAPseudoTerminalForgets) {
  ShimPort port({});
  EXPECT_FALSE(port.settings());
  port.take(flags(B9600 | CS7 | PARENB | CREAD));
  EXPECT_EQ(port.settings(), kOld);
  const ShimMessage answer = port.take({.operation = ShimOperation::kGetSettings});
  EXPECT_EQ(answer.flags & static_cast<tcflag_t>(CSIZE | PARENB | PARODD),
            static_cast<tcflag_t>(CS7 | PARENB));
}

TEST(ShimPort, ReadsEveryFraming) {
  ShimPort port({});
  port.take(flags(B115200 | CS8));
  EXPECT_EQ(port.settings(), (LineSettings{.baud = 115200}));
  port.take(flags(B2400 | CS5 | PARENB | PARODD | CSTOPB));
  EXPECT_EQ(port.settings(),
            (LineSettings{.baud = 2400, .data_bits = 5, .parity = 'O', .stop_bits = 2}));
}

TEST(ShimPort, TakesARateThatHasNoName) {
  constexpr tcflag_t kOtherBaud = 0010000;  // BOTHER, asm-generic/termbits.h
  ShimPort port({});
  port.take(flags(kOtherBaud | CS8, 100000));
  EXPECT_EQ(port.settings(), (LineSettings{.baud = 100000}));
}

TEST(ShimPort, RateZeroHangsUp) {
  ShimPort port(kOld);
  port.open();
  port.take(flags(B0 | CS8));
  EXPECT_EQ(port.lines(), (ModemLines{}));
  port.take(flags(B9600 | CS8));
  EXPECT_EQ(port.lines(), (ModemLines{.rts = true, .dtr = true}));
}

TEST(ShimPort, CountsBreaks) {
  ShimPort port(kOld);
  port.take({.operation = ShimOperation::kStartBreak});
  port.take({.operation = ShimOperation::kEndBreak});
  port.take({.operation = ShimOperation::kSendBreak});
  EXPECT_EQ(port.breaks(), 2U);
}

TEST(ShimPort, TheNextReaderFindsAFreshPort) {
  ShimPort port(kOld);
  port.open();
  port.take(flags(B115200 | CS8 | HUPCL));
  EXPECT_TRUE(port.heard());
  port.close();
  EXPECT_FALSE(port.heard());
  EXPECT_FALSE(port.settings());
  const ShimMessage answer = port.take({.operation = ShimOperation::kGetSettings});
  EXPECT_EQ(answer.flags & static_cast<tcflag_t>(CSIZE | PARENB | CBAUD),
            static_cast<tcflag_t>(CS7 | PARENB | B9600));
}

}  // namespace
}  // namespace p1rig::modem_shim_test
