#include "protocol/crc16.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "protocol/crc16_constants.h"
#include "protocol/crc16_paths.h"
#include "tests/protocol/xorshift.h"

namespace p1rig::crc16_test {
namespace {

constexpr std::size_t kLongest = 3000;

/// The definition, bit by bit (DSMR-P1 5.0.2 §6.2).
std::uint16_t step_by_definition(std::uint16_t before, unsigned char byte) {
  unsigned remainder = before;
  for (int bit = 0; bit < 8; ++bit) {
    const unsigned in = (static_cast<unsigned>(byte) >> bit) & 1U;
    const unsigned out = remainder & 1U;
    remainder >>= 1;
    if (in != out) remainder ^= 0xA001;
  }
  return static_cast<std::uint16_t>(remainder);
}

/// Writable pages, none before and none behind them: a read beyond them ends the test.
class Island {
 public:
  Island() : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))) {
    auto* all = static_cast<unsigned char*>(
        mmap(nullptr, 4 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    begin_ = all + page_;
    if (mprotect(begin_, 2 * page_, PROT_READ | PROT_WRITE) != 0) std::abort();
  }
  Island(const Island&) = delete;
  Island& operator=(const Island&) = delete;
  ~Island() { munmap(begin_ - page_, 4 * page_); }
  unsigned char* begin() const { return begin_; }
  unsigned char* end() const { return begin_ + 2 * page_; }

 private:
  std::size_t page_;
  unsigned char* begin_ = nullptr;
};

std::string random_bytes(std::size_t size, std::uint64_t seed) {
  test::Xorshift random(seed);
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(random.below(256));
  return bytes;
}

/// The CRC of the first n bytes, for each n.
std::vector<std::uint16_t> all_by_definition(std::string_view bytes, std::uint16_t seed) {
  std::vector<std::uint16_t> crcs{seed};
  for (const char c : bytes) {
    crcs.push_back(step_by_definition(crcs.back(), static_cast<unsigned char>(c)));
  }
  return crcs;
}

// The check value of CRC-16/ARC in every catalogue.
TEST(Crc16, CheckValue) { EXPECT_EQ(crc16("123456789"), 0xBB3D); }

TEST(Crc16, OfNothingIsZero) { EXPECT_EQ(crc16(""), 0); }

// With the last byte just before a page that cannot be read, and with the first just behind one.
TEST(Crc16, EveryPathAgreesWithTheDefinitionAtEveryLengthAndBothEndsOfMemory) {
  const Island island;
  const std::string bytes = random_bytes(kLongest, 5);
  for (const std::uint16_t seed : std::initializer_list<std::uint16_t>{0, 1, 0x8000, 0xBB3D}) {
    const auto expected = all_by_definition(bytes, seed);
    for (const CrcPath& path : crc_paths()) {
      if (!path.runs_here()) continue;
      for (std::size_t size = 0; size <= kLongest; ++size) {
        std::memcpy(island.end() - size, bytes.data(), size);
        ASSERT_EQ(path.crc(island.end() - size, size, seed), expected[size])
            << path.name << ", " << size << " bytes at the end, seed " << seed;
        std::memcpy(island.begin(), bytes.data(), size);
        ASSERT_EQ(path.crc(island.begin(), size, seed), expected[size])
            << path.name << ", " << size << " bytes at the beginning, seed " << seed;
      }
    }
  }
}

// Each length ends at each of the last places before a page that cannot be read, so begins at each
// place of a block.
TEST(Crc16, EveryPathAgreesWithTheDefinitionAtEveryAlignment) {
  const Island island;
  const std::string bytes = random_bytes(kLongest, 6);
  const auto expected = all_by_definition(bytes, 0);
  for (std::size_t gap = 0; gap < 64; ++gap) {
    for (std::size_t size = 0; size <= kLongest; ++size) {
      unsigned char* begin = island.end() - gap - size;
      std::memcpy(begin, bytes.data(), size);
      for (const CrcPath& path : crc_paths()) {
        if (!path.runs_here()) continue;
        ASSERT_EQ(path.crc(begin, size, 0), expected[size])
            << path.name << ", " << size << " bytes, " << gap << " before the page's end";
      }
    }
  }
}

TEST(Crc16, SeedContinues) {
  const std::string bytes = random_bytes(400, 7);
  const auto expected = all_by_definition(bytes, 0);
  const std::string_view view = bytes;
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(crc16(view.substr(cut), expected[cut]), expected.back()) << cut;
  }
}

TEST(Crc16, ThereIsAlwaysThePortablePath) {
  EXPECT_EQ(crc_paths().back().name, "portable");
  EXPECT_TRUE(crc_paths().back().runs_here());
  EXPECT_EQ(choose_crc_path("portable").name, "portable");
}

TEST(Crc16, TheNameChoosesWhatRunsHere) {
  for (const CrcPath& path : crc_paths()) {
    EXPECT_EQ(choose_crc_path(path.name).name, path.runs_here() ? path.name : "portable");
  }
  EXPECT_EQ(choose_crc_path("none such").name, "portable");
  EXPECT_TRUE(choose_crc_path("").runs_here());
}

// Clang 14 computed constants of this kind while the program ran: these need a constant expression.
static_assert(crc::shift_by(17) == 0xA001ULL << 48);  // x^16 is x^15+x^2+1
static_assert(crc::kTables[0][1] == 0xC0C1);          // as in every printed table of CRC-16/ARC

TEST(Crc16, PrintsFourUpperCaseDigits) {
  EXPECT_EQ(to_hex(0xBB3D), "BB3D");
  EXPECT_EQ(to_hex(0x0B9F), "0B9F");
  EXPECT_EQ(to_hex(0), "0000");
}

}  // namespace
}  // namespace p1rig::crc16_test
