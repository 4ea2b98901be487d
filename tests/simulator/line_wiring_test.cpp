#include <gtest/gtest.h>

#include "simulator/line/wiring.h"

namespace p1rig::line_wiring_test {
namespace {

constexpr ModemLines kBothOff, kRtsOnly{.rts = true}, kDtrOnly{.dtr = true};

TEST(WiringOfRequest, FollowsTheLineThatIsNamed) {
  EXPECT_TRUE(requested_by(*parse_wiring("rts"), kRtsOnly));
  EXPECT_FALSE(requested_by(*parse_wiring("rts"), kDtrOnly));
  EXPECT_TRUE(requested_by(*parse_wiring("dtr"), kDtrOnly));
  EXPECT_FALSE(requested_by(*parse_wiring("dtr"), kRtsOnly));
}

TEST(WiringOfRequest, MayBeInverted) {
  EXPECT_FALSE(requested_by(*parse_wiring("rts#"), kRtsOnly));
  EXPECT_TRUE(requested_by(*parse_wiring("rts#"), kBothOff));
  EXPECT_FALSE(requested_by(*parse_wiring("dtr#"), kDtrOnly));
  EXPECT_TRUE(requested_by(*parse_wiring("dtr#"), kBothOff));
}

TEST(WiringOfRequest, MayBeTiedToTheSupply) {
  EXPECT_TRUE(requested_by(*parse_wiring("vcc"), kBothOff));
}

TEST(WiringOfRequest, IsOneOfFive) {
  EXPECT_EQ(parse_wiring(""), std::nullopt);
  EXPECT_EQ(parse_wiring("RTS"), std::nullopt);
  EXPECT_EQ(parse_wiring("cts"), std::nullopt);
}

}  // namespace
}  // namespace p1rig::line_wiring_test
