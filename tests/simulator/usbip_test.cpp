#include "simulator/line/usbip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace p1rig::usbip_test {
namespace {

std::string from_hex(std::string_view hex) {
  std::string bytes;
  std::string digits;
  for (const char c : hex) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() == 2) {
      bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
      digits.clear();
    }
  }
  return bytes;
}

// The examples of Documentation/usb/usbip_protocol.rst, "EXAMPLE": an HID device.
const std::string kSubmitIn = from_hex(
    "00000001 00000d05 0001000f 00000001 00000001 00000200 00000040 ffffffff 00000000 00000004 "
    "00000000 00000000");
const std::string kSubmitOut = from_hex(
    "00000001 00000d06 0001000f 00000000 00000001 00000000 00000040 ffffffff 00000000 00000004 "
    "00000000 00000000 "
    "ffffffff 860008a7 84ce5ae2 12376300 00000000 00000000 00000000 00000000 00000000 00000000 "
    "00000000 00000000 00000000 00000000 00000000 00000000");
const std::string kReplyOut = from_hex(
    "00000003 00000d06 00000000 00000000 00000000 00000000 00000040 00000000 ffffffff 00000000 "
    "00000000 00000000");

std::vector<UsbipCommand> commands_in(std::string_view bytes, std::size_t portion) {
  UsbipDecoder decoder;
  std::vector<UsbipCommand> commands;
  for (std::size_t at = 0; at < bytes.size(); at += portion) {
    decoder.feed(bytes.substr(at, portion));
    while (auto command = decoder.next()) commands.push_back(std::move(*command));
  }
  return commands;
}

TEST(Usbip, ReadsThePrintedSubmitIn) {
  const UsbipSubmit expected{.sequence = 0xD05, .endpoint = 1, .in = true, .length = 64};
  EXPECT_THAT(commands_in(kSubmitIn, 48), testing::ElementsAre(expected));
}

TEST(Usbip, ReadsThePrintedSubmitOutInAnyPortions) {
  for (const std::size_t portion : {1U, 7U, 48U, 112U}) {
    const auto commands = commands_in(kSubmitOut, portion);
    ASSERT_EQ(commands.size(), 1U) << portion;
    const auto& submit = std::get<UsbipSubmit>(commands[0]);
    EXPECT_EQ(submit.sequence, 0xD06U);
    EXPECT_FALSE(submit.in);
    EXPECT_EQ(submit.data, kSubmitOut.substr(48));
  }
}

TEST(Usbip, ReadsTheSetupPacketLittleEndian) {
  // SET_BAUDRATE 9600: divisor 0x4138.
  const auto commands =
      commands_in(from_hex("00000001 00000007 00010002 00000000 00000000 00000000 00000000 "
                           "00000000 00000000 00000000 40033841 01000000"),
                  48);
  ASSERT_EQ(commands.size(), 1U);
  EXPECT_EQ(std::get<UsbipSubmit>(commands[0]).setup,
            (UsbSetup{.type = 0x40, .request = 3, .value = 0x4138, .index = 1, .length = 0}));
}

TEST(Usbip, ReadsUnlink) {
  const UsbipUnlink expected{.sequence = 9, .target = 7};
  const std::string bytes =
      from_hex("00000002 00000009 00010002 00000000 00000000 00000007") + std::string(24, '\0');
  EXPECT_THAT(commands_in(bytes, 48), testing::ElementsAre(expected));
}

TEST(Usbip, WritesThePrintedReply) { EXPECT_EQ(usbip_reply(0xD06, kUsbipOk, 64, {}), kReplyOut); }

TEST(Usbip, AppendsDataToAReplyThatGoesIn) {
  const std::string reply = usbip_reply(1, kUsbipOk, 2, "ab");
  EXPECT_EQ(reply.size(), 50U);
  EXPECT_EQ(reply.substr(48), "ab");
}

TEST(Usbip, StallIsMinus32InNetworkOrder) {
  EXPECT_EQ(usbip_reply(1, kUsbipStall, 0, {}).substr(20, 4), from_hex("ffffffe0"));
}

TEST(Usbip, WritesUnlinkReply) {
  EXPECT_EQ(
      usbip_unlink_reply(9, kUsbipUnlinked),
      from_hex("00000004 00000009 00000000 00000000 00000000 ffffff98") + std::string(24, '\0'));
}

TEST(Usbip, GivesUpOnWhatNoKernelSends) {
  UsbipDecoder decoder;
  decoder.feed(from_hex("00000009") + std::string(44, '\0'));
  EXPECT_EQ(decoder.next(), std::nullopt);
  EXPECT_TRUE(decoder.broken());
}

TEST(Usbip, GivesUpOnATransferThatHasNoEnd) {
  std::string huge = kSubmitOut.substr(0, 48);
  huge[24] = '\x7F';
  UsbipDecoder decoder;
  decoder.feed(huge);
  EXPECT_EQ(decoder.next(), std::nullopt);
  EXPECT_TRUE(decoder.broken());
}

}  // namespace
}  // namespace p1rig::usbip_test
