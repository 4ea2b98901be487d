#include "conformance/judge/crc_ways.h"

#include <gtest/gtest.h>

#include <string>

#include "protocol/crc16.h"
#include "tests/conformance/telegrams.h"

namespace p1rig::crc_ways_test {
namespace {

constexpr std::string_view kText =
    "/FLU5\\253769484_A\r\n\r\n0-0:96.1.4(50217)\r\n1-0:1.7.0(00.100*kW)\r\n!";

std::string with_crc(std::uint16_t crc) { return std::string(kText) + to_hex(crc) + "\r\n"; }

std::string first_way(const std::string& bytes) {
  const auto ways = find_crc_ways(decode_telegram(bytes));
  return ways.empty() ? "" : to_string(ways.front());
}

TEST(CrcWays, NameTheAlgorithmOfSomeHolleyMeters) {
  // The digits are those of CRC-16/X-25 (0x1021 reflected, start and end FFFF), by another program.
  EXPECT_EQ(first_way(std::string(kText) + "8925\r\n"), "CRC-16/X-25");
}

TEST(CrcWays, AreNoneWhereTheCrcIsRightOrMissing) {
  EXPECT_EQ(first_way(with_crc(crc16(kText))), "");
  EXPECT_EQ(first_way(std::string(kText) + "\r\n"), "");
  EXPECT_EQ(first_way(std::string(kText) + "12G4\r\n"), "");
}

TEST(CrcWays, FindEveryAlgorithm) {
  for (const CrcAlgorithm& algorithm : crc_algorithms().subspan(1)) {
    EXPECT_EQ(first_way(with_crc(crc_of(algorithm, kText))), algorithm.title);
  }
}

TEST(CrcWays, FindOtherRangesAndOrders) {
  const std::uint16_t right = crc16(kText);
  EXPECT_EQ(first_way(with_crc(crc16(kText.substr(1)))), "CRC-16/ARC without the '/'");
  EXPECT_EQ(first_way(with_crc(crc16(kText.substr(0, kText.size() - 1)))),
            "CRC-16/ARC without the '!'");
  EXPECT_EQ(first_way(with_crc(static_cast<std::uint16_t>(right << 8 | right >> 8))),
            "CRC-16/ARC, with its bytes swapped");
  std::string lf(kText);
  std::erase(lf, '\r');
  EXPECT_EQ(first_way(with_crc(crc16(lf))), "CRC-16/ARC, with line ends LF");
  std::erase(lf, '\n');
  EXPECT_EQ(first_way(with_crc(crc16(lf))), "CRC-16/ARC, without line ends");
}

TEST(CrcWays, SeeThroughLineEndsThatWereChanged) {
  std::string lf = with_crc(crc_of(*find_crc_algorithm("x-25"), kText));
  std::erase(lf, '\r');
  EXPECT_EQ(first_way(lf), "CRC-16/X-25, with line ends CR LF");
}

TEST(CrcWays, SayHowOftenChanceDoesTheSame) {
  // One deviation: 13 algorithms, no '/', no '!', swapped, 3 line ends.
  const CrcWay near{.with_bang = false};
  EXPECT_EQ(near.deviations(), 1);
  EXPECT_EQ(chance_of(near), 65536 / (13 + 1 + 1 + 1 + 3));
}

TEST(CrcWays, TakesWhatIsNothingButItsEnd) {
  for (const char* bytes : {"!1234", "\r\n!1234\r\n", "/!1234", "!", ""}) {
    EXPECT_TRUE(find_crc_ways(decode_telegram(bytes)).empty()) << bytes;
  }
}

}  // namespace
}  // namespace p1rig::crc_ways_test
