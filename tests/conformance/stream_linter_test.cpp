#include "conformance/judge/stream_linter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "conformance/judge/reader.h"
#include "tests/conformance/telegrams.h"

namespace p1rig::stream_linter_test {
namespace {

using test::edited;
using test::ended;
using test::kBelgian;
using test::kDutch;
using test::kLuxembourg;
using test::kOldDutch;
using test::kSwedish;
using test::sealed;

const FrameKeys kKeys = parse_frame_keys("000102030405060708090A0B0C0D0E0F").value();

std::string frame_of(std::uint32_t counter) {
  std::string frame;
  FrameCipher(kKeys).seal("SAG\x01\x02\x03\x04\x05", counter, sealed(kLuxembourg), frame,
                          LengthForm::kCanonical);
  return frame;
}

struct Judged {
  LintOutcome outcome;
  std::uint64_t telegrams = 0, unjudged = 0;
  std::vector<Finding> findings = {};

  std::vector<std::string> rules() const {
    std::vector<std::string> all;
    for (const Finding& finding : findings) all.push_back(finding.rule);
    return all;
  }
};

Judged lint(const std::string& bytes, StreamLintSettings settings = {}) {
  std::vector<Finding> findings;
  StreamLinter linter(std::move(settings),
                      [&](const Finding& finding) { findings.push_back(finding); });
  linter.feed(bytes);
  linter.finish();
  return {linter.outcome(), linter.telegrams(), linter.unjudged(), std::move(findings)};
}

using Rules = std::vector<std::string>;

TEST(StreamLinter, PassesWhatItJudged) {
  EXPECT_EQ(lint(sealed(kDutch)).outcome, LintOutcome::kPass);
  EXPECT_EQ(lint(sealed(kDutch)).findings.size(), 0U);
  EXPECT_EQ(lint(frame_of(0) + frame_of(1), {.keys = kKeys}).outcome, LintOutcome::kPass);
  // A warning is no failure.
  EXPECT_EQ(lint(sealed(kDutch) + "noise" + sealed(kDutch)).outcome, LintOutcome::kPass);
}

TEST(StreamLinter, FailsForAnError) {
  EXPECT_EQ(lint(ended(kDutch)).outcome, LintOutcome::kFail);
  EXPECT_EQ(lint("/ISK5\r\n\r\n" + std::string(100000, 'x')).rules(), Rules{"telegram-endless"});
  EXPECT_EQ(lint("/ISK5\r\n\r\n" + std::string(100000, 'x')).outcome, LintOutcome::kFail);
}

TEST(StreamLinter, IsNoJudgeOfWhatIsSealed) {
  const Judged sealed_only = lint(frame_of(0) + frame_of(1));
  EXPECT_EQ(sealed_only.outcome, LintOutcome::kUnjudged);
  EXPECT_EQ(sealed_only.telegrams, 2U);
  EXPECT_EQ(sealed_only.unjudged, 2U);
  const Judged mixed = lint(sealed(kLuxembourg) + frame_of(1));
  EXPECT_EQ(mixed.outcome, LintOutcome::kUnjudged);
  EXPECT_EQ(mixed.unjudged, 1U);
  // What is wrong is wrong, whatever else is hidden.
  const Judged bad = lint(ended(kLuxembourg) + frame_of(1));
  EXPECT_EQ(bad.outcome, LintOutcome::kFail);
  EXPECT_EQ(bad.unjudged, 1U);
  EXPECT_EQ(lint(frame_of(5) + frame_of(5)).outcome, LintOutcome::kFail);
}

TEST(StreamLinter, IsNoJudgeOfNothing) {
  EXPECT_EQ(lint("").outcome, LintOutcome::kUnjudged);
  EXPECT_EQ(lint("no telegram").outcome, LintOutcome::kUnjudged);
  EXPECT_EQ(lint(sealed(kDutch).substr(0, 200)).outcome, LintOutcome::kUnjudged);
  EXPECT_EQ(lint(sealed(kDutch).substr(0, 200)).findings.size(), 0U);
}

TEST(StreamLinter, TellsWhereBytesWereLost) {
  const std::string telegram = sealed(kDutch);
  const Judged judged = lint(telegram + telegram.substr(0, 40) + telegram);
  ASSERT_EQ(judged.rules(), (Rules{"telegram-cut", "time-stands-still"}));
  EXPECT_EQ(judged.findings[0].offset, telegram.size());
  EXPECT_EQ(judged.findings[0].severity, Severity::kWarning);
  EXPECT_EQ(judged.findings[0].clause, "DSMR-P1 5.0.2 §6.2");
}

TEST(StreamLinter, TellsWithoutAKeyWhereAFrameLostBytes) {
  std::string bytes = frame_of(0) + frame_of(1) + frame_of(2);
  const std::size_t size = frame_of(0).size();
  for (const std::size_t lost : {3U, 300U}) {
    std::string damaged = bytes;
    damaged.erase(size + 50, lost);
    const Judged judged = lint(damaged);
    ASSERT_GE(judged.findings.size(), 1U) << lost;
    EXPECT_EQ(judged.findings[0].rule, "frame-cut");
    EXPECT_EQ(judged.findings[0].offset, size);
  }
}

TEST(StreamLinter, KnowsThatAReleaseCuts) {
  const std::string telegram = sealed(kDutch);
  std::vector<std::string> rules;
  StreamLinter linter({}, [&](const Finding& finding) { rules.push_back(finding.rule); });
  const StreamLinter::Time at{};
  linter.see_request(at, true);
  linter.feed(telegram + telegram.substr(0, 40));
  linter.see_request(at, false);
  linter.see_request(at, true);
  linter.feed(telegram);
  linter.finish();
  EXPECT_EQ(rules, Rules{"time-stands-still"});
}

TEST(StreamLinter, StopsAtItsLimit) {
  const std::string telegram = sealed(kDutch);
  const Judged judged = lint(telegram + telegram + telegram, {.most_telegrams = 1});
  EXPECT_EQ(judged.telegrams, 1U);
  EXPECT_EQ(judged.findings.size(), 0U);
}

constexpr std::chrono::sys_seconds utc(int year, unsigned month, unsigned day, int hour) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                               std::chrono::day{day}} +
         std::chrono::hours{hour};
}

const ClockRule kTwoHours{
    "--zone Europe/Helsinki",
    std::chrono::minutes(120),
    {{utc(2025, 3, 30, 1), utc(2025, 10, 26, 1)}, {utc(2026, 3, 29, 1), utc(2026, 10, 25, 1)}}};

TEST(StreamLinter, TakesTheClockOfAnotherZone) {
  // 01:30 in standard time of UTC+1 is before summer time begins, of UTC+2 it is, too; 02:30 is not.
  const std::string text = edited(kDutch, "250708151004S", "250330023000W");
  EXPECT_EQ(lint(sealed(text)).rules(), Rules{"season-letter"});
  EXPECT_EQ(lint(sealed(text), {.clock = kTwoHours}).rules(), Rules{});
}

// Israel changes its clocks on the Friday before Europe does, at 02:00.
TEST(StreamLinter, TakesTheDatesOfAnotherZone) {
  const ClockRule israel{"--zone Asia/Jerusalem",
                         std::chrono::minutes(120),
                         {{utc(2025, 3, 28, 0), utc(2025, 10, 25, 23)}}};
  const std::string friday = edited(kDutch, "250708151004S", "250328120000S");
  EXPECT_EQ(lint(sealed(friday)).rules(), Rules{"season-letter"});
  EXPECT_EQ(lint(sealed(friday), {.clock = kTwoHours}).rules(), Rules{"season-letter"});
  EXPECT_EQ(lint(sealed(friday), {.clock = israel}).rules(), Rules{});
  const std::string winter = edited(kDutch, "250708151004S", "250328120000W");
  EXPECT_EQ(lint(sealed(winter)).rules(), Rules{});
  EXPECT_EQ(lint(sealed(winter), {.clock = israel}).rules(), Rules{"season-letter"});
}

TEST(StreamLinter, TakesNoLetterForSummerWhereThereIsNone) {
  const ClockRule fixed{"--zone Etc/GMT-2", std::chrono::minutes(120), {}};
  // Its failure log has a time of summer.
  EXPECT_EQ(lint(sealed(kDutch), {.clock = fixed}).rules(), Rules{"season-letter"});
}

TEST(StreamLinter, SaysByWhichRuleItJudgesTimes) {
  const auto words = [](const std::string& bytes, StreamLintSettings settings = {}) {
    StreamLinter linter(std::move(settings), [](const Finding&) {});
    linter.feed(bytes);
    linter.finish();
    return linter.clock_in_words();
  };
  EXPECT_EQ(words(sealed(kDutch)), "W is UTC+1, S is UTC+2 (dsmr-5.0)");
  EXPECT_EQ(words(sealed(kDutch), {.clock = kTwoHours}),
            "W is UTC+2, S is UTC+3 (--zone Europe/Helsinki)");
  EXPECT_EQ(words(sealed(kSwedish), {.dialect = find_dialect("se-2.0")}),
            "W all year is UTC+1 (se-2.0)");
  EXPECT_EQ(words(sealed(kSwedish), {.dialect = find_dialect("se-2.0"), .clock = kTwoHours}),
            "W all year is UTC+2 (--zone Europe/Helsinki)");
  EXPECT_EQ(words("noise"), "");
}

// --- one judgement --------------------------------------------------------------------------------

struct Read {
  std::uint64_t accepted = 0;
  std::vector<std::string> rejects = {};
};

Read read(const std::string& bytes, const std::optional<FrameKeys>& keys) {
  Read result;
  ReferenceReader reader(
      nullptr,
      [&](std::string_view line) {
        if (line.starts_with("{\"reject\"")) result.rejects.emplace_back(line);
      },
      keys);
  reader.feed(bytes);
  reader.finish();
  result.accepted = reader.accepted();
  return result;
}

/// What `read` refuses, `lint` cannot pass, and where `lint` fails nothing, `read` takes every
/// telegram.
void expect_one_judgement(const std::string& bytes, const std::optional<FrameKeys>& keys) {
  const Judged judged = lint(bytes, {.keys = keys});
  Read said = read(bytes, keys);
  // A frame that is cut is refused as a reader's; for lint it is a loss, which is a warning.
  std::erase(said.rejects, R"({"reject":"syntax"})");
  const bool passed = judged.outcome == LintOutcome::kPass;
  EXPECT_FALSE(passed && !said.rejects.empty());
  EXPECT_TRUE(!passed || said.accepted == judged.telegrams);
}

TEST(OneJudgement, OfReadAndLint) {
  constexpr unsigned kSeed = 7;
  std::mt19937 random(kSeed);
  const std::vector<std::string> streams{sealed(kDutch) + sealed(kDutch),
                                         ended(kDutch),
                                         ended(kOldDutch) + ended(kOldDutch),
                                         sealed(kOldDutch),
                                         sealed(kBelgian),
                                         sealed(kSwedish),
                                         frame_of(0) + frame_of(1),
                                         "/ISK5\r\n\r\n!\r\n",
                                         sealed("/ISK5\n\n!"),
                                         sealed("/ISK5\n\nnothing\n!"),
                                         ended("/ISK5\n\nnothing\n!"),
                                         edited(ended(kOldDutch), "!", "!0001"),
                                         edited(ended(kOldDutch), "!", "!xyz")};
  for (const std::string& stream : streams) {
    for (const auto& keys : {std::optional<FrameKeys>{}, std::optional<FrameKeys>{kKeys}}) {
      expect_one_judgement(stream, keys);
      for (int i = 0; i < 150; ++i) {
        std::string bytes = stream;
        const std::size_t at = random() % bytes.size();
        switch (random() % 4) {
          case 0:
            bytes[at] =
                static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << (random() % 8)));
            break;
          case 1:
            bytes.erase(at, 1 + random() % 60);
            break;
          case 2:
            bytes.insert(at, std::string(1 + random() % 9, static_cast<char>(random() % 256)));
            break;
          default:
            bytes = bytes.substr(0, at) + stream;
        }
        SCOPED_TRACE("stream " + stream.substr(0, 20) + ", change " + std::to_string(i));
        expect_one_judgement(bytes, keys);
      }
    }
  }
}

}  // namespace
}  // namespace p1rig::stream_linter_test
