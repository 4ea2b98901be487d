#include "simulator/line/alive.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>

namespace p1rig::alive_test {
namespace {

TEST(Alive, HandlersOfTheDeadDoNothing) {
  int calls = 0;
  std::optional<Alive> alive(std::in_place);
  const auto handler = std::function<void(int)>(alive->guard([&](int by) { calls += by; }));
  handler(2);
  EXPECT_EQ(calls, 2);
  alive.reset();
  handler(2);
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace p1rig::alive_test
