#include "conformance/judge/telegram_judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace p1rig::telegram_judge_test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Whole = Expectation::Whole;

constexpr Obis kPower{1, 0, 1, 7, 0}, kExport{1, 0, 2, 7, 0}, kLimit{0, 0, 17, 0, 0};

ContractTelegram telegram(const std::string& json) {
  const ContractLine line = parse_contract_line(json);
  const auto* const found = std::get_if<ContractTelegram>(&line);
  EXPECT_NE(found, nullptr) << json;
  return found == nullptr ? ContractTelegram{} : *found;
}

/// A telegram with a power and an export power.
std::string says(const std::string& power, const std::string& exported) {
  return R"({"telegram": {"1-0:1.7.0": ")" + power + R"( kW", "1-0:2.7.0": ")" + exported +
         R"( kW"}})";
}

const std::string kA = says("1.001", "0.101"), kB = says("1.002", "0.102"),
                  kC = says("1.003", "0.103");

class TelegramJudgeTest : public testing::Test {
 protected:
  void sent(const std::string& name, const std::string& meant, Expectation expectation = {}) {
    judge_.expect({name, std::move(expectation), telegram(meant)});
  }
  std::optional<std::string> said(const std::string& json) { return judge_.take(telegram(json)); }
  std::vector<std::string> findings(std::size_t may_lose = 0) {
    std::vector<std::string> all;
    for (const auto& finding : judge_.findings(may_lose)) {
      all.push_back(finding.telegram + ": " + finding.message);
    }
    return all;
  }

  ReaderTraits traits_{.claims = {"*"}};
  TelegramJudge judge_{traits_};
};

TEST_F(TelegramJudgeTest, AllToldAndRight) {
  sent("A", kA);
  sent("B", kB);
  EXPECT_EQ(said(kA), "A");
  EXPECT_EQ(said(kB), "B");
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_TRUE(judge_.was_told("A"));
}

TEST_F(TelegramJudgeTest, WrongValue) {
  sent("A", kA);
  EXPECT_EQ(said(says("1.001", "0.999")), "A");
  EXPECT_THAT(findings(), ElementsAre("A: 1-0:2.7.0 says \"0.999 kW\", expected \"0.101 kW\""));
}

TEST_F(TelegramJudgeTest, MixtureOfTwo) {
  sent("A", kA);
  sent("B", kB);
  said(says("1.001", "0.102"));
  EXPECT_THAT(findings(1), ElementsAre(HasSubstr("1-0:2.7.0")));
}

TEST_F(TelegramJudgeTest, MissingValueCountsWhereTheReaderClaimsIt) {
  sent("A", kA);
  said(R"({"telegram": {"1-0:1.7.0": "1.001 kW"}})");
  EXPECT_THAT(findings(), ElementsAre("A: 1-0:2.7.0 is not reported, expected \"0.101 kW\""));
  judge_.begin({.claims = {"1-0:1.*"}});
  sent("B", kB);
  said(R"({"telegram": {"1-0:1.7.0": "1.002 kW"}})");
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TelegramJudgeTest, ValueThatWasNotSent) {
  sent("A", kA);
  said(
      R"({"telegram": {"1-0:1.7.0": "1.001 kW", "1-0:2.7.0": "0.101 kW", "1-0:32.7.0": "230 V"}})");
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("1-0:32.7.0")));
}

TEST_F(TelegramJudgeTest, DroppedAsItMustBe) {
  sent("A", kA, {.whole = Whole::kNothing});
  sent("B", kB);
  said(kB);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TelegramJudgeTest, ToldButMustBeDropped) {
  sent("A", kA, {.whole = Whole::kNothing});
  said(says("1.001", "0.999"));
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("A: was reported, but must be rejected")));
}

TEST_F(TelegramJudgeTest, FlaggedCountsAsDropped) {
  sent("A", kA, {.whole = Whole::kNothing});
  EXPECT_EQ(said(R"({"telegram": {"1-0:1.7.0": "1.001 kW"}, "flags": ["crc"]})"), std::nullopt);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TelegramJudgeTest, EitherDroppedOrRight) {
  sent("A", kA, {.whole = Whole::kEither});
  sent("B", kB, {.whole = Whole::kEither});
  said(says("1.002", "0.999"));
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("B: 1-0:2.7.0")));
}

TEST_F(TelegramJudgeTest, PartIsOwedButMayLeaveOut) {
  sent("A", kA, {.whole = Whole::kPart});
  sent("B", kB, {.whole = Whole::kPart});
  sent("C", kC, {.whole = Whole::kPart});
  said(R"({"telegram": {"1-0:1.7.0": "1.001 kW"}})");
  said(says("1.002", "0.999"));
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("B: 1-0:2.7.0"), "C: was lost"));
}

TEST_F(TelegramJudgeTest, AnythingIsNotJudged) {
  sent("A", kA, {.whole = Whole::kAnything});
  said(says("1.001", "9.999"));
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TelegramJudgeTest, Lost) {
  sent("A", kA);
  sent("B", kB);
  sent("C", kC);
  said(kC);
  EXPECT_EQ(judge_.lost(), 2U);
  EXPECT_THAT(findings(2), IsEmpty());
  EXPECT_THAT(findings(1), ElementsAre("A: was lost", "B: was lost"));
}

TEST_F(TelegramJudgeTest, LostAmongMany) {
  for (int i = 0; i < 100; ++i) {
    const std::string one = says(std::to_string(10 + i) + ".5", "0");
    sent("T" + std::to_string(i), one);
    if (i != 7) said(one);
  }
  EXPECT_EQ(judge_.lost(), 1U);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("1 telegram")));
}

TEST_F(TelegramJudgeTest, Twice) {
  sent("A", kA);
  said(kA);
  said(kA);
  EXPECT_THAT(findings(), ElementsAre("A: was reported 2 times"));
}

TEST_F(TelegramJudgeTest, TwiceWhereItWasSentTwice) {
  sent("A", kA, {.may_repeat = true});
  said(kA);
  said(kA);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TelegramJudgeTest, NeverSent) {
  sent("A", kA);
  said(kA);
  EXPECT_EQ(said(says("7.777", "8.888")), std::nullopt);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("never sent")));
}

TEST_F(TelegramJudgeTest, LateOneOfTheCaseBefore) {
  sent("A", kA);
  judge_.begin(traits_);
  sent("B", kB);
  said(kA);
  said(kB);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(TelegramJudgeTest, LiteralOverTruth) {
  Expectation literal;
  literal.literal[kExport] = {.kind = ContractValue::Kind::kText, .text = "0.555 kW"};
  sent("A", kA, literal);
  said(kA);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("expected \"0.555 kW\"")));
}

TEST_F(TelegramJudgeTest, AbsentInvalidOptional) {
  const std::string with_limit =
      R"({"telegram": {"1-0:1.7.0": "1.001 kW", "0-0:17.0.0": "999.9 kW"}})";
  const std::string with_null = R"({"telegram": {"1-0:1.7.0": "1.001 kW", "0-0:17.0.0": null}})";
  const std::string with_other =
      R"({"telegram": {"1-0:1.7.0": "1.001 kW", "0-0:17.0.0": "16.1 kW"}})";
  const std::string without = R"({"telegram": {"1-0:1.7.0": "1.001 kW"}})";
  struct Row {
    Expectation expectation;
    std::vector<std::string> right, wrong;
  };
  for (const Row& row :
       {Row{{.absent = {kLimit}}, {without, with_null}, {with_limit, with_other}},
        Row{{.invalid = {kLimit}}, {without, with_null}, {with_limit, with_other}},
        Row{{.optional = {kLimit}}, {without, with_null, with_limit}, {with_other}},
        Row{{.uncertain = {kLimit}}, {without, with_null, with_limit, with_other}, {}},
        Row{{}, {with_limit}, {with_null, without, with_other}}}) {
    for (const std::string& text : row.right) {
      judge_.begin(traits_);
      sent("A", with_limit, row.expectation);
      said(text);
      EXPECT_THAT(findings(), IsEmpty()) << text;
    }
    for (const std::string& text : row.wrong) {
      judge_.begin(traits_);
      sent("A", with_limit, row.expectation);
      said(text);
      EXPECT_EQ(findings().size(), 1U) << text;
    }
  }
}

TEST_F(TelegramJudgeTest, DevicesAreComparedByChannel) {
  const std::string meant =
      R"({"telegram": {"1-0:1.7.0": "1.001 kW"}, "mbus": [
          {"channel": 2, "medium": "gas", "id": "4142", "at": "2026-01-12T11:00:00+01:00", "value": "5.678 m3"}]})";
  struct Row {
    const char *mbus, *finding;
  };
  for (const auto& [mbus, finding] : {
           Row{R"([{"channel": 2, "medium": "gas", "id": "AB", "value": "5.678 m3"}])", nullptr},
           Row{R"([{"medium": "gas", "value": "5.678 m3"}])", nullptr},
           Row{R"([{"channel": 2, "medium": "water", "value": "5.678 m3"}])",
               "channel 2 is reported as \"water\", but is gas"},
           Row{R"([{"channel": 2, "medium": "gas", "value": "5.679 m3"}])", "5.679 m3"},
           Row{R"([{"channel": 2, "medium": "gas", "id": "XY", "value": "5.678 m3"}])", "id says"},
           Row{R"([{"channel": 1, "medium": "gas", "value": "5.678 m3"}])", "does not exist"},
       }) {
    judge_.begin(traits_);
    sent("A", meant);
    said(R"({"telegram": {"1-0:1.7.0": "1.001 kW"}, "mbus": )" + std::string(mbus) + "}");
    if (finding == nullptr) {
      EXPECT_THAT(findings(), IsEmpty()) << mbus;
    } else {
      EXPECT_THAT(findings(), ElementsAre(HasSubstr(finding))) << mbus;
    }
  }
  const std::string none = R"({"telegram": {"1-0:1.7.0": "1.001 kW"}, "mbus": []})";
  judge_.begin(traits_);
  sent("A", meant);
  said(none);
  EXPECT_THAT(findings(), IsEmpty()) << "no case asked for devices";
  traits_.needs_mbus = true;
  judge_.begin(traits_);
  sent("A", meant);
  said(none);
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("channel 2, gas, is not reported")));
}

TEST_F(TelegramJudgeTest, Tariffs) {
  traits_.needs_tariffs = true;
  judge_.begin(traits_);
  const std::string meant =
      R"({"telegram": {"1-0:1.7.0": "1.001 kW"}, "import": {"normal": "1.0 kWh", "low": "2.0 kWh"}})";
  sent("A", meant);
  said(
      R"({"telegram": {"1-0:1.7.0": "1.001 kW"}, "import": {"normal": "2.0 kWh", "low": "1.0 kWh"}})");
  EXPECT_THAT(findings(), ElementsAre(HasSubstr("import.normal"), HasSubstr("import.low")));
  judge_.begin(traits_);
  sent("A", meant);
  said(R"({"telegram": {"1-0:1.7.0": "1.001 kW"}})");
  EXPECT_THAT(findings(),
              ElementsAre("A: import.normal is not reported", "A: import.low is not reported"));
}

TEST(ContractLines, ARejectHasOneOfTheReasons) {
  EXPECT_TRUE(std::holds_alternative<ContractReject>(parse_contract_line(R"({"reject": "tag"})")));
  for (const char* const line :
       {R"({"reject": 3})", R"({"reject": "because"})", R"({"reject": null})"}) {
    EXPECT_TRUE(std::holds_alternative<ContractBreach>(parse_contract_line(line))) << line;
  }
}

}  // namespace
}  // namespace p1rig::telegram_judge_test
