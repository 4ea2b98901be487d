#include "conformance/run/case_budget.h"

#include <gtest/gtest.h>

#include "protocol/dialect.h"
#include "tests/conformance/one_case.h"

namespace p1rig::case_budget_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

milliseconds likely(const char* steps, const char* dialect = "dsmr-5.0",
                    const RunnerSettings& settings = {}) {
  return likely_time_of(one_case("x/time", steps), settings, *find_dialect(dialect));
}

TEST(CaseBudget, WhatACaseWaitsForCountsAndHowManyTelegramsItSends) {
  constexpr const char* kOne = "send = [{ id = \"A\" }]\n";
  constexpr const char* kMany = "send = [{ id = \"A\", count = 100 }]\n";
  constexpr const char* kSilent =
      "send = [{ id = \"A\" }, { action = \"silence\", for = \"10s\" }]\n";
  EXPECT_GT(likely(kMany), 40 * likely(kOne));
  EXPECT_GE(likely(kSilent), seconds{10});
  EXPECT_GT(likely(kSilent), likely(kMany));
  // A reader that publishes every five seconds: a telegram and the sentinel.
  EXPECT_EQ(likely(kOne, "dsmr-5.0", {.min_interval = seconds{5}}), seconds{10});
}

/// 96 000 characters of ten bits at 9600 baud (7E1) are a hundred seconds.
TEST(CaseBudget, AtTheLinesPaceBytesCount) {
  constexpr const char* kSlow =
      "send = [{ bytes = \"{41*96000}\" }, { id = \"A\" }]\npace = \"line\"\n";
  EXPECT_GE(likely(kSlow, "dsmr-3.0"), seconds{100});
  EXPECT_LT(likely(kSlow, "dsmr-3.0"), seconds{105});
  EXPECT_LT(likely(kSlow, "dsmr-5.0"), seconds{10});
}

}  // namespace
}  // namespace p1rig::case_budget_test
