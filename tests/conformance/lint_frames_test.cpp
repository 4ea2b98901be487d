#include "conformance/judge/lint_frames.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "tests/conformance/telegrams.h"

namespace p1rig::lint_frames_test {
namespace {

using test::edited;
using test::kLuxembourg;

const FrameKeys kKeys = parse_frame_keys("000102030405060708090A0B0C0D0E0F").value();
const std::string kTitle = "SAG\x01\x02\x03\x04\x05";
const std::string kTelegram = test::sealed(kLuxembourg);

std::string frame_of(std::uint32_t counter, std::string_view telegram = kTelegram,
                     LengthForm form = LengthForm::kCanonical, std::string_view title = kTitle) {
  std::string frame;
  FrameCipher(kKeys).seal(title, counter, telegram, frame, form);
  return frame;
}

struct Told {
  std::size_t frame;  ///< from 1
  std::string rule;
  Severity severity;
  std::string message;
  bool operator==(const Told&) const = default;
};

void PrintTo(const Told& told, std::ostream* out) {
  *out << told.frame << ' ' << told.rule << ' ' << static_cast<int>(told.severity) << ' '
       << told.message;
}

/// What is told of these, one after the other; what begins with '/' is a telegram.
std::vector<Told> lint(const std::vector<std::string>& units,
                       const std::optional<FrameKeys>& keys = kKeys) {
  FrameLinter linter(keys);
  std::vector<Told> all;
  for (std::size_t i = 0; i < units.size(); ++i) {
    const bool plain = units[i].starts_with('/');
    const auto findings =
        plain ? linter.check_plain(100 * i) : linter.check_frame(units[i], 100 * i).findings;
    for (const Finding& finding : findings) {
      EXPECT_EQ(finding.offset, 100 * i);
      EXPECT_TRUE(finding.clause.starts_with("LUX-P1 1.1.3 §3.2")) << finding.clause;
      all.push_back({i + 1, finding.rule, finding.severity, finding.message});
    }
  }
  return all;
}

using All = std::vector<Told>;

constexpr Severity kError = Severity::kError;
constexpr Severity kWarning = Severity::kWarning;

TEST(FrameLinter, FindsNothingInGoodFrames) {
  EXPECT_EQ(lint({frame_of(0), frame_of(1), frame_of(2)}), All{});
  EXPECT_EQ(lint({frame_of(41), frame_of(42)}), All{});
  EXPECT_EQ(lint({frame_of(0), frame_of(1)}, std::nullopt), All{});
  EXPECT_EQ(lint({frame_of(0xFFFFFFFD), frame_of(0xFFFFFFFE)}), All{});
}

TEST(FrameLinter, GivesTheTelegramAndItsPlaceInTheStream) {
  const auto judged = FrameLinter(kKeys).check_frame(frame_of(0), 1000);
  EXPECT_EQ(judged.telegram, kTelegram);
  // DB 08, title, 82 and two octets, 30, counter.
  EXPECT_EQ(judged.telegram_offset, 1000U + 2 + 8 + 3 + 1 + 4);
  EXPECT_EQ(FrameLinter(std::nullopt).check_frame(frame_of(0), 0).telegram, std::nullopt);
}

struct Row {
  std::vector<std::string> units;
  Told told;
};

std::string changed(std::string frame, std::size_t at) {
  frame[at] = static_cast<char>(frame[at] ^ 1);
  return frame;
}

std::vector<Row> rows() {
  const std::string other_title = "ELS\x01\x02\x03\x04\x05";
  return {
      {{frame_of(0), frame_of(1, "/Lux5\r\n\r\n!0000\r\n", LengthForm::k82)},
       {2, "frame-length-form", kWarning,
        "the length 33 is written in a longer form than necessary"}},
      {{frame_of(0), changed(frame_of(1), 100), frame_of(1)},
       {2, "frame-tag", kError, "these keys do not decrypt it: wrong keys, or changed bytes"}},
      {{frame_of(0, kTelegram + "\r\n")},
       {1, "frame-content", kError,
        std::to_string(kTelegram.size() + 2) + " bytes, expected one telegram"}},
      {{frame_of(0, kTelegram.substr(1))},
       {1, "frame-content", kError,
        std::to_string(kTelegram.size() - 1) + " bytes, expected one telegram"}},
      {{frame_of(0), frame_of(1), frame_of(64), frame_of(65)},
       {3, "counter-gap", kWarning, "counter 00000040 after 00000001"}},
      {{frame_of(0), frame_of(1), frame_of(1), frame_of(2)},
       {3, "counter-repeats", kError, "counter 00000001 after 00000001"}},
      {{frame_of(7), frame_of(8), frame_of(5), frame_of(9)},
       {3, "counter-falls", kError, "counter 00000005 after 00000008"}},
      {{frame_of(0xFFFFFFFF), frame_of(0), frame_of(1)},
       {2, "counter-end", kError, "counter 00000000 after FFFFFFFF"}},
      {{frame_of(7), frame_of(8), frame_of(0), frame_of(1)},
       {3, "counter-reset", kWarning, "counter 00000000 after 00000008"}},
      {{frame_of(0), frame_of(1), kTelegram, kTelegram},
       {3, "seal-changes", kWarning, "plain, after a sealed one"}},
      {{kTelegram, frame_of(1), frame_of(2)},
       {2, "seal-changes", kWarning, "sealed, after a plain one"}},
      {{frame_of(7), frame_of(0, kTelegram, LengthForm::kCanonical, other_title)},
       {2, "title-changes", kWarning, "system title 454C530102030405 after 5341470102030405"}},
  };
}

TEST(FrameLinter, FindsWhatARowBreaksAndNothingElse) {
  for (const Row& row : rows()) EXPECT_EQ(lint(row.units), All{row.told});
}

TEST(FrameLinter, SeesLengthsAndCountersWithoutKeysToo) {
  for (const Row& row : rows()) {
    const bool needs_keys = row.told.rule == "frame-content" || row.told.rule == "frame-tag";
    if (needs_keys) continue;
    EXPECT_EQ(lint(row.units, std::nullopt), All{row.told});
  }
}

TEST(FrameLinter, AWrongTagSaysNothingOfTheCounter) {
  EXPECT_EQ(lint({frame_of(5), changed(frame_of(1), 14), frame_of(6)}),
            (All{{2, "frame-tag", kError,
                  "these keys do not decrypt it: wrong keys, or changed bytes"}}));
}

TEST(FrameLinter, EveryRuleHasARow) {
  std::set<std::string> tested;
  for (const Row& row : rows()) tested.insert(row.told.rule);
  for (const LintRule& rule : frame_rules()) {
    EXPECT_TRUE(tested.contains(std::string(rule.id))) << rule.id;
  }
}

}  // namespace
}  // namespace p1rig::lint_frames_test
