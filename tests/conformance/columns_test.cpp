#include "conformance/report/columns.h"

#include <gtest/gtest.h>

namespace p1rig::columns_test {
namespace {

TEST(Columns, NoCellRunsIntoTheNext) {
  EXPECT_EQ(in_columns({{"time", "register", "kWh", "one"}, {"a", "b", "", "two"}}),
            "time  register  kWh  one\n"
            "a     b              two\n");
}

TEST(Columns, NumbersAreAlignedToTheRight) {
  EXPECT_EQ(in_columns({{"reader", "rate", "limit"}, {"a", "25 880", "loses"}}, "<>"),
            "reader    rate  limit\n"
            "a       25 880  loses\n");
}

TEST(Columns, ACharacterIsAsWideAsItLooks) {
  EXPECT_EQ(in_columns({{"§6.2", "x"}, {"abcd", "y"}}),
            "§6.2  x\n"
            "abcd  y\n");
}

TEST(Columns, NothingFollowsTheLastCellThereIs) {
  EXPECT_EQ(in_columns({{"a", "bb", ""}, {"ccc"}, {}}), "a    bb\nccc\n\n");
  EXPECT_EQ(in_columns({}), "");
}

}  // namespace
}  // namespace p1rig::columns_test
