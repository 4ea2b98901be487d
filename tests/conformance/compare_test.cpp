#include "conformance/judge/compare.h"

#include <gtest/gtest.h>

// What a reader may say for a value, by the reader contract; the sums are in the comments.

namespace p1rig::compare_test {
namespace {

ContractValue value(const char* json) {
  const auto parsed = parse_contract_value(json);
  EXPECT_TRUE(parsed) << json;
  return parsed.value_or(ContractValue{});
}

bool same(const char* said, const char* meant, const Precision& precision = {}) {
  const bool has_difference = difference(value(said), value(meant), precision).has_value();
  EXPECT_NE(is_same(value(said), value(meant), precision), has_difference) << said << " " << meant;
  return !has_difference;
}

struct Pair {
  const char *said, *meant;
};

TEST(Compare, SameNumber) {
  for (const auto& [said, meant] : {
           Pair{R"("1.193 kW")", R"("1.193 kW")"},
           Pair{R"("01.193 kW")", R"("1.193 kW")"},
           Pair{R"("1193 W")", R"("1.193 kW")"},  // 1.193 * 1000
           Pair{R"("0.2301 kV")", R"("230.1 V")"},
           Pair{R"("1.193000 kW")", R"("1.193 kW")"},
           Pair{R"("418.207 kvarh")", R"("418.207 kVArh")"},
           Pair{R"("-63 A")", R"("-63 A")"},
           Pair{R"("0 kW")", R"("0.000 kW")"},
           Pair{R"("-0.0 kW")", R"("0.000 kW")"},
           Pair{R"(5)", R"("00005")"},
           Pair{R"(["230.1 V"])", R"("230.1 V")"},
       }) {
    EXPECT_TRUE(same(said, meant)) << said << " for " << meant;
  }
}

TEST(Compare, AnotherNumber) {
  for (const auto& [said, meant] : {
           Pair{R"("1.194 kW")", R"("1.193 kW")"},
           Pair{R"("1.193 W")", R"("1.193 kW")"},
           Pair{R"("1.193 kWh")", R"("1.193 kW")"},
           Pair{R"("1.193")", R"("1.193 kW")"},
           Pair{R"("63 A")", R"("-63 A")"},
           Pair{R"("123456.79 kWh")", R"("123456.789 kWh")"},
           Pair{R"("230 V")", R"("230.1 V")"},
           Pair{R"("1.193 bananas")", R"("1.193 kW")"},
           Pair{R"("")", R"("1.193 kW")"},
           Pair{"null", R"("0.000 kW")"},
           Pair{R"("0 m3")", "null"},
       }) {
    EXPECT_FALSE(same(said, meant)) << said << " for " << meant;
  }
}

TEST(Compare, TheWayIsTheSameForEachTelegram) {
  struct Way {
    const char *said, *meant, *way;
  };
  for (const auto& [said, meant, way] : {
           Way{R"("1.193 kW")", R"("1193 W")", ""},
           Way{R"("1193 kW")", R"("1.193 kW")", "×1000"},
           Way{R"("1.193 W")", R"("1.193 kW")", "÷1000"},
           Way{R"("-1.193 kW")", R"("1.193 kW")", "negated"},
           Way{R"("-1193 kW")", R"("1.193 kW")", "negated, ×1000"},
           Way{R"("0 kW")", R"("0.193 kW")", "rounded"},  // to whole kW, as far as one can see
           Way{R"("0 kW")", R"("1.193 kW")", "0"},
           Way{R"("0.000 kW")", R"("1.193 kW")", "0"},
           Way{R"("1.2 kW")", R"("1.193 kW")", "rounded"},
           Way{R"("1.1 kW")", R"("1.193 kW")", "rounded"},
           Way{R"("123456.7890625 kWh")", R"("123456.789 kWh")", "imprecise"},
           Way{R"("1.193")", R"("1.193 kW")", "no unit"},
           Way{R"("1193")", R"("1.193 kW")", "no unit, ×1000"},
           Way{R"("1.193 kWh")", R"("1.193 kW")", "as kWh"},
           Way{R"("2.345 kW")", R"("1.193 kW")", "value"},
           Way{R"("watts")", R"("1.193 kW")", "no number"},
           Way{"null", R"("1.193 kW")", "null"},
           Way{R"("")", R"("text")", "null"},
           Way{R"("0 m3")", "null", "a value for none"},
           Way{R"("tex")", R"("text")", "cut"},
           Way{R"("other")", R"("text")", "text"},
           Way{R"("2016-02-03T10:00:00+01:00")", R"("2016-02-03T11:00:00+01:00")", "3600 s early"},
           Way{R"("2016-02-03T11:00:00+02:00")", R"("2016-02-03T11:00:00+01:00")",
               "another offset"},
           Way{R"("2016-02-03T11:00:00")", R"("2016-02-03T11:00:00+01:00")", "no offset"},
           Way{R"("1916-02-03T11:00:00+01:00")", R"("2016-02-03T11:00:00+01:00")", "another time"},
           Way{R"("never")", R"("2016-02-03T11:00:00+01:00")", "no time"},
           Way{R"({"at":"2016-02-03T11:00:00Z","value":"1 m3"})",
               R"({"at":"2016-02-03T11:00:00Z","value":"1000 m3"})", "value: ÷1000"},
           Way{R"({"at":"2016-02-03T11:15:00Z","value":"1 m3"})",
               R"({"at":"2016-02-03T11:00:00Z","value":"1 m3"})", "at: 900 s late"},
           Way{"[]", R"(["1 s"])", "fewer entries"},
       }) {
    EXPECT_EQ(way_of(value(said), value(meant), {.decimals = 9}), way) << said << " for " << meant;
  }
}

TEST(Compare, DecimalsThatAReaderKeeps) {
  const Precision whole{.decimals = 0}, one{.decimals = 1};
  // What they cannot hold may be rounded or cut, and nothing else.
  EXPECT_TRUE(same(R"("231 V")", R"("230.6 V")", whole));
  EXPECT_TRUE(same(R"("230 V")", R"("230.6 V")", whole));
  EXPECT_FALSE(same(R"("232 V")", R"("230.6 V")", whole));
  EXPECT_FALSE(same(R"("229 V")", R"("230.6 V")", whole));
  // What they can hold must come out.
  EXPECT_FALSE(same(R"("231 V")", R"("230.0 V")", whole));
  EXPECT_TRUE(same(R"("1193 W")", R"("1.193 kW")", whole));
  EXPECT_FALSE(same(R"("1 kW")", R"("2.000 kW")", one));
}

TEST(Compare, Times) {
  const char* const summer = R"("2026-07-04T12:00:00+02:00")";
  EXPECT_TRUE(same(R"("2026-07-04T10:00:00Z")", summer));
  EXPECT_TRUE(same(R"("2026-07-04 12:00:00.000+02:00")", summer));
  EXPECT_FALSE(same(R"("2026-07-04T12:00:00+01:00")", summer));
  EXPECT_FALSE(same(R"("2026-07-04T12:00:00")", summer));
  EXPECT_FALSE(same(R"("12:00")", summer));
  const Precision local{.time = TimeForm::kLocal}, utc{.time = TimeForm::kUtc};
  EXPECT_TRUE(same(R"("2026-07-04T12:00:00")", summer, local));
  EXPECT_TRUE(same(R"("2026-07-04T12:00:00Z")", summer, local));
  EXPECT_FALSE(same(R"("2026-07-04T10:00:00Z")", summer, local));
  EXPECT_TRUE(same(R"("2026-07-04T10:00:00")", summer, utc));
  EXPECT_FALSE(same(R"("2026-07-04T12:00:00")", summer, utc));
  // Twelve digits have no offset (DSMR-P1 3.0 §5.4).
  EXPECT_TRUE(same(R"("2009-02-12T16:00:00")", R"("2009-02-12T16:00:00")"));
  EXPECT_TRUE(same(R"("2009-02-12T16:00:00+01:00")", R"("2009-02-12T16:00:00")"));
}

TEST(Compare, OffsetsAsISO8601WritesThem) {
  const char* const winter = R"("2026-01-12T11:00:00+01:00")";
  EXPECT_TRUE(same(R"("2026-01-12T11:00:00+01")", winter));
  EXPECT_TRUE(same(R"("2026-01-12T11:00:00+0100")", winter));
  EXPECT_TRUE(same(R"("2026-01-12T11:00:00.5+01")", winter));
  EXPECT_TRUE(same(R"("2026-01-12T15:30:00+05:30")", winter));  // 10:00 + 5:30
  EXPECT_TRUE(same(R"("2026-01-12T06:30:00-0330")", winter));   // 10:00 - 3:30
  EXPECT_TRUE(same(R"("2026-01-12T07:00:00-03")", winter));
  // 61 minutes are no hour.
  EXPECT_FALSE(same(R"("2026-01-12T11:01:00+01")", winter));
  EXPECT_FALSE(same(R"("2026-01-12T11:00:00-01")", winter));
  for (const char* const none :
       {"+", "+1", "+01:", "+01:0", "+01:000", "+01:-1", "+01Z", "01:00"}) {
    const std::string said = R"("2026-01-12T11:00:00)" + (none + std::string(1, '"'));
    const auto found = difference(value(said.c_str()), value(winter), {});
    ASSERT_TRUE(found) << said;
    EXPECT_TRUE(found->ends_with(", a time")) << *found;
  }
}

TEST(Compare, TextsAsSentOrDecoded) {
  EXPECT_TRUE(same(R"("4B384547")", R"("4B384547")"));
  EXPECT_TRUE(same(R"("4b384547")", R"("4B384547")"));
  EXPECT_TRUE(same(R"("K8EG")", R"("4B384547")"));
  EXPECT_FALSE(same(R"("K8EH")", R"("4B384547")"));
  // Digits that are octets are not compared as a number.
  EXPECT_TRUE(same(R"("0012")", R"("30303132")"));
}

TEST(Compare, ReadingsAndLists) {
  const char* const gas = R"({"at": "2026-01-12T11:00:00+01:00", "value": "12.345 m3"})";
  EXPECT_TRUE(same(gas, gas));
  EXPECT_TRUE(same(R"({"value": "12.345 m3"})", gas)) << "a time that is not reported";
  EXPECT_TRUE(same(R"("12.345 m3")", gas));
  EXPECT_FALSE(same(R"({"at": "2026-01-12T11:05:00+01:00", "value": "12.345 m3"})", gas));
  EXPECT_FALSE(same(R"({"at": "2026-01-12T11:00:00+01:00", "value": "12.346 m3"})", gas));
  EXPECT_FALSE(same(R"({"at": null, "value": "12.345 m3"})", gas));

  const char* const log = R"([{"at": "2025-07-04T07:32:11Z", "value": "240 s"},
                              {"at": "2025-11-04T08:32:11Z", "value": "301 s"}])";
  EXPECT_TRUE(same(R"([{"at": "2025-11-04T08:32:11Z", "value": "301 s"},
                       {"at": "2025-07-04T07:32:11Z", "value": "240 s"}])",
                   log))
      << "either order is seen (dsmr-reader#1090)";
  EXPECT_FALSE(same(R"([{"at": "2025-07-04T07:32:11Z", "value": "240 s"},
                        {"at": "2025-07-04T07:32:11Z", "value": "240 s"}])",
                    log));
  EXPECT_FALSE(same(R"([{"at": "2025-07-04T07:32:11Z", "value": "240 s"}])", log));
  EXPECT_TRUE(same("[]", "[]"));
  EXPECT_FALSE(same("null", "[]"));
  EXPECT_TRUE(same(R"(["100 A", "-63 A"])", R"(["100 A", "-63 A"])"));
  EXPECT_FALSE(same(R"(["-63 A", "100 A"])", R"(["100 A", "-63 A"])")) << "values have an order";
}

TEST(Compare, AnEntryWithoutTimeMayBeLeftOutAndNoOther) {
  const char* const peaks = R"([{"month": "2025-11-01T00:00:00+01:00", "at": null, "value": "0 kW"},
      {"month": "2025-12-01T00:00:00+01:00", "at": "2025-11-25T16:45:00+01:00", "value": "4.3 kW"}])";
  EXPECT_TRUE(same(peaks, peaks));
  EXPECT_TRUE(same(R"([{"month": "2025-12-01T00:00:00+01:00",
                        "at": "2025-11-25T16:45:00+01:00", "value": "4.3 kW"}])",
                   peaks));
  EXPECT_FALSE(
      same(R"([{"month": "2025-11-01T00:00:00+01:00", "at": null, "value": "0 kW"}])", peaks));
  EXPECT_FALSE(same("[]", peaks));
  EXPECT_FALSE(same(R"([{"month": "2025-11-01T00:00:00+01:00",
                         "at": "2065-02-25T01:25:25+01:00", "value": "0 kW"},
                        {"month": "2025-12-01T00:00:00+01:00",
                         "at": "2025-11-25T16:45:00+01:00", "value": "4.3 kW"}])",
                    peaks));
}

TEST(Compare, SaysBoth) {
  EXPECT_EQ(difference(value(R"("1.194 kW")"), value(R"("1.193 kW")"), {}),
            R"(says "1.194 kW", expected "1.193 kW")");
}

}  // namespace
}  // namespace p1rig::compare_test
