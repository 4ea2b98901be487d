#include "protocol/wording.h"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>

namespace p1rig::wording_test {
namespace {

using namespace std::chrono_literals;

TEST(Wording, ANounAgreesWithItsNumber) {
  EXPECT_EQ(counted(0, "telegram"), "0 telegrams");
  EXPECT_EQ(counted(1, "telegram"), "1 telegram");
  EXPECT_EQ(counted(std::uint64_t{2}, "sealed frame"), "2 sealed frames");
  EXPECT_EQ(counted(1U, "entry"), "1 entry");
  EXPECT_EQ(counted(3, "entry"), "3 entries");
  EXPECT_EQ(counted(3, "day"), "3 days");
  EXPECT_EQ(counted(3, "match"), "3 matches");
  EXPECT_EQ(counted(-1, "minute"), "-1 minutes");
}

struct Row {
  double number;
  std::string_view text;
};

TEST(Wording, AMeasuredNumberHasThreeDigitsAndNoPowerOfTen) {
  constexpr std::array kRows{Row{0, "0"},
                             Row{1, "1"},
                             Row{1.5, "1.5"},
                             Row{0.1, "0.1"},
                             Row{12.345, "12.3"},
                             Row{99.96, "100"},
                             Row{999.6, "1000"},
                             Row{1234.5, "1234"},
                             Row{25'880.4, "25 880"},
                             Row{100'000, "100 000"},
                             Row{1e6, "1 000 000"},
                             Row{0.012345, "0.0123"},
                             Row{0.00001, "0.00001"},
                             Row{1e-12, "0"},
                             Row{-1e-12, "0"},
                             Row{-25'880, "-25 880"},
                             Row{-1.25, "-1.25"},
                             Row{1e300, "1 000 000 000 000 000"},
                             Row{std::numeric_limits<double>::infinity(), "unknown"}};
  for (const Row& row : kRows) EXPECT_EQ(readable(row.number), row.text);
}

TEST(Wording, ADurationHasTheUnitThatSuits) {
  EXPECT_EQ(readable(870us), "870 us");
  EXPECT_EQ(readable(999'600ns), "1 ms");
  EXPECT_EQ(readable(1250us), "1.25 ms");
  EXPECT_EQ(readable(999'600us), "1 s");
  EXPECT_EQ(readable(std::chrono::nanoseconds(12s)), "12 s");
  EXPECT_EQ(readable(std::chrono::nanoseconds(20'000s)), "20 000 s");
}

}  // namespace
}  // namespace p1rig::wording_test
