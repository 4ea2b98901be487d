#include "simulator/line/reader_uart.h"

#include <gtest/gtest.h>

namespace p1rig::reader_uart_test {
namespace {

using namespace std::chrono_literals;

constexpr LineSettings kOld{.baud = 9600, .data_bits = 7, .parity = 'E'};
constexpr LineSettings kNew{.baud = 115200};
constexpr SteadyTime kStart{};

TEST(ReaderUart, ReadersThatAreSetLikeTheMeterGetWhatItSends) {
  ReaderUart uart(kNew);
  EXPECT_EQ(values_of(uart.take("/KFM\xFF", kStart)), "/KFM\xFF");
  uart.set({.baud = 115385}, kStart);  // what the divisor of an FT232R makes of it
  EXPECT_EQ(values_of(uart.take("/KFM\xFF", kStart)), "/KFM\xFF");
}

TEST(ReaderUart, OfSevenBitsNoEighthArrives) {
  ReaderUart uart(kOld);
  EXPECT_EQ(values_of(uart.take("\xAFI", kStart)), "/I");
}

TEST(ReaderUart, AnOldMeterReadAt115200GivesNulAlone) {
  ReaderUart uart(kOld);
  uart.set(kNew, kStart);
  const auto received = uart.take("/ISk5\\2MT382-1000", kStart + 1s);
  ASSERT_FALSE(received.empty());
  for (const UartByte& byte : received) {
    EXPECT_EQ(byte.value, 0);
    EXPECT_TRUE(byte.is_break);
  }
}

TEST(ReaderUart, PiecesAreOneSignal) {
  // LINES: 9600 7E1 read as 8N1 shows the parity in bit 7.
  ReaderUart uart(kOld);
  uart.set({.baud = 9600}, kStart);
  std::string got = values_of(uart.take("/IS", kStart + 1s));
  got += values_of(uart.take("k5\\", kStart + 1s + 3ms));  // the host is late, the meter is not
  EXPECT_EQ(got,
            "\xAF\xC9S\xEB"
            "5\\");
}

TEST(ReaderUart, AChangeOfSettingsTakesEffectAtOnce) {
  ReaderUart uart(kNew);
  uart.set({.baud = 9600}, kStart);
  uart.take("/KFM5KAIFA", kStart + 1ms);
  uart.set(kNew, kStart + 2ms);
  EXPECT_EQ(values_of(uart.take("/KFM", kStart + 3ms)), "/KFM");
}

const std::vector<UartByte> kErrors = {{.value = 'a'},
                                       {.value = 'b', .parity_error = true},
                                       {.value = 'c', .framing_error = true},
                                       {.framing_error = true, .is_break = true}};

TEST(ReadFromTerminal, ErrorsAreUsuallyNotSeen) {
  EXPECT_EQ(read_from_terminal(kErrors, {}), std::string("abc\0", 4));
}

TEST(ReadFromTerminal, InpckMakesThemNul) {
  EXPECT_EQ(read_from_terminal(kErrors, {.check_parity = true}), std::string("a\0\0\0", 4));
}

TEST(ReadFromTerminal, IgnparDropsThem) {
  EXPECT_EQ(read_from_terminal(kErrors, {.check_parity = true, .drop_errors = true}),
            std::string("a\0", 2));
}

TEST(ReadFromTerminal, BreaksMayBeIgnored) {
  EXPECT_EQ(read_from_terminal(kErrors, {.ignore_break = true}), "abc");
  EXPECT_EQ(read_from_terminal(kErrors, {.break_interrupts = true}), "abc");
}

}  // namespace
}  // namespace p1rig::reader_uart_test
