#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <iterator>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "conformance/speed/speed_report.h"

namespace p1rig::speed_svg_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SpeedStep step_of(SpeedStep::Pace pace, double rate, std::size_t lost) {
  SpeedStep step;
  step.pace = pace;
  if (pace == SpeedStep::Pace::kRate) step.rate = rate;
  step.sent = 128;
  step.told = 128 - lost;
  step.kept_up = true;
  step.reached = rate;
  step.latency = SpeedLatency{.p50 = std::chrono::microseconds{400},
                              .p99 = std::chrono::microseconds{900},
                              .longest = std::chrono::microseconds{950}};
  return step;
}

SpeedReport report_of(std::vector<SpeedStep> steps) {
  SpeedReport report;
  SpeedResult& result = report.results.emplace_back();
  result.reader = "reader";
  result.telegrams_per_second = 100;
  result.steps = std::move(steps);
  return report;
}

std::size_t count(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  return static_cast<std::size_t>(
      std::distance(std::sregex_iterator(text.begin(), text.end(), regex), {}));
}

constexpr auto kRate = SpeedStep::Pace::kRate;
constexpr auto kFull = SpeedStep::Pace::kFull;

TEST(SpeedSvg, TheLossAxisFitsTheLargestLoss) {
  // 2 of 128 are 1.6 %; 3 are 2.3 %; 100 are 78 %.
  for (const auto& [lost, top] : {std::pair<std::size_t, const char*>{0, ">1 %<"},
                                  {1, ">1 %<"},
                                  {2, ">2 %<"},
                                  {3, ">5 %<"},
                                  {100, ">100 %<"}}) {
    EXPECT_THAT(svg_report(report_of({step_of(kRate, 8, 0), step_of(kRate, 200, lost)})),
                HasSubstr(top));
  }
  EXPECT_THAT(svg_report(report_of({step_of(kRate, 200, 2)})), Not(HasSubstr(">100 %<")));
}

TEST(SpeedSvg, NumbersHaveNoPowerOfTen) {
  SpeedReport report = report_of({step_of(kRate, 8, 0), step_of(kRate, 2'000'000, 0)});
  report.results[0].telegrams_per_second = 25'880.4;
  report.results[0].bytes_per_second = 1.2345e10;
  const std::string svg = svg_report(report);
  EXPECT_THAT(svg, HasSubstr("25 880 telegrams/s, 12 345 MB/s"));
  EXPECT_THAT(svg, HasSubstr(">10 000 000<"));
  EXPECT_EQ(count(svg, ">[^<]*[0-9]e[+-]?[0-9][^<]*<"), 0U);
}

TEST(SpeedSvg, OnlyStepsThatLostHaveADotBelow) {
  // Between 420 and 540: 2 of 128 on an axis up to 2 % are at 540 - 120 * 0.015625 / 0.02 = 446.25.
  const std::string svg = svg_report(report_of({step_of(kRate, 8, 0), step_of(kRate, 200, 2)}));
  EXPECT_EQ(count(svg, "cy=\"(4[2-9]|5)[0-9.]+\" r"), 1U);
  EXPECT_EQ(count(svg, "cy=\"446\\.[23]\" r"), 1U);
}

TEST(SpeedSvg, FullRunsAreMarksAndNotPartOfALine) {
  const std::string svg = svg_report(report_of({step_of(kRate, 200, 2), step_of(kRate, 100, 0),
                                                step_of(kFull, 150, 0), step_of(kFull, 160, 0)}));
  // A line for each of p50, p99 and loss, from 100 to 200.
  EXPECT_EQ(count(svg, "d=\"M[0-9. ]+L[0-9. ]+\" fill=\"none\" stroke=\"#0072b2\""), 3U);
  EXPECT_EQ(count(svg, "l5 5l-5 5l-5 -5z\" fill=\"#0072b2\""), 2U);
  EXPECT_EQ(count(svg, "l5 5l-5 5l-5 -5z\" stroke=\"#0072b2\" fill=\"#fff\""), 2U);
}

}  // namespace
}  // namespace p1rig::speed_svg_test
