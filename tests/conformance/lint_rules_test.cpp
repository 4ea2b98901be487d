#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "conformance/judge/lint.h"
#include "conformance/judge/lint_frames.h"
#include "conformance/judge/lint_losses.h"
#include "conformance/judge/lint_timing.h"
#include "tests/conformance/telegrams.h"

// For each rule a good telegram and an edit that breaks this rule and no other. A rule without a
// row fails the sweep at the end.

namespace p1rig::lint_rules_test {
namespace {

using test::edited;
using test::ended;
using test::kBelgian;
using test::kDutch;
using test::kLuxembourg;
using test::kOldDutch;
using test::kSwedish;
using test::sealed;

constexpr Severity kError = Severity::kError;
constexpr Severity kWarning = Severity::kWarning;

struct Base {
  const char* dialect;
  std::string_view text;
  bool has_crc;
};
constexpr Base kNl5{"dsmr-5.0", kDutch, true};
constexpr Base kNl3{"dsmr-3.0", kOldDutch, false};
constexpr Base kBe17{"emucs-1.7", kBelgian, true};
constexpr Base kSe{"se-2.0", kSwedish, true};
constexpr Base kLu{"lux-1.1", kLuxembourg, true};

std::string bytes_of(const Base& base, std::string_view text) {
  return base.has_crc ? sealed(text) : ended(text);
}

std::vector<Finding> lint(const char* dialect, const std::string& bytes) {
  Linter linter(find_dialect(dialect), {});
  return linter.check(decode_telegram(bytes), 0);
}

std::string describe(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    text += finding.rule + " line " + std::to_string(finding.line) + ": " + finding.message + "\n";
  }
  return text;
}

struct Edit {
  Base base;
  std::string from;
  std::string to;
  std::string rule;  ///< empty: nothing may be found
  Severity severity = kError;
  std::size_t line = 0;
};

void expect_only(const std::vector<Finding>& findings, const Edit& row) {
  if (row.rule.empty()) {
    EXPECT_TRUE(findings.empty()) << row.to << '\n' << describe(findings);
    return;
  }
  ASSERT_EQ(findings.size(), 1U) << row.rule << '\n' << describe(findings);
  EXPECT_EQ(findings[0].rule, row.rule) << describe(findings);
  EXPECT_EQ(findings[0].severity, row.severity) << row.rule;
  EXPECT_EQ(findings[0].line, row.line) << row.rule;
}

std::string text_of_size(std::size_t octets) {
  std::string hex;
  for (std::size_t i = 0; i < octets; ++i) hex += "41";
  return hex;
}

/// A failure log or a list of month peaks of so many entries.
std::string failures(int count) {
  std::string log = "(" + std::to_string(count) + ")(0-0:96.7.19)";
  for (int i = 0; i < count; ++i) log += "(251208152415W)(0000000240*s)";
  return log;
}
std::string peaks(int count) {
  std::string list = "(" + std::to_string(count) + ")(1-0:1.6.0)(1-0:1.6.0)";
  for (int i = 0; i < count; ++i) list += "(260601000000S)(260523192500S)(03.695*kW)";
  return list;
}

constexpr const char* kLog =
    "(2)(0-0:96.7.19)(251208152415W)(0000000240*s)(250708151004S)(0000000301*s)";
constexpr const char* kPeaks =
    "(2)(1-0:1.6.0)(1-0:1.6.0)(260601000000S)(260523192500S)(03.695*kW)"
    "(260701000000S)(260605123000S)(05.980*kW)";

// Edits of the text; the CRC is that of the edited text.
std::vector<Edit> edits() {
  return {
      // The frame.
      {kNl5, "/ISK5", "/ISK3", ""},
      {kSe, "/ELL5", "/ELL9", ""},
      {kNl5, "\\2M550T-1012", "/ 2 M550T!", ""},
      {kNl5, "/ISK5", "/ISK4", "identification-form", kError, 1},
      {kNl5, "/ISK5", "/ISK7", "identification-form", kError, 1},
      {kNl5, "/ISK5", "/IS55", "identification-form", kError, 1},
      {kNl5, "/ISK5\\2M550T-1012", "/ISK", "identification-form", kError, 1},
      {kNl5, "1012\n\n", "1012\n", "blank-line", kError, 2},
      {kNl5, "0-0:96.14.0(0002)\n", "0-0:96.14.0(0002)\n\n", "line-form", kError, 11},
      {kNl5, "0-0:96.14.0(0002)", "0-0:96.14.0(0002)x", "line-form", kError, 10},
      {kNl5, "0-1:24.2.1(260115122500W)(00435.247*m3)", "0-1:24.2.1", "line-form", kError, 31},
      {kNl5, "0-0:96.14.0(0002)", "0-0:96.14.0(0002)\ngarbage", "line-form", kError, 11},
      {kNl5, "1-0:32.7.0(230.1*V)\n1-0:52.7.0(230.2*V)\n1-0:72.7.0(230.3*V)", "1-0:32.7.0(230.1*V",
       "line-form", kError, 20},
      {kNl5, "1-0:32.32.0", "1-0:32.32.0.255", "obis-form", kError, 16},
      {kNl5, "1-0:32.32.0", "1-0:32.32.0*255", "obis-form", kError, 16},
      {kNl5, "1-0:32.32.0", "1-0:32:32.0", "obis-form", kError, 16},
      {kNl5, "(0000000240*s)(", "(0000000240*s)\n(", "continuation-line", kError, 16},
      {kNl3, "(00)(60)(1)", "(00)\n(60)(1)", ""},
      {kNl3, "0-0:96.14.0(0001)", "9-9:9.9.9(1)\n(2)\n0-0:96.14.0(0001)", "continuation-line",
       kError, 9},
      {kNl5, "M550T-1012", "M550T\xC3", "character", kError, 1},
      {kNl5, "M550T-1012", "M550T\x7F", "character", kError, 1},
      {kNl5, "M550T-1012", "M550T\t", "character", kError, 1},
      {kNl3, "!", "!522B", "crc-unexpected", kError, 15},
      {kNl5, "0-0:96.13.0(48616C6C6F)", "0-0:96.13.0(" + text_of_size(1024) + ")", ""},

      // Values.
      {kNl5, "0-0:96.14.0(0002)", "0-0:96.14.0(0002)(0001)", "bracket-count", kError, 10},
      {kNl5, "0-1:24.2.1(260115122500W)(00435.247*m3)", "0-1:24.2.1(260115122500W)",
       "bracket-count", kError, 31},
      {kNl5, "(01.193*kW)", "(1.193*kW)", "value-format", kError, 11},
      {kNl5, "1-0:42.7.0(00.000*kW)", "1-0:42.7.0(-0.000*kW)", "value-format", kError, 27},
      {kNl5, "(0002)", "(2)", "value-format", kError, 10},
      {kNl5, "(0002)", "()", "value-format", kError, 10},
      {kNl5, "(48616C6C6F)", "(48616C6C6)", "value-format", kError, 19},
      {kNl5, "(260115123010W)", "(260115123010)", "value-format", kError, 4},
      {kNl5, "(00.393*kW)", "(00.393*W)", "unit-wrong", kError, 25},
      {kNl5, "(0002)", "(0002*V)", "unit-wrong", kError, 10},
      {kNl5, "(01.193*kW)", "(01.193)", "unit-missing", kError, 11},
      {kNl5, "(00435.247*m3)", "(00435.247)", "unit-missing", kError, 31},
      {kNl5, "0-0:96.7.19", "1-0:96.7.19", "fixed-text", kError, 15},
      {kNl5, "(48616C6C6F)", "(" + text_of_size(1025) + ")", "text-too-long", kError, 19},
      {kNl5, "(4530303434303037)", "(" + text_of_size(49) + ")", "text-too-long", kError, 5},
      {kNl5, "(4530303434303037)", "(" + text_of_size(48) + ")", ""},
      {kNl5, "(48616C6C6F)", "(480D0A48)", "text-line-break", kError, 19},
      {kNl5, "(48616C6C6F)", "(480D48)", "text-line-break", kError, 19},
      {kNl5, "(48616C6C6F)", "(480a48)", "text-line-break", kError, 19},
      {kNl5, "(48616C6C6F)", "(40D0A048)", ""},
      {kNl5, kLog, failures(10), ""},
      {kNl5, kLog, failures(0), ""},
      {kNl5, kLog, failures(11), "list-too-long", kError, 15},
      {kNl5, "(2)(0-0:96.7.19)", "(3)(0-0:96.7.19)", "list-count", kError, 15},
      {kBe17, kPeaks, peaks(13), ""},
      {kBe17, kPeaks, peaks(14), "list-too-long", kError, 13},
      {kBe17, "(2)(1-0:1.6.0)", "(1)(1-0:1.6.0)", "list-count", kError, 13},

      // Times.
      {kNl5, "251208152415W", "251308152415W", "time-invalid", kError, 15},
      {kNl5, "251208152415W", "250229152415W", "time-invalid", kError, 15},
      {kNl5, "251208152415W", "000101000001W", "time-unset", kWarning, 15},
      {kNl5, "260115122500W", "632525252525W", "time-unset", kWarning, 31},
      {kLu, "0-0:1.0.0(260715123010S)", "0-0:1.0.0(632525252525S)", "time-unset", kWarning, 4},
      {kNl5, "251208152415W", "251208152415S", "season-letter", kError, 15},
      {kNl5, "250708151004S", "250708151004W", "season-letter", kError, 15},
      // Summer 2025: 30 March 02:00 to 26 October 03:00.
      {kNl5, "250708151004S", "250330015959W", ""},
      {kNl5, "250708151004S", "250330030000S", ""},
      {kNl5, "250708151004S", "250330023000S", "season-letter", kError, 15},
      {kNl5, "250708151004S", "250330023000W", "season-letter", kError, 15},
      {kNl5, "250708151004S", "251026023000S", ""},
      {kNl5, "250708151004S", "251026023000W", ""},
      {kNl5, "250708151004S", "251026030000S", "season-letter", kError, 15},
      {kNl5, "250708151004S", "251026015959W", "season-letter", kError, 15},
      {kSe, "260715123010W", "260715123010S", "season-letter", kError, 3},
      {kNl5, "251208152415W", "260115123011W", "log-time", kError, 15},
      {kNl5, "251208152415W", "260115123010W", ""},
      {kBe17, "260709134500S", "260715124500S", "log-time", kError, 12},

      // Objects.
      {kNl5, "1-0:32.7.0(230.1*V)", "1-0:32.7.0(230.1*V)\n1-0:32.7.0(230.1*V)", "duplicate-object",
       kError, 21},
      {kNl5, "1-0:2.8.2(000002.000*kWh)\n", "", "missing-object", kWarning, 1},
      {kNl5, std::string(kDutch.substr(kDutch.find("1-3:"))), "!", "no-object", kError, 1},
      {kNl3, "0-0:96.14.0(0001)", "0-0:96.14.0(0001)\n1-3:0.2.8(50)", "version-object", kError, 9},
      {kBe17, "0-0:17.0.0(999.9*kW)\n", "", "missing-object", kWarning, 1},
      {kNl5, "0-0:96.14.0(0002)", "0-0:96.14.0(0002)\n1-0:42.1.0(what a meter may add)", ""},
      {kNl5, "1-3:0.2.8(50)", "1-3:0.2.8(42)", "version-value", kError, 3},
      {kBe17, "(50217)", "(50221)", "version-value", kError, 3},
      {kBe17, "0-0:96.1.4(50217)", "0-0:96.1.4(50217)\n1-3:0.2.8(50)", "version-object", kError, 4},
      {kLu, "1-3:0.2.8(42)\n0-0:1.0.0(260715123010S)", "0-0:1.0.0(260715123010S)\n1-3:0.2.8(42)",
       "version-object", kError, 4},
      {kNl5, "1-0:72.7.0(230.3*V)\n", "", "phase-missing", kWarning, 21},
      {kNl5, "1-0:52.32.0(00001)\n", "", "phase-missing", kWarning, 17},
      {kNl5, "1-0:32.32.0(00002)\n", "", "phase-missing", kWarning, 16},
      {kNl5, "1-0:52.32.0(00001)\n1-0:72.32.0(00000)\n", "", ""},
      {kNl5, "1-0:2.7.0(00.000*kW)", "1-0:2.7.0(00.100*kW)", "power-both-ways", kWarning, 12},
      {kNl5, "1-0:1.7.0(01.193*kW)", "1-0:1.7.0(02.193*kW)", "power-phase-sum", kWarning, 11},
      {kNl5, "1-0:1.7.0(01.193*kW)", "1-0:1.7.0(01.252*kW)", ""},

      // M-Bus. An empty identifier alone says that nothing is there (P1-Dongel-ESP32#87).
      {kBe17, "0-0:96.13.0()", "0-0:96.13.0()\n0-1:96.1.0()", ""},
      {kNl5, "0-1:24.1.0(003)\n0-1:96.1.0(4730303339)", "0-1:96.1.0(4730303339)\n0-1:24.1.0(003)",
       "mbus-type-first", kError, 29},
      {kNl5, "0-2:24.1.0(007)\n", "", "mbus-type-first", kError, 32},
      {kNl3, "0-1:24.1.0(3)\n0-1:96.1.0(3238313031353431)",
       "0-1:96.1.0(3238313031353431)\n0-1:24.1.0(3)", "mbus-type-first", kWarning, 11},
      {kNl5, "0-2:96.1.0(5730303339)", "0-2:96.1.0(5730303339)\n0-5:24.1.0(003)", "mbus-channel",
       kError, 34},
      {kNl5, "0-1:24.1.0(003)", "0-3:24.1.0(003)\n0-1:24.1.0(003)", "mbus-channel-order", kWarning,
       30},
      {kNl5, "0-1:24.1.0(003)", "0-1:24.1.0(004)", "mbus-unit", kError, 31},
      {kNl5, "0-2:24.1.0(007)", "0-2:24.1.0(006)", ""},
      {kNl5, "(00435.247*m3)", "(00435.247*GJ)", "mbus-unit", kError, 31},
      {kNl5, "(00435.247*m3)", "(00435.247*kWh)", "mbus-unit", kError, 31},
      {kNl3, "(m3)", "(GJ)", "mbus-unit", kError, 13},
      {kNl5, "(00435.247*m3)", "(000435.24*m3)", ""},
      {kNl5, "(00435.247*m3)", "(435.247*m3)", "mbus-gas-digits", kError, 31},
      {kNl5, "260115122500W", "260115123500W", "mbus-time-future", kError, 31},
      {kNl5, "260115122500W", "260115123010W", ""},
      {kNl5, "260115122500W", "260115121500W", "mbus-time-old", kWarning, 31},
  };
}

TEST(LintRules, FindNothingInGoodTelegrams) {
  for (const Base& base : {kNl5, kNl3, kBe17, kSe, kLu}) {
    const auto findings = lint(base.dialect, bytes_of(base, base.text));
    EXPECT_TRUE(findings.empty()) << base.dialect << '\n' << describe(findings);
  }
}

TEST(LintRules, FindWhatAnEditBreaksAndNothingElse) {
  for (const Edit& row : edits()) {
    const std::string text = edited(row.base.text, row.from, row.to);
    SCOPED_TRACE(row.from + " -> " + row.to.substr(0, 100));
    expect_only(lint(row.base.dialect, bytes_of(row.base, text)), row);
  }
}

// Edits of the bytes, after the CRC was made.
TEST(LintRules, FindWhatIsWrongWithTheEnd) {
  const std::string good = sealed(kDutch);
  const std::string crc = good.substr(good.size() - 6, 4);
  const std::string unsealed = good.substr(0, good.size() - 6);
  std::string lower = crc;
  for (char& c : lower) c = static_cast<char>(std::tolower(c));
  const std::vector<std::pair<std::string, Edit>> table{
      {unsealed + lower + "\r\n", {kNl5, "", "", ""}},
      {unsealed + "\r\n", {kNl5, "", "", "crc-missing", kError, 35}},
      {unsealed + (crc == "0000" ? "0001" : "0000") + "\r\n",
       {kNl5, "", "", "crc-wrong", kError, 35}},
      {unsealed + "12G4\r\n", {kNl5, "", "", "crc-malformed", kError, 35}},
      {unsealed + "0" + crc + "\r\n", {kNl5, "", "", "crc-malformed", kError, 35}},
      {unsealed + crc, {kNl5, "", "", "last-line-end", kWarning, 35}},
      {unsealed + crc + "\n", {kNl5, "", "", "line-end", kError, 35}},
      {unsealed.substr(0, unsealed.size() - 1), {kNl5, "", "", "end-line", kError, 34}},
  };
  for (const auto& [bytes, row] : table) {
    SCOPED_TRACE(bytes.substr(bytes.size() - 12));
    expect_only(lint("dsmr-5.0", bytes), row);
  }
}

// dsmr_parser#91: some Holley meters compute CRC-16/X-25.
TEST(LintRules, NameTheOtherCrcThatItIs) {
  const auto of = [](const std::string& crc) {
    const auto findings = lint("emucs-1.7",
                               "/FLU5\\253769484_A\r\n\r\n0-0:96.1.4(50217)\r\n"
                               "1-0:1.7.0(00.100*kW)\r\n!" +
                                   crc + "\r\n");
    return findings.back().message;
  };
  EXPECT_NE(of("8925").find("CRC 8925 given, 72C5 computed; it is correct as CRC-16/X-25"),
            std::string::npos);
  EXPECT_EQ(of("8926"), "CRC 8926 given, 72C5 computed");
}

TEST(LintRules, WarnOfACrcThatIsRightWhereNoneBelongs) {
  expect_only(lint("dsmr-3.0", sealed(kOldDutch)), {kNl3, "", "", "crc-unexpected", kWarning, 15});
}

TEST(LintRules, FindALineThatDoesNotEndCrLf) {
  const std::string lf_only = edited(sealed(kDutch), "(0002)\r\n", "(0002)\n");
  const auto bang = lf_only.find("\n!");
  const std::string body = lf_only.substr(0, bang + 2);
  expect_only(lint("dsmr-5.0", body + to_hex(crc16(body)) + "\r\n"),
              {kNl5, "", "", "line-end", kError, 10});
}

/// The text with its first object of this form whose CRC begins with a zero: found by counting.
std::string with_leading_zero_crc() {
  for (int i = 0; i < 10000; ++i) {
    char number[5];
    std::snprintf(number, sizeof number, "%04d", i);
    const std::string text = edited(kDutch, "0-0:96.14.0(0002)\n",
                                    "0-0:96.14.0(0002)\n9-9:9.9.9(" + std::string(number) + ")\n");
    const std::string bytes = sealed(text);
    if (bytes[bytes.size() - 6] == '0' && bytes[bytes.size() - 5] != '0') return bytes;
  }
  return {};
}

TEST(LintRules, FindACrcWithoutItsLeadingZero) {
  std::string bytes = with_leading_zero_crc();
  ASSERT_FALSE(bytes.empty());
  EXPECT_TRUE(lint("dsmr-5.0", bytes).empty());
  bytes.erase(bytes.size() - 6, 1);
  expect_only(lint("dsmr-5.0", bytes), {kNl5, "", "", "crc-unpadded", kWarning, 36});
}

TEST(LintRules, FindAValueOnSeveralLines) {
  const auto findings =
      lint("dsmr-5.0", sealed(edited(kDutch, "(48616C6C6F)", "(4861\n6C6C\n6F)")));
  ASSERT_EQ(findings.size(), 3U) << describe(findings);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(findings[i].rule, "value-split");
    EXPECT_EQ(findings[i].line, 19 + i);
  }
}

// 115,200 bits are a second: 11,520 characters 8N1. At 9600 7E1 eight seconds hold 7,680.
TEST(LintRules, FindATelegramThatTakesTooLong) {
  const auto of_size = [](const Base& base, std::size_t size) {
    const std::size_t least = bytes_of(base, edited(base.text, "\n!", "\n9-9:9.9.9()\n!")).size();
    const std::string filler(size - least, 'x');
    return bytes_of(base, edited(base.text, "\n!", "\n9-9:9.9.9(" + filler + ")\n!"));
  };
  expect_only(lint("dsmr-5.0", of_size(kNl5, 11520)), {kNl5, "", "", ""});
  expect_only(lint("dsmr-5.0", of_size(kNl5, 11521)), {kNl5, "", "", "transfer-time", kError, 1});
  expect_only(lint("dsmr-3.0", of_size(kNl3, 7680)), {kNl3, "", "", ""});
  expect_only(lint("dsmr-3.0", of_size(kNl3, 7681)), {kNl3, "", "", "transfer-time", kError, 1});
  expect_only(lint("lux-1.1", of_size(kLu, 92160)), {kLu, "", "", ""});
  expect_only(lint("lux-1.1", of_size(kLu, 92161)), {kLu, "", "", "transfer-time", kError, 1});
}

// dsmr_parser#67: the AM550 sends an empty log.
TEST(LintRules, FindAnEmptyFailureLog) {
  const auto findings = lint("dsmr-5.0", sealed(edited(kDutch, kLog, "()")));
  ASSERT_EQ(findings.size(), 2U) << describe(findings);
  EXPECT_EQ(findings[0].rule, "value-format");
  EXPECT_EQ(findings[1].rule, "bracket-count");
}

TEST(LintRules, FindAnUnlinkedDeviceOutsideLuxembourg) {
  const auto findings =
      lint("dsmr-5.0",
           sealed(edited(kDutch, "(260115122500W)(00435.247*m3)", "(632525252525W)(00000.000)")));
  ASSERT_EQ(findings.size(), 2U) << describe(findings);
  EXPECT_EQ(findings[0].rule, "time-unset");
  EXPECT_EQ(findings[1].rule, "unit-missing");
  EXPECT_EQ(findings[1].severity, kWarning);
}

TEST(LintRules, SayWhereTheDeviationIs) {
  const std::string bytes = sealed(edited(kDutch, "(01.193*kW)", "(1.193*kW)"));
  Linter linter(find_dialect("dsmr-5.0"), {});
  const auto findings = linter.check(decode_telegram(bytes), 1000);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].offset, 1000 + bytes.find("1.193*kW"));
  EXPECT_EQ(findings[0].telegram, 1U);
  EXPECT_EQ(findings[0].obis, "1-0:1.7.0");
  EXPECT_EQ(findings[0].clause, "DSMR-P1 5.0.2 §6.12");
}

TEST(LintRules, CiteTheDialectsOwnDocument) {
  const std::string text = edited(edited(kDutch, "(50)", "(42)"), "(01.193*kW)", "(1.193*kW)");
  const auto findings = lint("dsmr-4.2", sealed(text));
  ASSERT_EQ(findings.size(), 1U) << describe(findings);
  EXPECT_EQ(findings[0].clause, "DSMR-P1 4.2.2 §5.12");
  const auto no_crc = lint("lux-1.1", ended(kLuxembourg));
  ASSERT_EQ(no_crc.size(), 1U) << describe(no_crc);
  EXPECT_EQ(no_crc[0].clause, "LUX-P1 1.1.3 §3.2.2");
}

// A rule that was taken over is cited as such; Sweden's own rule is its own.
TEST(LintRules, SayWhatTheSwedishRuleOfTheSeasonIs) {
  const auto findings = lint("se-2.0", sealed(edited(kSwedish, "260715123010W", "240407122854S")));
  ASSERT_EQ(findings.size(), 1U) << describe(findings);
  EXPECT_EQ(findings[0].rule, "season-letter");
  EXPECT_EQ(findings[0].clause, "SE-P1 2.0 §3.1");
  EXPECT_EQ(findings[0].message, "expected W, standard time all year (UTC+1), found 240407122854S");
}

TEST(LintRules, TakeKnownQuirksForQuirks) {
  const std::string bytes = sealed(edited(kDutch, "(01.193*kW)", "(1.193*kW)"));
  const auto check = [&](const char* rule, const char* obis) {
    Linter linter(find_dialect("dsmr-5.0"), {{rule, obis, "dsmr_parser#1"}});
    return linter.check(decode_telegram(bytes), 0).at(0);
  };
  EXPECT_EQ(check("value-format", "1-0:1.7.0").severity, Severity::kQuirk);
  EXPECT_EQ(check("value-format", "1-0:1.7.0").source, "dsmr_parser#1");
  EXPECT_EQ(check("value-*", "").severity, Severity::kQuirk);
  EXPECT_EQ(check("*", "1-0:?.7.0").severity, Severity::kQuirk);
  EXPECT_EQ(check("value-format", "1-0:2.7.0").severity, kError);
  EXPECT_EQ(check("value-format", "1-0:2.7.0").source, "");
  EXPECT_EQ(check("unit-wrong", "1-0:1.7.0").severity, kError);
}

TEST(LintRules, DetectTheDialectOfTheFirstTelegram) {
  Linter linter(nullptr, {});
  EXPECT_EQ(linter.dialect(), nullptr);
  linter.check(decode_telegram(sealed(kBelgian)), 0);
  ASSERT_NE(linter.dialect(), nullptr);
  EXPECT_EQ(linter.dialect()->name, "emucs-1.7");
  linter.check(decode_telegram(sealed(kDutch)), 0);
  EXPECT_EQ(linter.dialect()->name, "emucs-1.7");
}

// Against earlier telegrams: a telegram, the next one, and what is found in that.

constexpr const char* kNextSecond = "260115123011W";

struct Sequence {
  Base base;
  std::vector<std::pair<std::string, std::string>> first;
  std::vector<std::pair<std::string, std::string>> second;
  std::string rule;
  Severity severity = kError;
  std::size_t line = 0;
};

std::string edited_all(std::string_view text,
                       const std::vector<std::pair<std::string, std::string>>& edits) {
  std::string result(text);
  for (const auto& [from, to] : edits) result = edited(result, from, to);
  return result;
}

std::vector<Sequence> sequences() {
  const std::pair<std::string, std::string> next{"260115123010W", kNextSecond};
  const std::pair<std::string, std::string> later{"260715123010S", "260715123011S"};
  return {
      {kNl5, {}, {next}, ""},
      {kNl5, {}, {next, {"(000123.456*kWh)", "(000123.457*kWh)"}}, ""},
      {kNl5, {}, {next, {"(000123.456*kWh)", "(000123.455*kWh)"}}, "register-falls", kError, 6},
      {kNl5, {}, {next, {"(00002)\n1-0:52", "(00001)\n1-0:52"}}, "register-falls", kError, 16},
      {kNl5, {}, {next, {"(00004)", "(00003)"}}, "register-falls", kError, 13},
      {kNl5, {}, {next, {"(00435.247*m3)", "(00435.246*m3)"}}, "register-falls", kError, 31},
      // A mechanical register wraps.
      {kNl5,
       {{"(000123.456*kWh)", "(999999.990*kWh)"}},
       {next, {"(000123.456*kWh)", "(000000.003*kWh)"}},
       ""},
      {kNl5,
       {{"(000123.456*kWh)", "(989999.990*kWh)"}},
       {next, {"(000123.456*kWh)", "(000000.003*kWh)"}},
       "register-falls",
       kError,
       6},
      {kNl5, {}, {{"260115123010W", "260115123009W"}}, "time-goes-back", kError, 4},
      {kNl5, {}, {}, "time-stands-still", kWarning, 4},
      // 02:30 S is half an hour before 02:30 W of the same night, whatever the digits say.
      {kNl5, {{"260115123010W", "261025023000S"}}, {{"260115123010W", "261025023000W"}}, "*"},
      {kNl5, {}, {next, {"260115122500W", "260115122459W"}}, "mbus-time-goes-back", kError, 31},
      {kNl5,
       {},
       {next, {"(4530303434303037)", "(4530303434303038)"}},
       "equipment-changed",
       kWarning,
       5},
      // A new gas meter begins anew.
      {kNl5,
       {},
       {next, {"(4730303339)", "(4730303340)"}, {"(00435.247*m3)", "(00000.001*m3)"}},
       "equipment-changed",
       kWarning,
       30},
      // So does a new meter.
      {kNl5,
       {},
       {next,
        {"(4530303434303037)", "(4530303434303038)"},
        {"(000123.456*kWh)", "(000000.000*kWh)"}},
       "equipment-changed",
       kWarning,
       5},
      {kBe17,
       {},
       {later,
        {"(3153414731313030303030)", "(3153414731313030303031)"},
        {"(02.589*kW)", "(00.100*kW)"}},
       "equipment-changed",
       kWarning,
       4},
      {kBe17, {}, {later}, ""},
      {kBe17, {}, {later, {"(02.589*kW)", "(02.590*kW)"}}, ""},
      {kBe17, {}, {later, {"(02.589*kW)", "(02.588*kW)"}}, "month-peak-falls", kError, 12},
      // The quarter that ends at midnight belongs to the month before.
      {kBe17,
       {{"260715123010S", "260801001000S"},
        {"260709134500S", "260801000000S"},
        {"260715122511S", "260801000500S"}},
       {{"260715123010S", "260801001500S"},
        {"260709134500S", "260801001500S"},
        {"(02.589*kW)", "(00.100*kW)"},
        {"260715122511S", "260801001000S"}},
       ""},
      // A new month begins with a new peak.
      {kBe17,
       {},
       {{"260715123010S", "260801003000S"},
        {"260709134500S", "260801001500S"},
        {"(02.589*kW)", "(00.100*kW)"},
        {"260715122511S", "260801002500S"}},
       ""},
  };
}

TEST(LintHistory, FindsWhatContradictsTheTelegramBefore) {
  for (const Sequence& row : sequences()) {
    Linter linter(find_dialect(row.base.dialect), {});
    const std::string first = sealed(edited_all(row.base.text, row.first));
    const std::string second = sealed(edited_all(row.base.text, row.second));
    SCOPED_TRACE(row.rule + describe(linter.check(decode_telegram(first), 0)));
    const auto findings = linter.check(decode_telegram(second), first.size());
    if (row.rule == "*") {
      for (const Finding& finding : findings) EXPECT_EQ(finding.rule, "mbus-time-old");
      continue;
    }
    expect_only(findings, {row.base, "", "", row.rule, row.severity, row.line});
    for (const Finding& finding : findings) {
      EXPECT_EQ(finding.telegram, 2U);
      EXPECT_GE(finding.offset, first.size());
    }
  }
}

TEST(LintHistory, ForgetsATelegramWhoseCrcIsWrong) {
  Linter linter(find_dialect("dsmr-5.0"), {});
  linter.check(decode_telegram(sealed(kDutch)), 0);
  for (const char* number : {"900123.456", "000023.456"}) {
    std::string broken = sealed(edited(kDutch, "260115123010W", kNextSecond));
    broken.replace(broken.find("000123.456"), 10, number);
    const auto wrong = linter.check(decode_telegram(broken), 0);
    ASSERT_EQ(wrong.size(), 1U) << describe(wrong);
    EXPECT_EQ(wrong[0].rule, "crc-wrong");
  }
  const auto next =
      linter.check(decode_telegram(sealed(edited(kDutch, "260115123010W", kNextSecond))), 0);
  EXPECT_TRUE(next.empty()) << describe(next);
}

// Rules that the tables above do not name, because their tests stand alone.
const std::set<std::string_view> kOwnTests{"value-split",   "crc-unpadded",  "line-end",
                                           "transfer-time", "crc-missing",   "crc-wrong",
                                           "crc-malformed", "last-line-end", "end-line"};

TEST(LintRules, AllHaveATest) {
  std::set<std::string_view> tested = kOwnTests;
  const auto rows = edits();
  const auto pairs = sequences();
  for (const Edit& row : rows) tested.insert(row.rule);
  for (const Sequence& row : pairs) tested.insert(row.rule);
  // lint_frames_test.cpp and lint_timing_test.cpp have sweeps of their own.
  for (const LintRule& rule : frame_rules()) tested.insert(rule.id);
  for (const LintRule& rule : loss_rules()) tested.insert(rule.id);
  for (const LintRule& rule : timing_rules()) tested.insert(rule.id);
  std::set<std::string_view> ids;
  for (const LintRule& rule : lint_rules()) {
    EXPECT_TRUE(ids.insert(rule.id).second) << rule.id << " is there twice";
    EXPECT_TRUE(tested.contains(rule.id)) << rule.id;
    EXPECT_TRUE(rule.requirement.starts_with("M-")) << rule.id;
    EXPECT_FALSE(rule.summary.empty()) << rule.id;
  }
}

}  // namespace
}  // namespace p1rig::lint_rules_test
