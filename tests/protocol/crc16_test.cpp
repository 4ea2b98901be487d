#include "protocol/crc16.h"

#include <gtest/gtest.h>

#include "tests/protocol/xorshift.h"

namespace p1rig {
namespace {

/// The definition, bit by bit (DSMR-P1 5.0.2 §6.2).
std::uint16_t crc_by_definition(std::string_view bytes) {
  unsigned remainder = 0;
  for (const char c : bytes) {
    for (int bit = 0; bit < 8; ++bit) {
      const unsigned in = (static_cast<unsigned char>(c) >> bit) & 1U;
      const unsigned out = remainder & 1U;
      remainder >>= 1;
      if (in != out) remainder ^= 0xA001;
    }
  }
  return static_cast<std::uint16_t>(remainder);
}

// The check value of CRC-16/ARC in every catalogue.
TEST(Crc16, CheckValue) { EXPECT_EQ(crc16("123456789"), 0xBB3D); }

TEST(Crc16, OfNothingIsZero) { EXPECT_EQ(crc16(""), 0); }

TEST(Crc16, AgreesWithItsDefinition) {
  testing::Xorshift random(5);
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(random.below(256));
    EXPECT_EQ(crc16(bytes), crc_by_definition(bytes)) << size << " bytes";
  }
}

TEST(Crc16, SeedContinues) {
  const std::string_view bytes = "123456789";
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(crc16(bytes.substr(cut), crc16(bytes.substr(0, cut))), 0xBB3D);
  }
}

TEST(Crc16, PrintsFourUpperCaseDigits) {
  EXPECT_EQ(to_hex(0xBB3D), "BB3D");
  EXPECT_EQ(to_hex(0x0B9F), "0B9F");
  EXPECT_EQ(to_hex(0), "0000");
}

}  // namespace
}  // namespace p1rig
