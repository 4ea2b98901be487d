#include "conformance/judge/lint_timing.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "protocol/framer.h"

namespace p1rig::lint_timing_test {
namespace {

using namespace std::chrono_literals;
using Time = TimingLinter::Time;

constexpr Time kNoon{std::chrono::sys_days{std::chrono::year{2026} / 6 / 15} + 12h};

const std::string kTelegram = "/ABC5\r\n\r\n" + std::string(104, 'x').replace(102, 2, "\r\n") + "!";

struct Told {
  std::string rule;
  Severity severity;
  std::string message;
  bool operator==(const Told&) const = default;
};
using All = std::vector<Told>;

void PrintTo(const Told& told, std::ostream* out) { *out << told.rule << ": " << told.message; }

/// A line on which things happen at times after noon.
class Line {
 public:
  explicit Line(std::string_view dialect, std::optional<LineSettings> settings = {})
      : dialect_(find_dialect(dialect)), linter_(settings) {}

  Line& request(std::chrono::nanoseconds at, bool active) {
    linter_.see_request(kNoon + at, active);
    return *this;
  }
  /// Bytes of which the last has passed at that time.
  Line& bytes(std::chrono::nanoseconds at, std::string_view text) {
    linter_.see_bytes(kNoon + at, text.size());
    framer_.feed(text);
    return *this;
  }
  /// A whole telegram that begins at that time.
  Line& telegram(std::chrono::nanoseconds at) {
    // Ten bits each, in 8N1 and in 7E1.
    const auto passed = [&](std::size_t count) {
      return at + std::chrono::nanoseconds(10s) * count / dialect_->line.baud;
    };
    bytes(passed(kTelegram.size()), kTelegram);
    return bytes(passed(kTelegram.size() + 2), "\r\n");
  }
  All told() {
    framer_.finish();
    take(linter_.finish(dialect_));
    return told_;
  }
  std::set<std::string> clauses() const { return clauses_; }

 private:
  void take(const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) {
      told_.push_back({finding.rule, finding.severity, finding.message});
      clauses_.insert(finding.clause);
    }
  }

  const Dialect* dialect_;
  TimingLinter linter_;
  Framer framer_{[this](const Stretch& stretch) { take(linter_.check(stretch, dialect_)); }};
  All told_;
  std::set<std::string> clauses_;
};

All only(std::string_view rule, std::string_view message, Severity severity = Severity::kError) {
  return {{std::string(rule), severity, std::string(message)}};
}

TEST(LintTiming, AMeterThatKeepsTime) {
  EXPECT_EQ(Line("dsmr-5.0").telegram(0s).telegram(1s).telegram(2s).told(), All{});
  EXPECT_EQ(Line("dsmr-4.2").telegram(0s).telegram(10s).telegram(20s).told(), All{});
  EXPECT_EQ(Line("dsmr-4.2").request(0s, false).request(5s, true).telegram(5s).telegram(8s).told(),
            All{})
      << "the first one comes at once, the next in its period";
  EXPECT_EQ(Line("se-2.0").telegram(0s).telegram(5s).told(), All{}) << "at least every 10 s";
}

TEST(LintTiming, ThePeriod) {
  Line line("dsmr-5.0");
  EXPECT_EQ(line.telegram(0s).telegram(3s).told(),
            only("period", "starts 3.000 s after the previous one, expected 1 s"));
  EXPECT_EQ(line.clauses(), std::set<std::string>{"DSMR-P1 5.0.2 §6.1"});
  EXPECT_EQ(Line("dsmr-3.0").telegram(0s).telegram(5s).told(),
            only("period", "starts 5.000 s after the previous one, expected 10 s"));
  EXPECT_EQ(Line("se-2.0").telegram(0s).telegram(15s).told(),
            only("period", "starts 15.000 s after the previous one, expected 10 s"));
  EXPECT_EQ(Line("dsmr-5.0").telegram(0s).telegram(5min).told(),
            only("period",
                 "starts 300.000 s after the previous one, expected 1 s; the meter may have been "
                 "off, or its P0 port in use",
                 Severity::kWarning));
}

// Measured by a host that was late: nothing near the limit is told.
TEST(LintTiming, LeavesAMargin) {
  EXPECT_EQ(Line("dsmr-5.0").telegram(0s).telegram(1090ms).telegram(2s).told(), All{});
}

TEST(LintTiming, NothingIsSaidOverWhatIsMissing) {
  EXPECT_EQ(Line("dsmr-5.0").telegram(0s).bytes(1s, "x.y(1)\r\n!1234\r\n").telegram(2s).told(),
            All{});
  EXPECT_EQ(Line("dsmr-5.0").telegram(3s).telegram(0s).telegram(1s).told(), All{})
      << "the clock was set back";
  EXPECT_EQ(
      Line("dsmr-5.0").telegram(0s).request(1500ms, false).request(5s, true).telegram(5s).told(),
      All{});
}

TEST(LintTiming, TheTransfer) {
  const auto slow = [](std::string_view dialect, std::chrono::nanoseconds until) {
    return Line(dialect).bytes(10ms, "/ABC5\r\n\r\n1-0:1.8.1(1)\r\n").bytes(until, "!\r\n").told();
  };
  EXPECT_EQ(slow("dsmr-5.0", 200ms), All{});
  EXPECT_EQ(slow("dsmr-5.0", 800ms),
            only("transfer-gap", "silence of 0.790 s within the telegram", Severity::kWarning));
  const All late = slow("dsmr-5.0", 2s);
  ASSERT_EQ(late.size(), 2U);
  EXPECT_EQ(late[0].rule, "transfer-duration");
  EXPECT_EQ(late[0].message, "takes 1.992 s, expected at most 1 s");
  EXPECT_EQ(slow("dsmr-4.2", 7s).size(), 1U);
  EXPECT_EQ(slow("dsmr-4.2", 9s).size(), 2U);
}

// 10 s from start to start, and 8.5 s long: 1.5 s of rest.
TEST(LintTiming, TheRestBetweenTelegrams) {
  Line line("dsmr-4.2");
  for (int i = 0; i < 9; ++i) line.bytes(i * 950ms, i == 0 ? "/ABC5\r\n\r\n" : "x");
  line.bytes(8500ms, "\r\n!\r\n").telegram(10s);
  All all = line.told();
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all.back(),
            (Told{"transfer-pause", Severity::kError,
                  "starts 1.500 s after the end of the previous one, expected at least 2 s"}));
  EXPECT_EQ(line.clauses(), std::set<std::string>{"DSMR-P1 4.2.2 §4.5"});
}

TEST(LintTiming, TheFirstTelegram) {
  Line line("lux-1.1");
  EXPECT_EQ(line.request(0s, false).request(1s, true).telegram(4s).told(),
            only("first-telegram",
                 "no telegram starts for 3.000 s after Data Request became active, expected one "
                 "within 1 s"));
  EXPECT_EQ(line.clauses(), std::set<std::string>{"LUX-P1 1.1.3 §3.2.1"});
  EXPECT_EQ(Line("lux-1.1").request(0s, false).request(1s, true).telegram(1900ms).told(), All{});
  EXPECT_EQ(Line("lux-1.1").request(0s, true).telegram(9s).told(), All{})
      << "since when somebody asked is not known";
}

TEST(LintTiming, ATelegramThatNeverComes) {
  const All never = only(
      "first-telegram",
      "no telegram starts for 5.000 s after Data Request became active, expected one within 1 s");
  EXPECT_EQ(Line("dsmr-4.2").request(0s, false).request(1s, true).request(6s, false).told(), never);
  EXPECT_EQ(Line("dsmr-4.2").request(0s, false).request(1s, true).request(6s, true).told(), never);
  EXPECT_EQ(Line("dsmr-4.2").request(0s, false).request(1s, true).request(1500ms, false).told(),
            All{});
}

// A telegram that was cut by the release did begin.
TEST(LintTiming, ATelegramThatWasCutIsAnAnswer) {
  EXPECT_EQ(Line("dsmr-4.2")
                .request(0s, false)
                .request(1s, true)
                .bytes(1100ms, "/ABC5\r\n\r\n")
                .bytes(1200ms, "1-0:1.8")
                .request(3s, false)
                .told(),
            All{});
}

TEST(LintTiming, SilenceUntilAsked) {
  EXPECT_EQ(
      Line("dsmr-5.0").request(0s, false).telegram(4990ms).telegram(6s).told(),
      only("silent-until-asked", "bytes arrive 5.000 s after Data Request was seen inactive"));
}

TEST(LintTiming, AReleaseStopsTheTelegram) {
  const auto released = [](std::chrono::nanoseconds last) {
    Line line("dsmr-4.2");
    line.request(0s, true).bytes(1s, "/ABC5\r\n\r\n").bytes(1020ms, "1-0:1.8.1(1)\r\n");
    line.request(1050ms, false);
    for (auto at = 1060ms; at <= last; at += 50ms) line.bytes(at, "x");
    return line.told();
  };
  EXPECT_EQ(released(1140ms), All{}) << "what was on its way";
  EXPECT_EQ(released(3s),
            only("release-ignored", "bytes continue for 0.110 s after Data Request was released"));
}

TEST(LintTiming, TheSettings) {
  const LineSettings slow{.baud = 9600, .data_bits = 7, .parity = 'E'};
  EXPECT_EQ(Line("dsmr-2.2", slow).telegram(0s).telegram(10s).told(), All{});
  EXPECT_EQ(Line("dsmr-5.0", slow).telegram(0s).told(),
            only("line-settings", "the line uses 9600 7E1, expected 115200 8N1"));
  EXPECT_EQ(
      Line("dsmr-4.2", LineSettings{.data_bits = 7, .parity = 'E'}).telegram(0s).told(),
      only("line-settings", "the line uses 115200 7E1, expected 115200 8N1", Severity::kWarning));
}

TEST(LintTiming, ManyTelegramsNeedNoMemory) {
  TimingLinter linter({});
  Framer framer([&](const Stretch& stretch) {
    EXPECT_TRUE(linter.check(stretch, find_dialect("dsmr-5.0")).empty());
  });
  for (int i = 0; i < 10'000; ++i) {
    linter.see_bytes(kNoon + i * 1s, kTelegram.size() + 2);
    framer.feed(kTelegram + "\r\n");
  }
  EXPECT_LT(linter.remembered(), 10U);
}

// Every rule has a line on which it is told.
TEST(LintTiming, AllRulesHaveATest) {
  const std::set<std::string_view> tested{"silent-until-asked", "first-telegram",    "period",
                                          "release-ignored",    "transfer-duration", "transfer-gap",
                                          "transfer-pause",     "line-settings"};
  for (const LintRule& rule : timing_rules()) EXPECT_TRUE(tested.contains(rule.id)) << rule.id;
}

}  // namespace
}  // namespace p1rig::lint_timing_test
