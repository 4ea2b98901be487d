// JSON that comes in, as the tree that files are read into.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "simulator/panel/json_nodes.h"

namespace p1rig::panel_json_test {
namespace {

using ::testing::HasSubstr;

std::string refusal(std::string_view text) {
  std::string why;
  EXPECT_FALSE(parse_json_nodes(text, why)) << text;
  return why;
}

TEST(JsonNodes, GoThereAndBack) {
  const std::string text = R"([{"a":"x\n","b":[1,-2.5,true],"c/~":{}}])";
  std::string why;
  const auto nodes = parse_json_nodes(text, why);
  ASSERT_TRUE(nodes) << why;
  EXPECT_EQ(json_of(nodes->root), text);
}

TEST(JsonNodes, KnowThePointerOfEachValue) {
  std::string why;
  const auto nodes = parse_json_nodes(R"([{"c/~":{"d":[7]}}])", why);
  ASSERT_TRUE(nodes);
  const Node& inner = (*nodes->root.array())[0].table()->front().node;
  EXPECT_EQ(nodes->pointer_of(inner.place), "/0/c~1~0");
  EXPECT_EQ(nodes->pointer_of((*inner.table()->front().node.array())[0].place), "/0/c~1~0/d/0");
  EXPECT_EQ(nodes->pointer_of(nodes->root.place), "");
  EXPECT_EQ(nodes->pointer_of({}), "");
}

TEST(JsonNodes, RefuseWhatTomlHasNot) {
  EXPECT_EQ(refusal(R"({"a": [null]})"), "/a/0: null is no value: leave the key out");
  EXPECT_EQ(refusal("18446744073709551615"), "the body: the number is too large");
  EXPECT_EQ(refusal("1e999"), "the body has a number that is out of range");
  EXPECT_THAT(refusal("{\"a\": }"), HasSubstr("not JSON, at byte 7"));
  EXPECT_THAT(refusal(""), HasSubstr("not JSON"));
  EXPECT_THAT(refusal("\"\xff\""), HasSubstr("not JSON"));
  EXPECT_EQ(refusal(std::string(100'000, '[')), "the body nests deeper than 64 levels");
}

TEST(JsonNodes, AreSoManyAtMost) {
  std::string list = "[0";
  for (int i = 0; i < 10'000; ++i) list += ",0";
  EXPECT_EQ(refusal(list + "]"), "the body has more than 10000 values");
  std::string why;
  EXPECT_TRUE(parse_json_nodes("[\"" + std::string(50'000, ',') + "\"]", why)) << "in a text";
}

}  // namespace
}  // namespace p1rig::panel_json_test
