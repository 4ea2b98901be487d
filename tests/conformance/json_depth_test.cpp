#include "protocol/json_depth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "conformance/judge/contract.h"
#include "conformance/reader/reader_map.h"

namespace p1rig::json_depth_test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

std::string nested(std::size_t levels) {
  return repeated("[", levels) + "1" + repeated("]", levels);
}

std::string breach_of(const ContractLine& line) {
  const auto* const breach = std::get_if<ContractBreach>(&line);
  return breach == nullptr ? "" : breach->message;
}

TEST(JsonDepth, CountsBracketsThatAreNoText) {
  EXPECT_EQ(json_depth(""), 0U);
  EXPECT_EQ(json_depth("1"), 0U);
  EXPECT_EQ(json_depth("{}"), 1U);
  EXPECT_EQ(json_depth(R"([{"a": [1, {}]}, []])"), 4U);
  EXPECT_EQ(json_depth(R"({"[[[": "{{{\"[[[", "a\\": [1]})"), 2U);
  EXPECT_EQ(json_depth("]]]]["), 1U);
  EXPECT_EQ(json_depth(R"(["never closed [[[)"), 1U);
}

TEST(JsonDepth, SixtyFourLevelsAreAllowed) {
  EXPECT_TRUE(is_shallow_json(nested(64)));
  EXPECT_FALSE(is_deep_json(nested(64)));
  EXPECT_FALSE(is_shallow_json(nested(65)));
  EXPECT_TRUE(is_deep_json(nested(65)));
  EXPECT_FALSE(is_deep_json(repeated("[", 65))) << "no JSON";
}

TEST(JsonDepth, DeepLinesOfTheContractAreABreach) {
  for (const std::size_t levels : {std::size_t{100}, std::size_t{200'000}}) {
    for (const std::string& line :
         {R"({"telegram": {"1-0:1.7.0": )" + nested(levels) + "}}",
          R"({"telegram": {}, "mbus": )" + nested(levels) + "}",
          R"({"hello": )" + nested(levels) + "}", R"({"reject": )" + nested(levels) + "}",
          R"({"other": )" + nested(levels) + R"(, "telegram": {}})",
          repeated(R"({"telegram": )", levels) + "1" + repeated("}", levels)}) {
      EXPECT_EQ(breach_of(parse_contract_line(line)), "the line nests deeper than 64 levels")
          << line.substr(0, 40);
    }
    EXPECT_FALSE(parse_contract_value(nested(levels)));
  }
}

TEST(JsonDepth, WhatIsNoJsonIsJudgedAsBefore) {
  const std::string open = repeated("[", 200'000);
  EXPECT_TRUE(std::holds_alternative<ContractLog>(parse_contract_line("{" + open)));
  EXPECT_EQ(breach_of(parse_contract_line(R"({"telegram": )" + open)),
            R"(a line that begins with {"telegram" is not JSON in UTF-8)");
}

// No parser is to blame where a reader prints 1e999.
TEST(JsonDepth, ANumberOutOfRangeIsNamed) {
  const std::vector<ReaderMapping> map = {
      {.target = "1-0:1.7.0", .path = "/power", .unit = "kW", .at = ""}};
  for (const std::string& number : {std::string("1e999"), repeated("9", 200'000)}) {
    EXPECT_EQ(breach_of(parse_contract_line(R"({"telegram": {"1-0:1.7.0": )" + number + "}}")),
              R"(a line that begins with {"telegram" has a number that is out of range)");
    EXPECT_EQ(breach_of(apply_map(map, R"({"power": )" + number + "}")),
              "the reader's JSON has a number that is out of range");
  }
  EXPECT_FALSE(has_endless_number("1e308"));
  EXPECT_FALSE(has_endless_number("x1e999")) << "no JSON";
  EXPECT_FALSE(has_endless_number(""));
}

TEST(JsonDepth, DeepJsonOfAMapIsABreach) {
  const std::vector<ReaderMapping> map = {
      {.target = "1-0:1.7.0", .path = "/power", .unit = "kW", .at = "/at"}};
  for (const std::string& json :
       {R"({"power": 1, "at": )" + nested(200'000) + "}", R"({"power": )" + nested(200'000) + "}",
        R"({"other": )" + nested(200'000) + R"(, "power": 1})", nested(200'000)}) {
    EXPECT_EQ(breach_of(apply_map(map, json)), "the reader's JSON nests deeper than 64 levels");
    EXPECT_THAT(missing_paths(map, json), IsEmpty());
    EXPECT_THAT(paths_in(json), IsEmpty());
  }
  EXPECT_TRUE(std::holds_alternative<ContractLog>(apply_map(map, repeated("{\"a\":", 200'000))));
}

TEST(JsonDepth, ManyKeysTakeNoLongerThanTheyMust) {
  // One by one they would be compared with all before: ten seconds for such a line.
  std::string json = R"({"power": 1)";
  for (int i = 0; i < 80'000; ++i) json += ",\"k" + std::to_string(i) + "\":0";
  const std::vector<ReaderMapping> map = {
      {.target = "1-0:1.7.0", .path = "/power", .unit = "kW", .at = ""}};
  EXPECT_TRUE(std::holds_alternative<ContractTelegram>(apply_map(map, json + "}")));
}

TEST(Contract, AChannelIsNoNumberThatWasCut) {
  for (const char* channel : {"4294967297", "-1", "256", "18446744073709551617", "1.5", "\"1\""}) {
    const std::string line =
        std::string(R"({"telegram": {}, "mbus": [{"channel": )") + channel + "}]}";
    EXPECT_THAT(breach_of(parse_contract_line(line)), HasSubstr("a whole number from 0 to 255"))
        << channel;
  }
}

}  // namespace
}  // namespace p1rig::json_depth_test
