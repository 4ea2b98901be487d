#include "conformance/speed/rate_search.h"

#include <gtest/gtest.h>

#include <cstddef>

namespace p1rig::rate_search_test {
namespace {

/// Answers as a reader that loses telegrams above `limit` a second. Returns how often it was asked.
int run(RateSearch& search, double limit) {
  int attempts = 0;
  while (const auto next = search.next()) {
    const double rate = next->rate > 0 ? next->rate : 1e6;
    search.tell({.lost = rate > limit, .kept_up = true, .reached = rate});
    if (++attempts > 100) break;
  }
  return attempts;
}

TEST(RateSearch, DoublesAndThenNarrowsDown) {
  RateSearch search;
  EXPECT_LE(run(search, 1000), 7 + 1 + 4 + 1);  // 8 to 512, 1024 fails, narrowed, confirmed
  EXPECT_EQ(search.limit(), RateSearch::Limit::kLoss);
  EXPECT_LE(search.rate(), 1000);
  EXPECT_GE(search.rate(), 1000 / 1.06);
}

TEST(RateSearch, GoesDownWhereTheFirstRateIsTooMuch) {
  RateSearch search;
  run(search, 3);
  EXPECT_LE(search.rate(), 3);
  EXPECT_GE(search.rate(), 2);
}

TEST(RateSearch, HasNoRateForAReaderThatLosesAtAll) {
  RateSearch search;
  EXPECT_LE(run(search, 0), 4);  // 8, 4, 2 and 1 a second
  EXPECT_EQ(search.rate(), 0);
}

TEST(RateSearch, TakesTheMiddleOfThreeFullRunsWhereNothingIsLost) {
  RateSearch search;
  double full = 700;
  int full_runs = 0;
  while (const auto next = search.next()) {
    const bool is_full = next->rate <= 0;
    if (is_full) ++full_runs;
    const double reached = is_full ? (full += 100) : next->rate;  // 800, 900, 1000
    search.tell({.lost = false, .kept_up = !is_full && next->rate <= 600, .reached = reached});
  }
  EXPECT_EQ(full_runs, 3);
  EXPECT_EQ(search.limit(), RateSearch::Limit::kPace);
  EXPECT_EQ(search.rate(), 900);
}

TEST(RateSearch, ComesBackFromALossAtFullPace) {
  RateSearch search;
  while (const auto next = search.next()) {
    const bool is_full = next->rate <= 0;
    const double rate = is_full ? 900 : next->rate;
    search.tell({.lost = rate > 800, .kept_up = !is_full && rate <= 600, .reached = rate});
  }
  EXPECT_EQ(search.limit(), RateSearch::Limit::kLoss);
  EXPECT_LE(search.rate(), 800);
  EXPECT_GE(search.rate(), 512);
}

TEST(RateSearch, StepsBackWhereTheRateIsNotConfirmed) {
  RateSearch search;
  double confirmed = 0;
  bool refused = false;
  while (const auto next = search.next()) {
    // Twice as many telegrams as a second has: a confirmation.
    const bool confirms =
        next->rate > 16 && static_cast<double>(next->telegrams) > 1.5 * next->rate;
    const bool lost = next->rate > 100 || (confirms && !refused);
    if (confirms && !refused) {
      refused = true;
      confirmed = next->rate;
    }
    search.tell({.lost = lost, .kept_up = true, .reached = next->rate});
  }
  EXPECT_DOUBLE_EQ(search.rate(), confirmed / 1.5);
}

TEST(RateSearch, BoundsTheTelegramsOfEachStep) {
  RateSearch search;
  while (const auto next = search.next()) {
    EXPECT_GE(next->telegrams, std::size_t{16});
    EXPECT_LE(next->telegrams, std::size_t{4000});
    search.tell({.lost = false, .kept_up = next->rate > 0, .reached = next->rate});
  }
}

}  // namespace
}  // namespace p1rig::rate_search_test
