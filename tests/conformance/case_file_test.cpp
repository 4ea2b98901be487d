#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "conformance/judge/line_judge.h"
#include "conformance/suite/case.h"

namespace p1rig::case_file_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The head that every case needs; it has six lines.
const std::string kHead = R"(["dsmr-5.0.2/6.2/x"]
requirement = "R-CRC-01"
title = "A title"
clause = "DSMR-P1 5.0.2 §6.2"
argues = "What the clause says."
dialects = ["dsmr-5.0"]
)";

std::vector<Case> load(const std::string& text) {
  auto cases = parse_cases("some.toml", text);
  EXPECT_TRUE(cases) << (cases ? "" : cases.error().message);
  return cases.value_or(std::vector<Case>{});
}

std::string error_of(const std::string& text) {
  const auto cases = parse_cases("some.toml", text);
  return cases ? "" : cases.error().message;
}

TEST(CaseLoader, AFewLinesDoNotMakeAGigabyte) {
  std::string values, marks;
  for (int i = 0; i < 10'000; ++i) {
    values += "\"a\",";
    marks += "{x}";
  }
  const std::string text = kHead + "send = [{ id = \"A\" }]\nwhy = \"" + marks + "\"\n";
  EXPECT_THAT(error_of(text + "each.x = [" + values + "]\n"),
              HasSubstr("each: expands to more than 16 MiB of cases"));
  EXPECT_EQ(error_of(text + "each.x = [\"a\", \"b\"]\n"), "");
}

TEST(CaseLoader, AMustSaysWhatItsClauseSays) {
  const std::string steps = "send = [{ id = \"A\" }]\n";
  const std::string line = "argues = \"What the clause says.\"\n";
  std::string head = kHead;
  head.erase(head.find(line), line.size());
  EXPECT_THAT(
      error_of(head + steps),
      HasSubstr("some.toml:1:1: \"dsmr-5.0.2/6.2/x\": a case that a reader must pass says in "
                "argues= what its clause says"));
  EXPECT_EQ(error_of(head + "level = \"should\"\n" + steps), "");
  EXPECT_EQ(load(kHead + steps).at(0).argues, "What the clause says.");
}

TEST(CaseLoader, Least) {
  const auto cases = load(kHead + "send = [{ id = \"A\" }]\n");
  ASSERT_EQ(cases.size(), 1U);
  EXPECT_EQ(cases[0].id, "dsmr-5.0.2/6.2/x");
  EXPECT_EQ(cases[0].requirement, "R-CRC-01");
  EXPECT_EQ(cases[0].level, Level::kMust);
  EXPECT_EQ(cases[0].basis, Basis::kDerived);
  ASSERT_EQ(cases[0].steps.size(), 1U);
  EXPECT_EQ(cases[0].steps[0].count, 1);
  EXPECT_TRUE(cases[0].steps[0].wait);
}

TEST(CaseLoader, Steps) {
  const auto cases = load(kHead + R"toml(
send = [
  { id = "A", fault = ["crc-wrong", "glue"], crc = "0F", wait = false, count = 3 },
  { bytes = "a{00}b{0D0A*2}" },
  { action = "silence", for = "1500ms" },
  { action = "freeze" },
  { id = "B", fault = "flip-bit", at = "1-0:1.7.0", failures = 10, peaks = 0, remove = ["1-0:2.7.0"], add = ["x"], set = { "power.import" = "1.193 kW" }, replace = { "0-n:24.2.1" = "({FF*3})" }, devices = [{ medium = "gas", channel = 2, unset = true }] },
]
)toml");
  ASSERT_EQ(cases.size(), 1U);
  const auto& steps = cases[0].steps;
  ASSERT_EQ(steps.size(), 5U);
  EXPECT_EQ(steps[0].faults.size(), 2U);
  EXPECT_EQ(steps[0].crc, "0F");
  EXPECT_FALSE(steps[0].wait);
  EXPECT_EQ(steps[0].count, 3);
  EXPECT_EQ(steps[1].bytes, std::string("a\0b\r\n\r\n", 7));
  EXPECT_EQ(steps[2].action, LineAction::kSilence);
  EXPECT_EQ(steps[2].duration, std::chrono::milliseconds{1500});
  EXPECT_EQ(steps[3].action, LineAction::kFreeze);
  EXPECT_EQ(steps[4].faults.at(0).at, "1-0:1.7.0");
  EXPECT_EQ(steps[4].replace.at(0).second, "(\xFF\xFF\xFF)");
  EXPECT_EQ(steps[4].devices->at(0).channel, 2);
  EXPECT_TRUE(steps[4].devices->at(0).unset);
  EXPECT_EQ(steps[4].failures, 10);
  EXPECT_EQ(steps[4].peaks, 0);
}

TEST(CaseLoader, Expectations) {
  const auto cases = load(kHead + R"(
send = [{ id = "A" }, { id = "B" }, { id = "C" }, { id = "D" }]
may_lose = 2
judge = ["lag", "memory"]
[ "dsmr-5.0.2/6.2/x".expect ]
A = "nothing"
B = "part"
C = { telegram = "either", may_repeat = true, "1-0:1.7.0" = "1.193 kW", "0-n:24.2.1" = { at = "2026-01-12T11:00:00Z", value = "1 m3" }, "1-1:31.4.0" = ["100 A", "-63 A"] }
D = { "0-0:96.13.0" = "", "1-0:32.7.0" = { either = "230 V" }, "1-0:1.7.0" = "absent", "1-0:2.7.0" = "invalid", "0-0:17.0.0" = "either", "0-0:1.0.0" = "anything", mbus = [{ channel = 1, medium = "gas", at = "2026-01-12T11:00:00Z", value = "1 m3" }] }
)");
  ASSERT_EQ(cases.size(), 1U);
  const auto& expect = cases[0].expect;
  EXPECT_EQ(expect.at("A").whole, Expectation::Whole::kNothing);
  EXPECT_EQ(expect.at("B").whole, Expectation::Whole::kPart);
  EXPECT_EQ(expect.at("C").whole, Expectation::Whole::kEither);
  EXPECT_TRUE(expect.at("C").may_repeat);
  ASSERT_EQ(expect.at("C").literal.size(), 3U);
  EXPECT_EQ(to_json(expect.at("C").literal[0].second), R"("1.193 kW")");
  EXPECT_EQ(to_json(expect.at("C").literal[1].second),
            R"({"at":"2026-01-12T11:00:00Z","value":"1 m3"})");
  EXPECT_EQ(to_json(expect.at("C").literal[2].second), R"(["100 A","-63 A"])");
  EXPECT_THAT(expect.at("D").absent, ElementsAre("1-0:1.7.0"));
  EXPECT_THAT(expect.at("D").invalid, ElementsAre("1-0:2.7.0"));
  EXPECT_THAT(expect.at("D").optional, ElementsAre("0-0:96.13.0", "1-0:32.7.0", "0-0:17.0.0"));
  ASSERT_EQ(expect.at("D").literal.size(), 2U);
  EXPECT_EQ(to_json(expect.at("D").literal[0].second), R"("")");
  EXPECT_EQ(to_json(expect.at("D").literal[1].second), R"("230 V")");
  EXPECT_THAT(expect.at("D").anything, ElementsAre("0-0:1.0.0"));
  ASSERT_EQ(expect.at("D").mbus->size(), 1U);
  EXPECT_EQ(expect.at("D").mbus->at(0).medium, "gas");
  EXPECT_EQ(cases[0].may_lose, 2U);
  EXPECT_THAT(cases[0].judges, ElementsAre("lag", "memory"));
}

TEST(CaseLoader, EachOfAnArray) {
  const auto cases = load(kHead + R"(
send = [{ id = "A", failures = "{count}" }]
each.count = [0, 10]
)");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].id, "dsmr-5.0.2/6.2/x-0");
  EXPECT_EQ(cases[1].id, "dsmr-5.0.2/6.2/x-10");
  EXPECT_EQ(cases[1].steps[0].failures, 10) << "a text that is the mark alone becomes the number";
}

TEST(CaseLoader, EachOfATable) {
  const auto cases = load(kHead + R"toml(
send = [{ id = "A", replace = { "{as.code}" = "({as.text})" } }]
expect = { A = { "{as.code}" = "{as.means}" } }
each.as = { watts = { code = "1-0:1.7.0", text = "1193*W", means = "1.193 kW" }, zero = { code = "1-0:2.7.0", text = "0*W", means = "0 kW" } }
)toml");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].id, "dsmr-5.0.2/6.2/x-watts");
  EXPECT_THAT(cases[0].steps[0].replace,
              ElementsAre(std::pair<std::string, std::string>("1-0:1.7.0", "(1193*W)")));
  EXPECT_EQ(cases[1].expect.at("A").literal[0].second.text, "0 kW");
}

/// Each mistake with its place: file, line and column.
TEST(CaseLoader, Mistakes) {
  struct Row {
    const char *text, *message;
  };
  for (const auto& [text, message] : {
           Row{"send = [{ id = \"A\" }]\nlevel = \"may\"\n", "some.toml:8:9: level: \"may\""},
           Row{"send = [{ id = \"A\", fault = \"crc-rong\" }]\n",
               "some.toml:7:29: fault: unknown fault \"crc-rong\", did you mean \"crc-wrong\"?"},
           Row{"send = [{ id = \"A\", at = \"crc\" }]\n", "some.toml:7:26: at: there is no fault"},
           Row{"send = [{ id = \"A\", count = 99999 }]\n", "count: expected 1 to 20000"},
           Row{"send = [{ id = \"A\", count = 0 }]\n", "some.toml:7:29: count: expected 1 to"},
           Row{"send = []\n", "some.toml:7:8: send: expected steps"},
           Row{"send = [{ id = \"A\", time = \"tomorrow\" }]\n",
               "some.toml:7:28: time: \"tomorrow\" is not a time"},
           Row{"send = [{ id = \"A\", time = \"2026-13-01\" }]\n",
               "some.toml:7:28: time: \"2026-13-01\" is not a time"},
           Row{"send = [{ id = \"A\", time = \"2026-13-01T10:00:00Z\" }]\n",
               "some.toml:7:28: time: \"2026-13-01T10:00:00Z\" is not a valid date and time"},
           Row{"send = [{ id = \"A\", time = \"260230120000W\" }]\n",
               "some.toml:7:28: time: \"260230120000W\" is not a valid date and time"},
           Row{"send = [{ id = \"A\", set = { \"power.import\" = \"1 parsec\" } }]\n",
               "some.toml:7:46: power.import: \"1 parsec\" has the wrong unit or none"},
           Row{"send = [{ id = \"A\", set = { \"peak.time\" = \"noon\" } }]\n",
               "peak.time: \"noon\" is not a time"},
           Row{"send = [{ id = \"A\", devices = [{ medium = \"gas\", reading = \"1 kWh\" }] }]\n",
               "some.toml:7:60: reading: \"1 kWh\" has the wrong unit"},
           Row{"send = [{ id = \"A\", set = { \"moonlight\" = \"1 lux\" } }]\n",
               "some.toml:7:43: set: quantity: unknown \"moonlight\" (`p1rig quantities` lists"},
           Row{"send = [{ id = \"A\", bytes = \"x\" }]\n", "some.toml:7:9: send: a step is"},
           Row{"send = [{ }]\n", "some.toml:7:9: send: a step is"},
           Row{"send = [{ bytes = \"{FG}\" }]\n", "\"{FG}\": expected bytes in hexadecimal"},
           Row{"send = [{ bytes = \"{FF*900000}\" }]\n", "at most 200000 of them"},
           Row{"send = [{ bytes = \"{FF\" }]\n", "'{' without '}'"},
           Row{"send = [{ id = \"A\", crc = \"xy\" }]\n",
               "crc: expected the one or two hexadecimal digits"},
           Row{"send = [{ id = \"A\" }, { id = \"A\" }]\n",
               "some.toml:7:23: send: the id \"A\" is used twice"},
           Row{"send = [{ id = \"A\", replace = { \"1-0:1.7\" = \"()\" } }]\n",
               "some.toml:7:45: replace: \"1-0:1.7\" is not an OBIS code"},
           Row{"send = [{ id = \"A\", set = { \"powr.import\" = \"1 kW\" } }]\n",
               "some.toml:7:45: set: quantity: unknown \"powr.import\", did you mean "
               "\"power.import\"?"},
           Row{"send = [{ id = \"A\", devices = [{ medium = \"oil\" }] }]\n",
               "medium: unknown \"oil\": expected one of gas, water, heat"},
           Row{"send = [{ id = \"A\" }]\nexpect = { B = \"values\" }\n",
               "some.toml:8:16: expect: no telegram has the id B"},
           Row{"send = [{ id = \"A\" }]\nexpect = { A = \"good\" }\n",
               "some.toml:8:16: expect: expected"},
           Row{"send = [{ id = \"A\" }]\nexpect = { A = { mbus = [1] } }\n",
               "mbus: expected devices"},
           Row{"send = [{ id = \"A\" }]\njudge = \"bawd\"\n",
               "some.toml:8:9: judge: unknown \"bawd\", did you mean \"baud\"?"},
           Row{"send = [{ id = \"A\" }]\nneeds = [\"keys\"]\n",
               "needs: unknown \"keys\", did you mean \"key\"?"},
           Row{"send = [{ id = \"A\" }]\nneeds = [\"foo\"]\n",
               "needs: unknown \"foo\": expected one of key, mbus, tariffs"},
           Row{"send = [{ id = \"A\" }]\njudge = \"speed\"\n",
               "judge: unknown \"speed\": expected one of baud, framing"},
           Row{"send = [{ action = \"freeze\", for = \"1s\" }]\n",
               "some.toml:7:36: for: applies only to silence and unplug"},
           Row{"send = [{ id = \"A\", for = \"1s\" }]\n", "for: applies only to silence"},
           Row{"send = [{ action = \"freese\" }]\n",
               "some.toml:7:20: action: \"freese\" is not one of: silence, unplug, freeze, did you "
               "mean"},
           Row{"send = [{ id = \"A\" }]\nonce = 1\n", "some.toml:8:8: once"},
           Row{"send = [{ id = \"A\" }]\nmay_lose = 9\n", "may_lose: expected 0 to 3"},
           Row{"send = [{ id = \"A\" }]\neach = [1]\n", "each: expected one name"},
           Row{"send = [{ id = \"A\" }]\neach.x = []\n", "each: expected at least one value"},
           Row{"send = [{ id = \"A\" }]\neach.x = [[1]]\n",
               "each: expected texts or whole numbers"},
           Row{"send = [{ id = \"A\" }]\nexpekt = 1\n",
               "some.toml:8:10: [\"dsmr-5.0.2/6.2/x\"]: unknown key \"expekt\""},
       }) {
    EXPECT_THAT(error_of(kHead + text), HasSubstr(message)) << text;
  }
  EXPECT_THAT(error_of("x = 1\n"), HasSubstr("some.toml:1:5: \"x\": expected a table, a case"));
  EXPECT_THAT(error_of("[\"foo bar\"]\nsend = [{ id = \"A\" }]\n"),
              HasSubstr("some.toml:1:1: \"foo bar\": a case id is "
                        "DOCUMENT-EDITION/CLAUSE/SLUG"));
  EXPECT_THAT(error_of("[\"x\"\n"), HasSubstr("some.toml:1:"));
  EXPECT_THAT(error_of("[\"x\"]\ndialects = [\"dsrm-*\"]\n"),
              testing::AllOf(HasSubstr("no dialect matches \"dsrm-*\""),
                             HasSubstr("title is missing"), HasSubstr("requirement is missing")))
      << "all of them at once";
}

/// Which clock shows these is known with the meter: S is winter in no zone and summer in none.
TEST(CaseLoader, TimesThatSomeClockShows) {
  for (const char* time : {"261025023000S", "261025033000S", "260104120000S", "260329023000",
                           "2026-01-12T10:00Z", "2026-01-12T10:00:00+02:00"}) {
    EXPECT_EQ(error_of(kHead + "send = [{ id = \"A\", time = \"" + time + "\" }]\n"), "") << time;
  }
}

/// The cases themselves: what their catalogue asks of each.
TEST(Cases, HaveAllThatReportsPrint) {
  const auto cases = load_all_cases();
  ASSERT_TRUE(cases) << cases.error().message;
  EXPECT_GE(cases->size(), 130U);
  for (const Case& one : *cases) {
    EXPECT_FALSE(one.why.empty()) << one.id;
    EXPECT_FALSE(one.steps.empty()) << one.id;
    EXPECT_THAT(one.requirement, testing::MatchesRegex("R-[A-Z]+-[0-9][0-9]")) << one.id;
    EXPECT_EQ(one.title.find('{'), std::string::npos) << one.id;
    EXPECT_EQ(one.id.find_first_of("{} "), std::string::npos) << one.id;
    if (one.level == Level::kQuirk) {
      EXPECT_TRUE(one.id.starts_with("field/")) << one.id;
      EXPECT_EQ(one.basis, Basis::kField) << one.id;
    }
  }
}

}  // namespace
}  // namespace p1rig::case_file_test
