#include "protocol/dialect.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/shape.h"

namespace p1rig::dialect_test {
namespace {

// Those whose documents the tests below were written from; another one is as its own say.
constexpr std::array kRead = {"dsmr-2.2", "dsmr-3.0",  "dsmr-4.0",  "dsmr-4.2",
                              "dsmr-5.0", "emucs-1.4", "emucs-1.7", "emucs-2.1",
                              "lux-1.1",  "se-2.0",    "hu-eon",    "lt-eso",
                              "at-t210",  "ch-xt211",  "fi-sk13",   "de-q3d"};

TEST(Dialect, IsThereForEachCountryAndEdition) {
  for (const char* name : kRead) EXPECT_NE(find_dialect(name), nullptr) << name;
}

TEST(Dialect, HasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (const Dialect& dialect : dialects()) {
    EXPECT_TRUE(names.insert(dialect.name).second) << dialect.name;
  }
}

TEST(Dialect, IsFoundByItsNameOnly) {
  ASSERT_NE(find_dialect("dsmr-5.0"), nullptr);
  EXPECT_EQ(find_dialect("dsmr-5.0")->document, "DSMR-P1 5.0.2");
  EXPECT_EQ(find_dialect("dsmr-5"), nullptr);
  EXPECT_EQ(find_dialect("dsmr-*"), nullptr);
  EXPECT_EQ(find_dialect(""), nullptr);
}

TEST(Dialect, OldOnesHave9600Baud7E1AndNoCrc) {
  for (const char* name : {"dsmr-2.2", "dsmr-3.0", "de-q3d"}) {
    const Dialect& dialect = *find_dialect(name);
    EXPECT_EQ(dialect.line, (LineSettings{9600, 7, 'E', 1})) << name;
    EXPECT_FALSE(dialect.has_crc) << name;
  }
}

TEST(Dialect, AllOthersHave115200Baud8N1AndACrc) {
  for (const char* name : kRead) {
    const Dialect& dialect = *find_dialect(name);
    if (matches_glob("dsmr-2.2 dsmr-3.0 de-q3d", dialect.name)) continue;
    EXPECT_EQ(dialect.line, (LineSettings{115200, 8, 'N', 1})) << dialect.name;
    EXPECT_TRUE(dialect.has_crc) << dialect.name;
  }
}

TEST(Dialect, SendsEverySecondFromDsmr5OnAndInBelgium) {
  for (const char* name : kRead) {
    const Dialect& dialect = *find_dialect(name);
    const bool fast = matches_glob("dsmr-5.0 emucs-*", dialect.name);
    EXPECT_EQ(dialect.period.count(), fast ? 1 : 10) << dialect.name;
  }
}

TEST(Dialect, LithuaniaAndFinlandAreTwoHoursAheadOfUtcInWinter) {
  for (const char* name : kRead) {
    const Dialect& dialect = *find_dialect(name);
    const bool east = matches_glob("lt-eso fi-sk13", dialect.name);
    EXPECT_EQ(dialect.normal_offset.count(), east ? 120 : 60) << dialect.name;
  }
}

TEST(Dialect, OnlySwedenAndFinlandHaveNoSummerTime) {
  for (const char* name : kRead) {
    const Dialect& dialect = *find_dialect(name);
    EXPECT_EQ(dialect.summer_time, !matches_glob("se-2.0 fi-sk13", dialect.name)) << dialect.name;
  }
}

TEST(Glob, StarStandsForAnything) {
  EXPECT_TRUE(matches_glob("dsmr-4.*", "dsmr-4.2"));
  EXPECT_FALSE(matches_glob("dsmr-4.*", "dsmr-5.0"));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("*-*.0", "dsmr-5.0"));
  EXPECT_TRUE(matches_glob("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(matches_glob("a*b*c", "a-c-b"));
  EXPECT_TRUE(matches_glob("emucs-**", "emucs-"));
}

TEST(Glob, QuestionMarkStandsForOneCharacter) {
  EXPECT_TRUE(matches_glob("0-?:24.2.1", "0-3:24.2.1"));
  EXPECT_FALSE(matches_glob("5022?", "5022"));
  EXPECT_FALSE(matches_glob("5022?", "502213"));
}

TEST(Glob, WithoutWildcardsIsTheTextItself) {
  EXPECT_TRUE(matches_glob("dsmr-5.0", "dsmr-5.0"));
  EXPECT_FALSE(matches_glob("dsmr-5.0", "dsmr-5.0x"));
  EXPECT_FALSE(matches_glob("dsmr-5.0", "dsmr-5"));
}

TEST(Glob, SeveralPatternsStandSideBySide) {
  EXPECT_TRUE(matches_glob("dsmr-2.2 emucs-*", "emucs-1.7"));
  EXPECT_TRUE(matches_glob("  dsmr-2.2  emucs-* ", "dsmr-2.2"));
  EXPECT_FALSE(matches_glob("dsmr-2.2 emucs-*", "dsmr-5.0"));
  EXPECT_FALSE(matches_glob("", "dsmr-5.0"));
  EXPECT_FALSE(matches_glob("", ""));
}

TEST(Glob, OneOfAListIsEnough) {
  const std::vector<std::string> patterns = {"dsmr-4.*", "emucs-1.7 lux-*"};
  EXPECT_TRUE(matches_any_glob(patterns, "dsmr-4.2"));
  EXPECT_TRUE(matches_any_glob(patterns, "lux-1.1"));
  EXPECT_FALSE(matches_any_glob(patterns, "emucs-1.4"));
  EXPECT_FALSE(matches_any_glob({}, "dsmr-4.2"));
}

TEST(Dialect, APatternMayNameNone) {
  EXPECT_TRUE(names_a_dialect("se-*"));
  EXPECT_FALSE(names_a_dialect("se-3.0"));
}

TEST(ObjectRules, EveryShapeParses) {
  for (const Dialect& dialect : dialects()) {
    for (const ObjectRule& rule : dialect.rules) {
      const auto shape = parse_shape(rule.shape);
      EXPECT_TRUE(shape.has_value()) << dialect.name << ' ' << rule.obis << ' ' << rule.shape;
    }
  }
}

TEST(ObjectRules, EveryRowIsWhole) {
  for (const Dialect& dialect : dialects()) {
    EXPECT_FALSE(dialect.rules.empty()) << dialect.name;
    for (const ObjectRule& rule : dialect.rules) {
      EXPECT_FALSE(rule.clause.empty()) << rule.obis;
      EXPECT_FALSE(rule.meaning.empty()) << rule.obis;
      std::string code(rule.obis);
      if (code.starts_with("0-n:")) code[2] = '1';
      const auto written = parse_obis(code);
      ASSERT_TRUE(written.has_value()) << rule.obis;
      EXPECT_EQ(to_string(written->code), code);
    }
  }
}

TEST(ObjectRules, NoObjectHasTwoRowsInADialect) {
  for (const Dialect& dialect : dialects()) {
    std::map<std::string_view, int> rows;
    for (const ObjectRule& rule : dialect.rules) ++rows[rule.obis];
    for (const auto& [obis, count] : rows) EXPECT_EQ(count, 1) << dialect.name << ' ' << obis;
  }
}

const ObjectRule* rule_for(const char* dialect, const char* obis) {
  return find_object_rule(*find_dialect(dialect), parse_obis(obis)->code);
}

TEST(ObjectRules, AreFoundForEveryMbusChannel) {
  for (const char* obis : {"0-1:24.2.1", "0-2:24.2.1", "0-3:24.2.1", "0-4:24.2.1"}) {
    ASSERT_NE(rule_for("dsmr-5.0", obis), nullptr) << obis;
    EXPECT_EQ(rule_for("dsmr-5.0", obis)->obis, "0-n:24.2.1");
  }
  EXPECT_EQ(rule_for("dsmr-5.0", "0-5:24.2.1"), nullptr);
  EXPECT_EQ(rule_for("dsmr-5.0", "0-0:24.2.1"), nullptr);
}

TEST(ObjectRules, DifferByDialect) {
  EXPECT_EQ(rule_for("dsmr-5.0", "0-0:98.1.0"), nullptr);
  EXPECT_NE(rule_for("emucs-1.7", "0-0:98.1.0")->shape, rule_for("hu-eon", "0-0:98.1.0")->shape);
  EXPECT_EQ(rule_for("se-2.0", "1-0:1.8.1"), nullptr);
  EXPECT_EQ(rule_for("lux-1.1", "0-0:17.0.0")->shape, "(F4(1,1)*kVA)");
}

TEST(ObjectRules, DoNotNeedTheDialectOfTheTable) {
  const Dialect copy = *find_dialect("dsmr-5.0");
  EXPECT_NE(find_object_rule(copy, parse_obis("1-0:1.8.1")->code), nullptr);
  Dialect unknown = copy;
  unknown.name = "dsmr-9.9";
  EXPECT_EQ(find_object_rule(unknown, parse_obis("1-0:1.8.1")->code), nullptr);
}

// What the documents print, and what meters with a right CRC send.
struct Printed {
  const char* dialect;
  const char* obis;
  std::vector<std::string_view> brackets;
  bool right;
};

TEST(ObjectRules, TakeWhatTheDocumentsPrint) {
  const std::vector<Printed> table{
      {"dsmr-3.0", "1-0:1.8.1", {"12345.678*kWh"}, true},
      {"dsmr-3.0", "1-0:1.7.0", {"001.19*kW"}, true},
      {"dsmr-3.0", "0-0:17.0.0", {"016*A"}, true},
      {"dsmr-3.0",
       "0-1:24.3.0",
       {"090212160000", "00", "60", "1", "0-1:24.2.1", "m3", "00000.000"},
       true},
      {"dsmr-3.0",
       "0-2:24.3.0",
       {"090212160000", "1C", "60", "1", "0-1:24.2.1", "GJ", "000000.00"},
       true},
      {"dsmr-3.0", "0-1:24.3.0", {"090212160000", "00", "60", "1", "0-1:24.2.1", "m3"}, false},
      {"dsmr-2.2", "1-0:1.7.0", {"0000.57*kW"}, true},
      {"dsmr-2.2", "0-0:17.0.0", {"0999.00*kW"}, true},
      {"dsmr-2.2", "0-0:17.0.0", {"999*A"}, true},
      {"dsmr-4.0", "0-0:17.0.0", {"016.1*kW"}, true},
      {"dsmr-5.0", "1-0:1.8.1", {"123456.789*kWh"}, true},
      {"dsmr-5.0", "1-0:1.8.1", {"12345.6789*kWh"}, false},
      {"dsmr-5.0", "1-0:1.8.1", {"123456.789*Wh"}, false},
      {"dsmr-5.0", "1-0:99.97.0", {"0", "0-0:96.7.19"}, true},
      {"dsmr-5.0", "1-0:99.97.0", {"1", "0-0:96.7.19", "101208152415W", "0000000240*s"}, true},
      {"dsmr-5.0", "1-0:99.97.0", {"1", "0-0:96.7.19", "101208152415W"}, false},
      {"dsmr-5.0", "0-1:24.2.1", {"101209112500W", "12785.123*m3"}, true},
      {"dsmr-5.0", "0-1:24.2.1", {"101209112500W", "012785.12*m3"}, true},
      {"dsmr-5.0", "0-1:24.2.1", {"101209112500", "12785.123*m3"}, false},
      {"emucs-1.7", "1-0:31.7.0", {"001.23*A"}, true},
      {"emucs-1.4", "1-0:31.7.0", {"001.23*A"}, false},
      {"emucs-1.7", "1-0:1.6.0", {"200509134558S", "02.589*kW"}, true},
      {"emucs-1.7", "1-0:1.6.0", {"08.796*kW", "260102010000"}, false},
      {"emucs-1.7",
       "0-0:98.1.0",
       {"1", "1-0:1.6.0", "1-0:1.6.0", "200501000000S", "200423192538S", "03.695*kW"},
       true},
      {"emucs-2.1", "0-0:17.0.0", {"99.999*kW"}, true},
      {"emucs-2.1", "1-0:31.4.0", {"999.99*A"}, true},
      {"lux-1.1", "1-1:31.4.0", {"100*A", "-063*A"}, true},
      {"lux-1.1", "1-1:31.4.0", {"100*A"}, false},
      {"se-2.0", "1-0:3.8.0", {"00000000.831*kVArh"}, true},
      {"se-2.0", "1-0:3.8.0", {"00000000.831*kvarh"}, true},
      {"se-2.0", "1-0:1.8.0", {"000000.831*kWh"}, false},
      {"hu-eon", "0-0:17.0.0", {"90.000*kW"}, true},
      {"hu-eon", "0-0:17.0.0", {"20700*W"}, true},
      {"lt-eso", "1-0:13.7.0", {"-1.000"}, true},
      {"lt-eso", "1-0:16.24.0", {"-00.024*kW"}, true},
      {"lt-eso", "1-0:1.7.0", {"-00.024*kW"}, false},
      {"de-q3d", "1-0:1.8.0", {"00052185.7825309*kWh"}, true},
      {"de-q3d", "1-0:1.7.0", {"002124.86*W"}, true},
      {"dsmr-2.2", "7-0:23.1.0", {"01238.740*m3", "19-01-01 00:00:00"}, true},
      {"fi-sk13", "1-0:1.8.0", {"00014084.407*kWh"}, true},
      {"at-t210", "1-0:1.8.0", {"005000000*Wh"}, true},
      {"ch-xt211", "0-0:98.1.0", {"12"}, true},
  };
  for (const Printed& row : table) {
    const ObjectRule* const rule = rule_for(row.dialect, row.obis);
    ASSERT_NE(rule, nullptr) << row.dialect << ' ' << row.obis;
    const auto shape = parse_shape(rule->shape);
    ASSERT_TRUE(shape.has_value());
    EXPECT_EQ(match(*shape, row.brackets).empty(), row.right)
        << row.dialect << ' ' << row.obis << ' ' << row.brackets.front();
  }
}

}  // namespace
}  // namespace p1rig::dialect_test
