#include "conformance/reader/reader_map.h"

#include <gtest/gtest.h>

#include "conformance/reader/observer.h"

namespace p1rig::reader_map_test {
namespace {

using Kind = ContractValue::Kind;

const std::vector<ReaderMapping> kMap = {
    {.target = "1-0:1.7.0", .path = "/power/now", .unit = "kW"},
    {.target = "1-0:1.8.1", .path = "/energy/low/reading", .unit = "/energy/low/unit"},
    {.target = "0-1:24.2.1", .path = "/gas/m3", .unit = "m3", .at = "/gas/at"},
    {.target = "mbus[medium=gas]", .path = "/gas/m3", .unit = "m3", .at = "/gas/at"},
};

ContractTelegram told(std::string_view json) {
  const ContractLine line = apply_map(kMap, json);
  const auto* const telegram = std::get_if<ContractTelegram>(&line);
  EXPECT_NE(telegram, nullptr) << json;
  return telegram == nullptr ? ContractTelegram{} : *telegram;
}

std::string text_of(const ContractTelegram& telegram, std::string_view code) {
  const auto found = telegram.values.find(parse_obis(code)->code);
  return found == telegram.values.end() ? "(none)" : to_json(found->second);
}

TEST(ReaderMap, GivesNumbersTheUnitOfTheMap) {
  EXPECT_EQ(text_of(told(R"({"power": {"now": 1.193}})"), "1-0:1.7.0"), R"("1.193 kW")");
}

TEST(ReaderMap, GivesNumbersTheUnitThatTheReaderSays) {
  const auto json = R"({"energy": {"low": {"reading": 123456.789, "unit": "kWh"}}})";
  EXPECT_EQ(text_of(told(json), "1-0:1.8.1"), R"("123456.789 kWh")");
}

TEST(ReaderMap, WritesNumbersWithoutExponent) {
  EXPECT_EQ(text_of(told(R"({"power": {"now": 0.00001}})"), "1-0:1.7.0"), R"("0.00001 kW")");
  EXPECT_EQ(text_of(told(R"({"power": {"now": 1e21}})"), "1-0:1.7.0"),
            R"("1000000000000000000000 kW")");
}

TEST(ReaderMap, TakesTextsThatAreNumbersAndThoseThatHaveAUnit) {
  EXPECT_EQ(text_of(told(R"({"power": {"now": "01.193"}})"), "1-0:1.7.0"), R"("01.193 kW")");
  EXPECT_EQ(text_of(told(R"({"power": {"now": "1193 W"}})"), "1-0:1.7.0"), R"("1193 W")");
}

TEST(ReaderMap, NullIsKnownToBeInvalidAndNothingIsNotExposed) {
  EXPECT_EQ(text_of(told(R"({"power": {"now": null}})"), "1-0:1.7.0"), "null");
  EXPECT_EQ(text_of(told(R"({"power": {"now": ""}})"), "1-0:1.7.0"), "null");
  EXPECT_EQ(text_of(told(R"({"power": {"now": null}})"), "1-0:1.8.1"), "(none)");
}

TEST(ReaderMap, AReadingHasItsTimeAndIsADevice) {
  const auto telegram = told(R"({"gas": {"m3": 12785.123, "at": "2010-12-09T11:25:00+01:00"}})");
  EXPECT_EQ(text_of(telegram, "0-1:24.2.1"),
            R"({"at":"2010-12-09T11:25:00+01:00","value":"12785.123 m3"})");
  ASSERT_TRUE(telegram.mbus);
  ASSERT_EQ(telegram.mbus->size(), 1U);
  EXPECT_EQ(telegram.mbus->front().medium, "gas");
  EXPECT_EQ(telegram.mbus->front().reading.text, "12785.123 m3");
  EXPECT_EQ(telegram.mbus->front().reading.at, "2010-12-09T11:25:00+01:00");
}

TEST(ReaderMap, ADeviceWithoutReadingIsNone) {
  const auto telegram = told(R"({"power": {"now": 1}, "gas": {"m3": null}})");
  ASSERT_TRUE(telegram.mbus);
  EXPECT_TRUE(telegram.mbus->empty());
}

TEST(ReaderMap, AnObjectIsNoValue) {
  EXPECT_TRUE(std::holds_alternative<ContractBreach>(
      apply_map(kMap, R"({"power": {"now": {"value": 1}}})")));
}

TEST(ReaderMap, WhatHasNothingOfTheMapIsLog) {
  for (const char* json :
       {"{}", R"({"status": "ready"})", "[1]", "7", "", "{\"power\": ", "\xff{"}) {
    EXPECT_TRUE(std::holds_alternative<ContractLog>(apply_map(kMap, json))) << json;
  }
}

TEST(ReaderMap, NamesThePathsThatAreMissing) {
  EXPECT_EQ(
      missing_paths(kMap, R"({"power": {"now": 1}, "gas": {"m3": 1}})"),
      (std::vector<std::string>{"/energy/low/reading", "/energy/low/unit", "/gas/at", "/gas/at"}));
}

TEST(ReaderMap, KnowsJsonPointers) {
  EXPECT_TRUE(is_json_pointer("/a/0/b~1c"));
  EXPECT_FALSE(is_json_pointer("a"));
  EXPECT_FALSE(is_json_pointer("/a~"));
  EXPECT_FALSE(is_json_pointer("/a~2"));
}

/// What a stream makes of bytes: T for a telegram, L for a log line, B for a breach.
std::string kinds_of(const std::vector<ReaderMapping>& map, std::string_view bytes,
                     std::size_t piece) {
  std::string kinds;
  ObservedStream stream(map, [&](const std::string&, const ContractLine& what) {
    kinds += std::holds_alternative<ContractTelegram>(what) ? 'T'
             : std::holds_alternative<ContractBreach>(what) ? 'B'
                                                            : 'L';
  });
  for (std::size_t at = 0; at < bytes.size(); at += piece) stream.feed(bytes.substr(at, piece));
  return kinds;
}

TEST(ObservedStream, ReadsObjectsThatGoOverSeveralLines) {
  constexpr std::string_view kPretty =
      "starting\r\n{\r\n  \"text\": \"a } and a \\\" {\",\r\n  \"power\": {\r\n    \"now\": 1\r\n  "
      "}\r\n}"
      "\r\n{\"power\": {\"now\": 2}}\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, kPretty.size()}) {
    EXPECT_EQ(kinds_of(kMap, kPretty, piece), "LTT");
  }
}

TEST(ObservedStream, AnObjectThatIsNeverClosedTakesNoOtherWithIt) {
  EXPECT_EQ(kinds_of(kMap, "{\"power\": {\n{\"power\": {\"now\": 2}}\n", 5), "LT");
}

TEST(ObservedStream, WithoutAMapEveryLineIsOne) {
  EXPECT_EQ(kinds_of({}, "{\"telegram\": {}}\n{\"telegram\":\n{}}\n", 3), "TBL");
}

TEST(ObservedStream, WhatNeverEndsIsABreachAndNotKept) {
  std::string endless(3U << 20U, 'x');
  EXPECT_EQ(kinds_of(kMap, endless + "\n{\"power\": {\"now\": 2}}\n", 4096), "BT");
  std::string object = "{\n";
  for (int i = 0; i < 40'000; ++i) object += "  \"some key\": \"some value that is of no use\",\n";
  EXPECT_EQ(kinds_of(kMap, object + "{\"power\": {\"now\": 2}}\n", 4096).substr(0, 1), "B");
}

}  // namespace
}  // namespace p1rig::reader_map_test
