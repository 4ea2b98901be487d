#include "protocol/crc_algorithms.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "protocol/crc16.h"

namespace p1rig::crc_algorithms_test {
namespace {

TEST(CrcAlgorithms, HaveTheirCheckValues) {
  // Of "123456789", as the catalogues of CRCs print them.
  const std::map<std::string_view, std::uint16_t> values{
      {"arc", 0xBB3D},    {"x-25", 0x906E},    {"ccitt-false", 0x29B1}, {"xmodem", 0x31C3},
      {"kermit", 0x2189}, {"mcrf4xx", 0x6F91}, {"genibus", 0xD64E},     {"modbus", 0x4B37},
      {"usb", 0xB4C8},    {"maxim", 0x44C2},   {"buypass", 0xFEE8},     {"cms", 0xAEE7},
      {"dnp", 0xEA82},    {"en-13757", 0xC2B7}};
  EXPECT_EQ(values.size(), crc_algorithms().size());
  for (const CrcAlgorithm& algorithm : crc_algorithms()) {
    SCOPED_TRACE(algorithm.name);
    ASSERT_TRUE(values.contains(algorithm.name));
    EXPECT_EQ(crc_of(algorithm, "123456789"), values.at(algorithm.name));
    EXPECT_EQ(find_crc_algorithm(algorithm.name), &algorithm);
  }
}

TEST(CrcAlgorithms, BeginWithThatOfP1) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 7);
  EXPECT_EQ(crc_of(crc_algorithms().front(), bytes), crc16(bytes));
}

TEST(CrcAlgorithms, ReproduceThePrintedFrameOfS1) {
  // e-MUCS H 1.3 §4.2.5, without flags and FCS; the FCS is printed C5 B2, the lower octet first.
  const std::string frame = std::string("\x80\x2B\xFF\x03", 4) + std::string(14, '\0') +
                            "\x0A\x34\xC3\xBB\x0F\x0B\x15" + std::string("\x00\x05\xFA", 3) +
                            std::string(13, '\0');
  EXPECT_EQ(crc_of(*find_crc_algorithm("x-25"), frame), 0xB2C5);
}

TEST(CrcAlgorithms, HaveNoOtherNames) { EXPECT_EQ(find_crc_algorithm("crc32"), nullptr); }

}  // namespace
}  // namespace p1rig::crc_algorithms_test
