#include "simulator/line/ftdi_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace p1rig::ftdi_device_test {
namespace {

using namespace std::chrono_literals;

const SteadyTime kStart{};

UsbSetup vendor_out(std::uint8_t request, std::uint16_t value, std::uint16_t index = 0) {
  return {.type = 0x40, .request = request, .value = value, .index = index};
}

UsbSetup vendor_in(std::uint8_t request, std::uint16_t length) {
  return {.type = 0xC0, .request = request, .length = length};
}

std::vector<int> numbers(const std::string& bytes) {
  std::vector<int> numbers;
  for (const char c : bytes) numbers.push_back(static_cast<unsigned char>(c));
  return numbers;
}

// 3 MHz / (n + eighths): the divisor's bits 14, 15 and 16 mean 0, 1/2, 1/4, 1/8, 3/8, 5/8, 3/4, 7/8
// (FTDI AN_120). The rows are the divisors that drivers use, worked out by hand.
TEST(FtdiBaud, WholeAndFractionalDivisors) {
  EXPECT_EQ(ftdi_baud(0x2710), 300);        // 10000
  EXPECT_EQ(ftdi_baud(0x04E2), 2400);       // 1250
  EXPECT_EQ(ftdi_baud(0x4138), 9600);       // 312.5
  EXPECT_EQ(ftdi_baud(0x809C), 19200);      // 156.25
  EXPECT_EQ(ftdi_baud(0xC04E), 38400);      // 78.125
  EXPECT_EQ(ftdi_baud(0x0034), 57692);      // 52, for 57600
  EXPECT_EQ(ftdi_baud(0x001A), 115385);     // 26, for 115200
  EXPECT_EQ(ftdi_baud(0x1000A), 289157);    // 10.375
  EXPECT_EQ(ftdi_baud(0x1400A), 282353);    // 10.625
  EXPECT_EQ(ftdi_baud(0x1800A), 279070);    // 10.75
  EXPECT_EQ(ftdi_baud(0x1C00A), 275862);    // 10.875
  EXPECT_EQ(ftdi_baud(0x0000), 3'000'000);  // the two that are no divisors
  EXPECT_EQ(ftdi_baud(0x0001), 2'000'000);
}

TEST(FtdiDevice, IntroducesItselfAsAnFt232r) {
  FtdiDevice device({.vendor = 0x1234, .product = 0xABCD, .serial = "X1"});
  const auto answer = device.control({0x80, 6, 0x0100, 0, 64});
  ASSERT_TRUE(answer);
  EXPECT_EQ(numbers(*answer), (std::vector<int>{18, 1, 0x00, 0x02, 0, 0, 0, 8, 0x34, 0x12, 0xCD,
                                                0xAB, 0x00, 0x06, 1, 2, 3, 1}));
  EXPECT_EQ(numbers(*device.control({0x80, 6, 0x0303, 0x0409, 255})),
            (std::vector<int>{6, 3, 'X', 0, '1', 0}));
}

TEST(FtdiDevice, GivesNoMoreOfADescriptorThanAsked) {
  FtdiDevice device({});
  EXPECT_EQ(device.control({0x80, 6, 0x0200, 0, 9})->size(), 9U);
  const auto all = numbers(*device.control({0x80, 6, 0x0200, 0, 255}));
  EXPECT_EQ(all.size(), 32U);
  EXPECT_EQ(all[2], 32);  // wTotalLength
}

TEST(FtdiDevice, StallsWhatItDoesNotKnow) {
  FtdiDevice device({});
  EXPECT_EQ(device.control({0x80, 6, 0x0600, 0, 10}), std::nullopt);  // device qualifier
  EXPECT_EQ(device.control(vendor_out(0x55, 0)), std::nullopt);
  EXPECT_EQ(device.control({0x21, 9, 0, 0, 0}), std::nullopt);  // class request
}

TEST(FtdiDevice, TakesBaudAndFormat) {
  FtdiDevice device({});
  device.control(vendor_out(3, 0x4138));
  device.control(vendor_out(4, 7 | 2 << 8));
  EXPECT_EQ(device.state().settings,
            (LineSettings{.baud = 9600, .data_bits = 7, .parity = 'E', .stop_bits = 1}));
  device.control(vendor_out(3, 0xC00A, 1));
  EXPECT_EQ(device.state().settings.baud, 275862);
  device.control(vendor_out(4, 8 | 1 << 8 | 2 << 11 | 1 << 14));
  EXPECT_EQ(framing_of(device.state().settings), "8O2");
  EXPECT_TRUE(device.state().sends_break);
}

TEST(FtdiDevice, ModemControlChangesOnlyWhatItsMaskNames) {
  FtdiDevice device({});
  device.control(vendor_out(1, 0x0303));
  EXPECT_TRUE(device.state().dtr);
  EXPECT_TRUE(device.state().rts);
  device.control(vendor_out(1, 0x0200));
  EXPECT_TRUE(device.state().dtr);
  EXPECT_FALSE(device.state().rts);
}

TEST(FtdiDevice, TellsModemStatus) {
  FtdiDevice device({});
  device.set_inputs({.cts = true}, kStart);
  EXPECT_EQ(numbers(*device.control(vendor_in(5, 2))), (std::vector<int>{0x11, 0x60}));
  device.set_inputs({.dsr = true, .dcd = true, .ri = true}, kStart);
  EXPECT_EQ(numbers(*device.control(vendor_in(5, 1))), (std::vector<int>{0xE1}));
}

TEST(FtdiDevice, KeepsTheLatencyTimer) {
  FtdiDevice device({});
  EXPECT_EQ(numbers(*device.control(vendor_in(10, 1))), (std::vector<int>{16}));
  device.control(vendor_out(9, 1));
  EXPECT_EQ(numbers(*device.control(vendor_in(10, 1))), (std::vector<int>{1}));
}

TEST(FtdiDevice, FewBytesWaitForTheLatencyTimer) {
  FtdiDevice device({});
  device.receive("abc", kStart);
  device.receive("d", kStart + 10ms);
  EXPECT_EQ(device.read_due(), kStart + 16ms);
  EXPECT_EQ(device.read(512), std::string("\x01\x61", 2) + "abcd");
  EXPECT_EQ(device.read_due(), std::nullopt);
}

TEST(FtdiDevice, AFullPacketIsDueAtOnce) {
  FtdiDevice device({});
  device.receive(std::string(61, 'x'), kStart);
  EXPECT_EQ(device.read_due(), kStart + 16ms);
  device.receive("x", kStart + 1ms);
  EXPECT_EQ(device.read_due(), kStart + 1ms);
}

TEST(FtdiDevice, EveryPacketHasItsStatus) {
  FtdiDevice device({});
  device.receive(std::string(70, 'x'), kStart);
  const std::string status("\x01\x61", 2);
  EXPECT_EQ(device.read(512), status + std::string(62, 'x') + status + std::string(8, 'x'));
}

TEST(FtdiDevice, ATransferHoldsNoMoreThanTheHostHasRoomFor) {
  FtdiDevice device({});
  device.receive(std::string(70, 'x'), kStart);
  EXPECT_EQ(device.read(64).size(), 64U);
  EXPECT_TRUE(device.read_due());
  EXPECT_EQ(device.read(64).size(), 10U);
  EXPECT_EQ(device.read(1), "");
}

TEST(FtdiDevice, AChangedModemLineIsToldAtOnceWithoutData) {
  FtdiDevice device({});
  device.set_inputs({.cts = true}, kStart + 5ms);
  EXPECT_EQ(device.read_due(), kStart + 5ms);
  EXPECT_EQ(numbers(device.read(512)), (std::vector<int>{0x11, 0x60}));
  device.set_inputs({.cts = true}, kStart + 6ms);
  EXPECT_EQ(device.read_due(), std::nullopt);
}

TEST(FtdiDevice, AnErrorStandsInThePacketOfItsByteAlone) {
  FtdiDevice device({});
  device.receive("ab", kStart, kFtdiParity);
  device.receive("c", kStart);
  EXPECT_EQ(numbers(device.read(512)), (std::vector<int>{0x01, 0x61, 'a'}));
  EXPECT_EQ(numbers(device.read(512)), (std::vector<int>{0x01, 0x65, 'b'}));
  EXPECT_EQ(numbers(device.read(512)), (std::vector<int>{0x01, 0x61, 'c'}));
}

TEST(FtdiDevice, LosesWhatDoesNotFitAndSaysSo) {
  FtdiDevice device({});
  EXPECT_EQ(device.receive(std::string(300, 'x'), kStart), 256U);
  EXPECT_EQ(device.waiting(), 256U);
  EXPECT_EQ(numbers(device.read(64))[1], 0x63);
  EXPECT_EQ(numbers(device.read(64))[1], 0x61);
}

TEST(FtdiDevice, SendsAtTheBaudRate) {
  FtdiDevice device({});
  device.control(vendor_out(3, 0x4138));      // 9600
  device.control(vendor_out(4, 7 | 2 << 8));  // 7E1: ten bits, 1041.666 us
  device.write("abc", kStart);
  EXPECT_EQ(device.transmit(kStart + 1041us), "");
  EXPECT_EQ(device.transmit(kStart + 1042us), "a");
  EXPECT_EQ(device.transmit(kStart + 3126us), "bc");
  EXPECT_EQ(device.transmit_due(), std::nullopt);
}

TEST(FtdiDevice, Holds128BytesOnTheirWayOut) {
  FtdiDevice device({});
  EXPECT_EQ(device.room(), 128U);
  device.write(std::string(100, 'x'), kStart);
  EXPECT_EQ(device.room(), 28U);
}

TEST(FtdiDevice, ResetEmptiesBothBuffersAndPurgeOne) {
  FtdiDevice device({});
  device.write("out", kStart);
  device.receive("in", kStart);
  device.control(vendor_out(0, 1));
  EXPECT_EQ(device.transmit_due(), std::nullopt);
  EXPECT_EQ(device.waiting(), 2U);
  device.write("out", kStart);
  device.control(vendor_out(0, 2));
  EXPECT_EQ(device.waiting(), 0U);
  EXPECT_TRUE(device.transmit_due());
  device.control(vendor_out(0, 0));
  EXPECT_EQ(device.transmit_due(), std::nullopt);
}

}  // namespace
}  // namespace p1rig::ftdi_device_test
